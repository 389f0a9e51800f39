"""The docs site: `sphinx-build -W -n --keep-going -b html docs site`.

Nothing is fetched, neither while it is built nor while it is read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from autodialer_async import __version__

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "autodialer-async"
author = "the autodialer-async project"
version = release = __version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx_external_toc",
    "sphinx.ext.autodoc",
    "docstrings",
    "for_everyone",
    "repository",
]
# Not pages: what is built from, and programs that pages show.
exclude_patterns = ["_extensions", "_static", "examples"]

# Headings of pages get the anchors that code hosts give them, so that links suit both.
myst_heading_anchors = 4
myst_enable_extensions = ["deflist"]

external_toc_path = "_toc.yml"

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Spelt out it takes ten kinds, some of them nameless: its page says what they are.
autodoc_type_aliases = {"Calls": "Calls"}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

smartquotes = False
default_role = "name"

# Types of others: their pages are at addresses that this site does not ask for.
nitpick_ignore_regex = [
    (r"py:.*", r"(collections|contextlib|datetime|os|pathlib|ssl|typing|uuid)\..*"),
    # Type variables have no page.
    (r"py:class", r".*\.T_co"),
    # Shapes of frames and of records of other libraries; `make` says in words what they are.
    (r"py:class", r"autodialer_async\._bulk\.(frames|objects)\._\w+"),
    (r"py:.*", r"(_pytest|fastapi|httpx|pytest|respx|starlette)\..*"),
]

html_theme = "furo"
html_title = f"autodialer-async {__version__}"
html_static_path = ["_static"]
html_favicon = "_static/handset.svg"
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

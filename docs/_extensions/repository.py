"""Links from pages to what lies beside `docs/` in the repository, which are right on a code host.

The README and the list of changes have pages of their own here. Files (a test that proves something) come along as
downloads, which is MyST's doing. A folder can be no link here, and is shown as its name.
"""

from __future__ import annotations

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

_PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}
_OUTSIDE = re.compile(r"\]\((?:\.\./)+(?P<file>README\.md|CHANGELOG\.md)(?P<anchor>#[^)]*)?\)")


def _link_pages_instead(app: Sphinx, page: str, source: list[str]) -> None:
    del app
    up = "../" * page.count("/")
    source[0] = _OUTSIDE.sub(lambda found: f"]({up}{_PAGES[found['file']]})", source[0])


def _show_folders(app: Sphinx, document: nodes.document) -> None:
    folder = Path(app.env.doc2path(app.env.current_document.docname)).parent
    for link in list(document.findall(addnodes.pending_xref)):
        if link["reftype"] == "myst" and (folder / link["reftarget"]).is_dir():
            link.replace_self(link.children)


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("source-read", _link_pages_instead)
    app.connect("doctree-read", _show_folders)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

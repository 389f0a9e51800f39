"""What those who see or move otherwise need of a page, where Sphinx and the theme leave it out.

Pages under `ru/` say that they are Russian; captions of the map have their level as headings; what is wider than the
window can be moved without a mouse; and a signature of several lines is no list of definitions.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

_AFTER_THE_THEME = 900
_MEANT = {
    "<pre>": '<pre tabindex="0">',
    '<div class="table-wrapper ': '<div tabindex="0" class="table-wrapper ',
    '<dl>\n<dd><em class="sig-param">': '<dl role="presentation">\n<dd><em class="sig-param">',
}


def _open_to_everyone(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    del app, template, tree
    folder = page.partition("/")[0]
    if folder == "ru":
        context["language"] = folder
    navigation = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = navigation.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:
        body = context["body"]
        for written, meant in _MEANT.items():
            body = body.replace(written, meant)
        context["body"] = body


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("html-page-context", _open_to_everyone, priority=_AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Pages under `ru/` say that they are Russian: screen readers and hyphenation go by that."""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx


def _tell_language(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: object) -> None:
    del app, template, tree
    folder = page.partition("/")[0]
    if folder == "ru":
        context["language"] = folder


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx calls this."""
    app.connect("html-page-context", _tell_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

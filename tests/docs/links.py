"""Looks through a built site: every link inside it leads somewhere, and no page loads anything from elsewhere.

    python -m tests.docs.links site

Prints what is wrong, and ends with 1 if anything is. Links that a reader may follow to other sites are not looked at:
nothing is asked of the network.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs

__all__ = ["complaints"]

# What a browser fetches by itself, by element and attribute. A link element does so with some of its relations.
_LOADING = {
    ("audio", "src"), ("embed", "src"), ("iframe", "src"), ("image", "href"), ("img", "src"), ("img", "srcset"),
    ("input", "src"), ("link", "href"), ("object", "data"), ("script", "src"), ("source", "src"), ("source", "srcset"),
    ("track", "src"), ("use", "href"), ("video", "poster"), ("video", "src"),
}  # fmt: skip
_FOLLOWED = {("a", "href"), ("area", "href"), ("form", "action")}
_NO_FETCH = {"canonical", "next", "prev", "author", "license", "help"}


@attrs.define
class _Found:
    """An address on a page."""

    address: str
    loads: bool


class _Page(HTMLParser):
    """One page: its anchors, and the addresses on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "top"}
        self.addresses: list[_Found] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.anchors.update(values[name] for name in ("id", "name") if name in values)
        relations = set(values.get("rel", "").lower().split())
        for name, value in values.items():
            loads = (tag, name) in _LOADING and not (tag == "link" and relations & _NO_FETCH)
            if loads or (tag, name) in _FOLLOWED:
                parts = [part.split()[0] for part in value.split(",") if part.split()] if name == "srcset" else [value]
                self.addresses += [_Found(part, loads) for part in parts]


@attrs.define(slots=False)
class _Site:
    folder: Path

    @cached_property
    def pages(self) -> dict[Path, _Page]:
        return {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(self.folder.rglob("*.html"))}

    def complaints(self) -> Iterator[str]:
        for path, page in self.pages.items():
            for found in page.addresses:
                wrong = self._wrong(path, found)
                if wrong is not None:
                    yield f"{path.relative_to(self.folder)}: {found.address}: {wrong}"
        for style in sorted(self.folder.rglob("*.css")):
            text = style.read_text(encoding="utf-8").replace(" ", "")
            if any(sign in text for sign in ("url(http", "url(//", 'url("http', "url('http", "@import")):
                yield f"{style.relative_to(self.folder)}: loads something else"

    def _wrong(self, path: Path, found: _Found) -> str | None:
        address = urlsplit(found.address)
        if address.scheme or address.netloc:
            return "is loaded from elsewhere" if found.loads and address.scheme != "data" else None
        target = (path.parent / unquote(address.path)).resolve() if address.path else path
        if target.is_dir():
            target /= "index.html"
        if not target.is_relative_to(self.folder) or not target.is_file():
            return "there is no such file"
        anchor = unquote(address.fragment)
        if target in self.pages and anchor not in self.pages[target].anchors:
            return "there is no such place on the page"
        return None


def complaints(folder: Path) -> list[str]:
    """What is wrong with a site, one line each.

    Args:
        folder: Where it was built.

    Raises:
        FileNotFoundError: No page stands there.
    """
    site = _Site(folder.resolve())
    if not site.pages:
        raise FileNotFoundError(f"no page in {folder}")
    return list(site.complaints())


if __name__ == "__main__":
    wrong = complaints(Path(sys.argv[1]))
    sys.stdout.writelines(f"{line}\n" for line in wrong)
    sys.exit(bool(wrong))

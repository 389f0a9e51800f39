"""Pictures of the docs: made by the tests that look at the pages they show, and known to be out of date.

    def test_…(…) -> None:
        picture = page.screenshot()
        assert out_of_date("emulator.png", picture, shape_of(page)) is None

Pixels differ from one machine's fonts to another's, so they are not compared. What is compared is the shape of the
page: its elements, words and styles, without numbers. `docs/images/shapes.json` has the shape that each picture was
made of.

    UPDATE_IMAGES=1 pytest tests/emulator/pages/test_in_chromium.py tests/history/report/test_in_a_browser.py

makes all of them again.
"""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

from playwright.sync_api import Page

__all__ = ["IMAGES", "out_of_date", "recorded", "shape_of", "size_of"]

IMAGES = Path(__file__).parents[1] / "docs" / "images"
_SHAPES = IMAGES / "shapes.json"
# Distinct lines in order of the alphabet: how many rows a table has, and which came first, is no change of the page.
_SHAPE = """async () => {
  const skipped = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'NOSCRIPT']);
  const lines = new Set();
  const walk = (node, path) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const text = node.data.replace(/\\s+/g, ' ').trim().replace(/[0-9]+([.,: -][0-9]+)*/g, '0');
      if (text) lines.add(`${path}: ${text}`);
    } else if (node.nodeType === Node.ELEMENT_NODE && !skipped.has(node.nodeName)) {
      const deeper = `${path}/${node.nodeName.toLowerCase()}`;
      lines.add(deeper);
      // What a drawing shows is numbers, and how it is put together is the business of its library.
      if (node.nodeName.toLowerCase() !== 'svg') node.childNodes.forEach((child) => walk(child, deeper));
    }
  };
  walk(document.body, '');
  const styles = await Promise.all([...document.querySelectorAll('link[rel=stylesheet], style')].map(
    async (style) => style.href ? (await fetch(style.href)).text() : style.textContent));
  return [...[...lines].sort(), ...styles].join('\\n');
}"""


def shape_of(page: Page) -> str:
    """A digest of what a page shows and how, without its numbers."""
    return _digest(str(page.evaluate(_SHAPE)).encode())


def out_of_date(name: str, picture: bytes, shape: str) -> str | None:
    """What is wrong with a picture of the docs, or None. With UPDATE_IMAGES it is written, and right.

    Args:
        name: Of its file.
        picture: As it looks now.
        shape: Of the page that it shows.
    """
    kept = IMAGES / name
    if os.environ.get("UPDATE_IMAGES"):
        kept.write_bytes(picture)
        shapes = {**recorded(), name: {"page": shape, "picture": _digest(picture)}}
        _SHAPES.write_text(json.dumps(shapes, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    known = recorded().get(name, {})
    if known.get("picture") != _digest(kept.read_bytes()):
        return f"docs/images/{name} was changed by hand: {_HOW}"
    if known.get("page") != shape:
        return f"docs/images/{name} shows the page as it was: {_HOW}"
    if size_of(picture)[0] != size_of(kept.read_bytes())[0]:
        return f"docs/images/{name} has another width: {_HOW}"
    return None


_HOW = "make it again (see tests/pictures.py)"


def recorded() -> dict[str, dict[str, str]]:
    """Digests of each picture, and of the shape of the page that it shows."""
    shapes: dict[str, dict[str, str]] = json.loads(_SHAPES.read_text(encoding="utf-8")) if _SHAPES.exists() else {}
    return shapes


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a picture."""
    assert png[12:16] == b"IHDR"
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]

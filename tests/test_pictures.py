"""A picture of the docs that no longer shows its page is noticed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import pictures
from tests.browser import chromium, watched_page
from tests.pictures import IMAGES, out_of_date, recorded, shape_of

PAGE = """<style>p { color: #333 }</style><h1>Calls</h1><p>{words}</p>
<table><tr><td>8922</td><td>busy</td></tr><tr><td>8921</td><td>busy</td></tr></table>"""


@pytest.fixture(scope="module")
def page(program: Callable[[str, str], str]) -> Iterator[Page]:
    with chromium(program("chromium", "chromium")) as browser, watched_page(browser) as watched:
        yield watched.page


def shape(page: Page, html: str) -> str:
    page.set_content(html)
    return shape_of(page)


def test_numbers_and_the_order_of_rows_are_no_change(page: Page) -> None:
    before = shape(page, PAGE.replace("{words}", "17 records of 25"))
    after = PAGE.replace("{words}", "18 records of 25").replace("8922", "1").replace("8921", "2")
    assert shape(page, after) == before
    assert shape(page, after.replace("</table>", "<tr><td>3</td><td>busy</td></tr></table>")) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("records", "calls"), ("#333", "#444"), ("h1", "h2"), ("busy</td></tr></table>", "no answer</td></tr></table>")],
)
def test_words_styles_and_elements_are(page: Page, old: str, new: str) -> None:
    before = PAGE.replace("{words}", "17 records")
    assert shape(page, before.replace(old, new)) != shape(page, before)


def png(width: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(4) + b"IHDR" + width.to_bytes(4, "big") + (9).to_bytes(4, "big")


def test_a_picture_is_right_until_its_page_changes_or_somebody_paints_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "IMAGES", tmp_path)
    monkeypatch.setattr(pictures, "_SHAPES", tmp_path / "shapes.json")
    monkeypatch.setenv("UPDATE_IMAGES", "1")
    assert out_of_date("a.png", png(7), "shape") is None
    monkeypatch.delenv("UPDATE_IMAGES")
    assert out_of_date("a.png", png(7) + b"other fonts", "shape") is None
    assert "shows the page as it was" in str(out_of_date("a.png", png(7), "another"))
    assert "another width" in str(out_of_date("a.png", png(8), "shape"))
    (tmp_path / "a.png").write_bytes(b"painted")
    assert "changed by hand" in str(out_of_date("a.png", png(7), "shape"))


def test_every_picture_of_a_page_is_watched_and_shown() -> None:
    kept = {path.name for path in IMAGES.glob("*.png")}
    assert kept == set(recorded())
    pages = [*IMAGES.parent.rglob("*.md"), IMAGES.parents[1] / "README.md"]
    shown = {name for path in pages for name in re.findall(r"images/([\w-]+\.png)", path.read_text(encoding="utf-8"))}
    assert shown == kept

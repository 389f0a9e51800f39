"""The picture of a record's life names what the code knows, and needs nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import parse

import attrs
import pytest

from autodialer_async import BatchState, UploadResult
from autodialer_async.models import Phase
from tests.docs.proofs import DOCS

FILE = DOCS / "images" / "delivery-states.svg"
SVG = "{http://www.w3.org/2000/svg}"


def named(kind: str) -> list[str]:
    """Titles of the boxes of a kind."""

    def titles() -> Iterator[str]:
        for group in parse(FILE).iter(f"{SVG}g"):
            if kind in group.get("class", "").split():
                [title] = group.findall(f"{SVG}title")
                yield title.text or ""

    return sorted(titles())


def test_the_picture_names_exactly_the_states_of_a_batch() -> None:
    assert named("state") == sorted(BatchState)


def test_the_picture_names_exactly_the_phases_of_a_request() -> None:
    assert named("phase") == sorted(Phase)


def test_the_picture_has_a_box_for_every_set_that_a_record_can_be_in() -> None:
    books = {"accepted", "rejected", "unsent", "unknown", "skipped", "invalid"}
    assert sorted({*named("state"), *named("record")}) == sorted(books)
    assert books <= set(dir(UploadResult)) | {field.name for field in attrs.fields(UploadResult)}


@pytest.mark.parametrize("word", [*BatchState, *Phase, "skipped", "invalid"])
def test_what_the_picture_shows_is_said_in_words_too(word: str) -> None:
    page = (DOCS / "delivery.md").read_text(encoding="utf-8")
    [alternative] = re.findall(r"!\[([^\]]+)\]\(images/delivery-states\.svg\)", page)
    assert word in alternative


def test_the_picture_asks_for_nothing_outside() -> None:
    text = FILE.read_text(encoding="utf-8")
    assert re.findall(r"""(?:href|src)=|url\((?!#)|@import|<script""", text) == []
    assert set(re.findall(r"https?://[^\"\s<]+", text)) == {"http://www.w3.org/2000/svg"}
    assert "prefers-color-scheme: dark" in text

"""The page about the protocol says what the code reads and writes."""

from __future__ import annotations

import re

import attrs

from autodialer_async import Dialect, Disposition
from autodialer_async._wire.codec import PAGE_NAMES
from autodialer_async._wire.result_code import read_code
from tests.docs.proofs import DOCS, Row, rows, text_of

PAGE = (DOCS / "protocol.md").read_text(encoding="utf-8")
ROWS = list(rows(text_of("protocol.md")))


def words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def dispositions() -> list[Row]:
    return [row for row in ROWS if "Q.850" in row.cells]


def test_each_word_and_number_of_the_table_means_what_its_row_says() -> None:
    assert len(dispositions()) > 5
    for row in dispositions():
        disposition = Disposition(words(row.cells["disposition"])[0])
        named = [word for word in row.cells["words"].split(", ") if word != "–"]
        numbers = re.findall(r"\d+", row.cells["Q.850"].replace("–", "") + " " + row.cells["SIP"].split("other")[-1])
        if "other" in row.cells["SIP"]:
            numbers = [*re.findall(r"\d+", row.cells["Q.850"]), "499", "599", "699"]
        for text in [*named, *numbers]:
            assert read_code(text, {}).disposition is disposition, text


def test_every_disposition_has_its_row() -> None:
    told = [words(row.cells["disposition"])[0] for row in dispositions()]
    assert sorted([*told, "unknown"]) == sorted(Disposition)
    assert "`unknown`" in PAGE


def test_every_setting_of_a_dialect_stands_beside_the_question_that_it_answers() -> None:
    settings = [name for row in ROWS if "setting" in row.cells for name in words(row.cells["setting"])]
    assert {field.name for field in attrs.fields(Dialect)} <= set(settings)


def test_every_field_of_a_record_stands_with_the_names_that_leave() -> None:
    told = [row.cells for row in ROWS if "`Call`" in row.cells]
    for operation in ("make", "newcall"):
        names: dict[str, str] = {}
        for cells in told:
            ours = words(cells["`Call`"])
            theirs = cells[f"in `{operation}`"]
            # A form or a value may stand behind the names.
            names |= dict(zip(ours, ours if theirs == "the same" else words(theirs), strict=False))
        assert names == PAGE_NAMES[operation]

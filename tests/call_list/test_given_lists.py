"""Lists as CRMs and spreadsheets export them agree with what is known of each of their rows, however they are saved."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import attrs
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from autodialer_async.call_list import CallList, read_calls

DATA = Path(__file__).parents[1] / "data" / "call_lists"


@attrs.frozen
class Known:
    """A list of which is known what each row must give: numbers, or the kind of the reason why not."""

    file: str
    phone: str
    id: str
    name: str
    rows: list[tuple[int, str, list[str], str | None]]

    def __str__(self) -> str:
        return self.file


KNOWN = [Known(**one) for one in json.loads((DATA / "truth.json").read_text(encoding="utf-8"))]
TEXTS = [known for known in KNOWN if known.file.endswith(".csv")]


def found(calls: CallList) -> list[tuple[int, list[str], str | None]]:
    return [
        (
            outcome.row,
            ["7" + call.phone[1:] for call in outcome.calls],
            str(outcome.rejected.reason) if outcome.rejected else None,
        )
        for outcome in calls.outcomes()
    ]


def agrees(source: Any, known: Known, **options: Any) -> None:
    """Row by row, with all numbers of a cell and with the first one only; ids and names as the file has them."""
    each = read_calls(source(), phones="each", duplicates="keep", **options)
    assert found(each) == [(row, phones, reason) for row, _, phones, reason in known.rows]
    first = read_calls(source(), duplicates="keep", **options)
    assert found(first) == [(row, phones[:1], reason) for row, _, phones, reason in known.rows]
    calls = list(read_calls(source(), duplicates="keep", **options))
    assert [call.id for call in calls] == [key for _, key, phones, _ in known.rows if phones]
    assert all(call.name for call in calls)
    assert first.columns["phone"][0] == known.phone
    assert (first.columns["id"], first.columns["name"]) == ((known.id,), (known.name,))
    counts = first.counts
    assert counts.read == counts.valid + counts.rejected.total() == len(known.rows)


def rows_of(known: Known) -> list[list[str]]:
    """All rows of a given list, its header first."""
    raw = (DATA / known.file).read_bytes()
    text = (
        raw.decode("cp1251" if "cp1251" in known.file else "utf-8-sig")
        .removeprefix("sep=;\n")
        .removeprefix("sep=;\r\n")
    )
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def written(rows: Iterable[list[str]], delimiter: str = ";", *, encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding, "replace")


@pytest.mark.parametrize("known", KNOWN, ids=str)
def test_given_list_agrees_row_by_row(known: Known) -> None:
    agrees(lambda: DATA / known.file, known)


@pytest.mark.parametrize(
    "encoding", ["cp1251", "cp866", "koi8-r", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_in_another_encoding_agrees(known: Known, encoding: str) -> None:
    rows = rows_of(known)
    if encoding in ("cp1251", "cp866", "koi8-r"):
        # Code pages that lack the long dashes and the no-break hyphen have a hyphen there.
        spelt = str.maketrans(
            {"\u2011": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-", "\u2009": " ", "\u202f": " "}
        )
        rows = [[cell.translate(spelt) for cell in row] for row in rows]
        rows = [[cell.replace("\xa0", " ") if encoding == "koi8-r" else cell for cell in row] for row in rows]
    agrees(lambda: io.BytesIO(written(rows, encoding=encoding)), known)


@pytest.mark.parametrize("delimiter", [",", "\t", "|", ";"])
@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_with_another_delimiter_agrees(known: Known, delimiter: str) -> None:
    agrees(lambda: io.BytesIO(written(rows_of(known), delimiter)), known)


@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_packed_agrees(known: Known, tmp_path: Path) -> None:
    file = tmp_path / "list.csv.gz"
    file.write_bytes(gzip.compress((DATA / known.file).read_bytes()))
    agrees(lambda: file, known)


def titled(rows: list[list[str]]) -> list[list[str]]:
    return [["Список телефонов клиентов"], ["ООО «Ромашка», тел. 8 (495) 123-45-67"], [], *rows]


def with_totals(rows: list[list[str]]) -> list[list[str]]:
    return [*rows, ["Итого:", *[""] * (len(rows[0]) - 2), "1234567,89"]]


@pytest.mark.parametrize("shape", [titled, with_totals], ids=lambda shape: str(shape.__name__))
@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_titles_above_and_totals_below_are_no_rows(
    known: Known, shape: Callable[[list[list[str]]], list[list[str]]]
) -> None:
    agrees(lambda: io.BytesIO(written(shape(rows_of(known)))), known)


def workbook(rows: Iterable[Iterable[object]], path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_as_a_workbook_agrees(known: Known, tmp_path: Path) -> None:
    path = workbook(rows_of(known), tmp_path / "list.xlsx")
    agrees(lambda: path, known)


@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_as_json_lines_agrees(known: Known) -> None:
    header, *rows = rows_of(known)
    lines = "\n".join(json.dumps(dict(zip(header, row, strict=True)), ensure_ascii=False) for row in rows)
    agrees(lambda: io.BytesIO(lines.encode()), known)


@pytest.mark.parametrize("known", TEXTS, ids=str)
def test_same_list_as_parquet_agrees(known: Known, tmp_path: Path) -> None:
    header, *rows = rows_of(known)
    path = tmp_path / "list.parquet"
    pq.write_table(pa.table(dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))), path)
    agrees(lambda: path, known)


def test_hidden_rows_are_set_aside_and_the_others_agree(tmp_path: Path) -> None:
    known = KNOWN[0]
    path = workbook(rows_of(known), tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(path)
    hidden = {3, 10, 11, 50}
    for row in hidden:
        book.worksheets[0].row_dimensions[row + 1].hidden = True
    book.save(path)
    expected = [
        (row, [], "hidden") if row in hidden else (row, phones[:1], reason) for row, _, phones, reason in known.rows
    ]
    assert found(read_calls(path, duplicates="keep")) == expected
    shown = found(read_calls(path, duplicates="keep", hidden="read"))
    assert shown == [(row, phones[:1], reason) for row, _, phones, reason in known.rows]


def test_numbers_stored_as_numbers_agree(tmp_path: Path) -> None:
    path = workbook(
        [["Код", "Телефон"], [1, 89222220000], [2, 9222220001], [3, 89222220002.0], ["07", "8.92222E+10"]],
        tmp_path / "list.xlsx",
    )
    calls = list(read_calls(path))
    assert [(call.id, call.phone) for call in calls] == [
        ("1", "89222220000"),
        ("2", "89222220001"),
        ("3", "89222220002"),
    ]


NAMES = [
    "№ телефона", "Тел.", "ТЕЛ", "Моб.", "Сот.", "Телефон (раб.)", "Рабочий телефон", "Контактный номер", "телефон 1",
    "Мобильный телефон контакта", "Phone 1", "MSISDN", "phone", "PHONE_NUMBER", "Моб. тел.", "Телефон контрагента",
    "Номер абонента", "Контакт: Мобильный телефон", "Телефон клиента", "mobile", "Номер мобильного телефона",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_phone_s_column_by_any_other_name_agrees(name: str) -> None:
    known = KNOWN[1]
    header, *rows = rows_of(known)
    renamed = [name if cell == known.phone else cell for cell in header]
    agrees(lambda: io.BytesIO(written([renamed, *rows])), attrs.evolve(known, phone=name))

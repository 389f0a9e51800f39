"""Tables: every digit, real dates, no formula; in our own reading and in LibreOffice's."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import CallDetail, Disposition, ResultCode
from autodialer_async.history.tables import write_table
from autodialer_async.history.tables.xlsx_table import XlsxTable

TASK = 40133707428585176
AT = datetime(2026, 11, 21, 10, 5, 7, tzinfo=timezone(timedelta(hours=3)))
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", '=HYPERLINK("http://127.0.0.1:9/";"x")', "＝1+1"]


def code(raw: str, disposition: Disposition = Disposition.UNKNOWN) -> ResultCode:
    return ResultCode(raw, raw, None, disposition)


def detail(raw_code: str = "BUSY/17", **changed: Any) -> CallDetail:
    good = CallDetail(TASK, "89222220000", AT, code(raw_code), 5, {"QUERY_ID": str(TASK)})
    return good._replace(**changed)


ROWS = [
    detail(code=ResultCode("BUSY/17", "BUSY", 17, Disposition.BUSY)),
    detail(dst="+375291234567", time=AT.replace(tzinfo=None)),
    CallDetail(None, None, None, None, None, {"row": 5}, "not a JSON object"),
    *map(detail, FORMULAS),
    detail('a;b\n"c"', query_id=123456789012345678901234, dst="123456789012345678"),
    detail("\ud83d half", seconds=2**40, raw={"x": 10**30, "y": "\ud83d"}),
    detail(time=datetime(1, 1, 1, tzinfo=UTC)),
]


def csv_rows(file: Path) -> list[dict[str, str]]:
    assert file.read_bytes().startswith(b"\xef\xbb\xbfquery_id;dst;time;zone;")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=";"))


def test_csv_has_a_bom_semicolons_and_ids_that_stay_text(tmp_path: Path) -> None:
    assert write_table(ROWS, tmp_path / "calls.csv") == len(ROWS)
    first, second, bad, *_ = csv_rows(tmp_path / "calls.csv")
    assert first == {
        "query_id": f"\t{TASK}", "dst": "\t89222220000", "time": "2026-11-21 10:05:07", "zone": "UTC+03:00",
        "disposition": "busy", "seconds": "5", "code": "BUSY/17", "word": "BUSY", "number": "17", "problem": "",
        "raw": "",
    }  # fmt: skip
    assert int(first["query_id"]) == TASK
    assert (second["dst"], second["zone"]) == ("'+375291234567", "")
    assert (bad["problem"], bad["raw"], bad["query_id"]) == ("not a JSON object", '{"row":5}', "")


@given(st.lists(st.text() | st.sampled_from(FORMULAS), max_size=5), st.text())
def test_no_cell_of_a_csv_begins_a_formula_and_every_text_is_there(texts: list[str], dst: str) -> None:
    rows = [detail(text, dst=dst, raw={text: text, **dict.fromkeys("abcde")}) for text in texts]
    with TemporaryDirectory() as directory:
        file = Path(directory, "calls.csv")
        write_table(rows, file)
        found = csv_rows(file)
    assert len(found) == len(rows)
    for read, text in zip(found, texts, strict=True):
        for cell in read.values():
            assert not cell.startswith(("=", "+", "-", "@", "\r"))
            assert not cell.startswith("\t") or cell[1:].isdigit()
        kept = text.encode(errors="backslashreplace").decode()
        assert read["code"] in (kept, "'" + kept)


def test_json_lines_hold_whole_rows(tmp_path: Path) -> None:
    write_table(ROWS, tmp_path / "calls.jsonl")
    first, second, bad, *others = map(json.loads, (tmp_path / "calls.jsonl").read_text(encoding="utf-8").splitlines())
    assert first == {
        "query_id": str(TASK), "dst": "89222220000", "time": "2026-11-21T10:05:07+03:00", "disposition": "busy",
        "seconds": 5, "code": "BUSY/17", "word": "BUSY", "number": 17, "problem": None, "raw": None,
    }  # fmt: skip
    assert second["time"] == "2026-11-21T10:05:07"
    assert bad["raw"] == {"row": 5}
    assert [each["code"] for each in others[: len(FORMULAS)]] == FORMULAS
    assert others[-2]["raw"] == {"x": 10**30, "y": "\ud83d"}
    assert (others[-2]["seconds"], others[-2]["code"]) == (None, "\\ud83d half")


def test_parquet_has_times_and_texts(tmp_path: Path) -> None:
    write_table(ROWS, tmp_path / "calls.parquet")
    rows = pq.read_table(tmp_path / "calls.parquet").to_pylist()
    assert len(rows) == len(ROWS)
    assert (rows[0]["query_id"], rows[0]["zone"], rows[0]["number"]) == (str(TASK), "+03:00", 17)
    assert rows[0]["time"] == datetime(2026, 11, 21, 10, 5, 7)  # noqa: DTZ001 - the service's clock
    assert rows[0]["time_utc"] == AT
    assert rows[1]["time_utc"] is None
    assert rows[-3]["query_id"] == "123456789012345678901234"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl", ".parquet"])
def test_a_table_of_no_rows_is_a_table(tmp_path: Path, suffix: str) -> None:
    assert write_table([], tmp_path / f"calls{suffix}") == 0
    assert (tmp_path / f"calls{suffix}").exists()


def test_xlsx_keeps_its_header_in_sight_and_goes_on_on_a_second_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autodialer_async.history.tables.xlsx_table._MOST_ROWS", 4)
    write_table([detail()] * 7, tmp_path / "calls.xlsx")
    with zipfile.ZipFile(tmp_path / "calls.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert [sheet.count("<row ") for sheet in sheets] == [4, 4, 2]
    assert all('state="frozen"' in sheet and 'ySplit="1"' in sheet for sheet in sheets)


def test_a_text_that_no_cell_can_hold_is_cut_and_not_left_out(tmp_path: Path) -> None:
    write_table([detail("x" * 40_000), detail("x" + "😀" * 20_000)], tmp_path / "calls.xlsx")
    sheet = zipfile.ZipFile(tmp_path / "calls.xlsx").read("xl/worksheets/sheet1.xml").decode()
    texts = [text for text in re.findall(r"<t[^>]*>(.*?)</t>", sheet) if len(text) > 1000]
    assert sorted({len(text.encode("utf-16-le")) // 2 for text in texts}) == [32_766, 32_767]
    assert all(text.endswith("…") for text in texts)


def test_the_file_is_closed_where_a_row_cannot_be_written(tmp_path: Path) -> None:
    table = XlsxTable(tmp_path / "calls.xlsx")
    with pytest.raises(TypeError):
        table.write([None])  # type: ignore[list-item]
    table.close()
    assert table._file.closed


# --- in LibreOffice

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
# Semicolons, double quotes, UTF-8, from the first line, and numbers recognised wherever they can be.
_CSV_FILTER = "CSV:59,34,76,1,,0,false,true,false"


def opened(soffice: str, file: Path) -> list[list[ET.Element]]:
    """The cells that LibreOffice makes of a file, row by row."""
    profile = f"-env:UserInstallation={(file.parent / 'profile').as_uri()}"
    command = [soffice, "--headless", profile, "--convert-to", "fods", "--outdir", str(file.parent), str(file)]
    if file.suffix == ".csv":
        command.insert(3, f"--infilter={_CSV_FILTER}")
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    root = ET.parse(file.with_suffix(".fods")).getroot()
    rows: list[list[ET.Element]] = []
    for found in root.iter(f"{_TABLE}table-row"):
        cells: list[ET.Element] = []
        for cell in found.iter(f"{_TABLE}table-cell"):
            repeated = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [cell] * min(repeated, 20)
        rows.append(cells)
    return rows


def text_of(cell: ET.Element) -> str:
    return "\n".join("".join(part.itertext()) for part in cell.iter(f"{_TEXT}p"))


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_libreoffice_shows_all_digits_of_ids_and_runs_no_formula(
    tmp_path: Path, program: Callable[[str, str], str], suffix: str
) -> None:
    file = tmp_path / f"calls{suffix}"
    write_table(ROWS, file)
    header, *rows = opened(program("soffice", "libreoffice-calc-nogui"), file)
    assert [text_of(cell) for cell in header[:5]] == ["query_id", "dst", "time", "zone", "disposition"]
    assert not [cell.attrib for row in rows for cell in row if cell.get(f"{_TABLE}formula") is not None]
    filled = [row for row in rows if any(text_of(cell) for cell in row)]
    assert len(filled) == len(ROWS)
    for row, expected in zip(filled, ROWS, strict=True):
        for cell, value in ((row[0], expected.query_id), (row[1], expected.dst)):
            if value is not None:
                assert cell.get(f"{_OFFICE}value-type") == "string"
                assert text_of(cell).lstrip("'") == str(value)
    first = filled[0]
    assert first[2].get(f"{_OFFICE}value-type") == "date"
    assert first[2].get(f"{_OFFICE}date-value") == "2026-11-21T10:05:07"
    assert [first[5].get(f"{_OFFICE}value"), first[8].get(f"{_OFFICE}value")] == ["5", "17"]
    shown = [text_of(row[6]) for row in filled[3 : 3 + len(FORMULAS)]]
    assert all(formula.strip() in text for formula, text in zip(FORMULAS, shown, strict=True))

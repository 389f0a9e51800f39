"""XLS, ODS and Parquet as tables of text."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import sys
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from autodialer_async.call_list.readers import TableSource, parquet
from autodialer_async.errors import CallListError
from tests.call_list.readers.tables import MOMENT, detected, hidden, ods_of, rows_of


def xls_of(rows: list[list[Any]], *, hidden_rows: tuple[int, ...] = ()) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    book.add_sheet("Пустой")
    sheet = book.add_sheet("Список")
    formats = {dt.datetime: "DD.MM.YYYY HH:MM", dt.date: "DD.MM.YYYY", dt.time: "HH:MM"}
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            form = formats.get(type(value))
            sheet.write(at, column, value, xlwt.easyxf(num_format_str=form) if form else xlwt.Style.default_style)
        sheet.row(at).hidden = at in hidden_rows
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


class TestXls:
    def test_values_become_text(self) -> None:
        values = [
            89222220000,
            85819.06,
            True,
            dt.date(2026, 11, 21),
            MOMENT,
            dt.time(10, 30),
            "8 (922)",
            'ООО «Р» & "x"',
        ]
        assert rows_of(xls_of([values])) == [
            [
                "89222220000",
                "85819.06",
                "TRUE",
                "2026-11-21",
                "2026-11-21T10:05:01",
                "10:30:00",
                "8 (922)",
                'ООО «Р» & "x"',
            ]
        ]

    def test_titles_gaps_sheets_and_hidden_rows(self) -> None:
        raw = xls_of([["Отчёт"], [], ["Код", "Телефон"], ["1", "8922"], ["2", "8923"]], hidden_rows=(3,))
        assert rows_of(raw) == [["Отчёт"], [], ["Код", "Телефон"], ["1", "8922"], ["2", "8923"]]
        assert hidden(raw) == [["1", "8922"]]
        assert hidden(raw, hidden="read") == []
        found = detected(raw)
        assert (found.format, found.sheet, found.sheets) == ("xls", "Список", ("Список",))

    @pytest.mark.parametrize("cut", [600, 2000, -600])
    def test_cut_off_file_is_one_error(self, cut: int) -> None:
        with pytest.raises(CallListError):
            rows_of(xls_of([["x" * 50, at] for at in range(100)])[:cut])

    def test_other_compound_files_are_told(self) -> None:
        raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "WordDocument".encode("utf-16-le")
        with pytest.raises(CallListError, match="is no workbook"):
            rows_of(raw)


def cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def sheet(rows: str, name: str = "Лист1", style: str = "ta1") -> str:
    columns = '<table:table-column table:number-columns-repeated="16384"/>'
    return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{rows}</table:table>'


def row(cells: str, attributes: str = "") -> str:
    tail = '<table:table-cell table:number-columns-repeated="16380"/>'
    return f"<table:table-row {attributes}>{cells}{tail}</table:table-row>"


EMPTY = row("", 'table:number-rows-repeated="1048570"')


class TestOds:
    def test_values_become_text(self) -> None:
        cells = (
            cell("8,9E10", 'office:value-type="float" office:value="89222220000" calcext:value-type="float"')
            + cell("85 819,06 ₽", 'office:value-type="currency" office:value="85819.06"')
            + cell("21.11.26", 'office:value-type="date" office:date-value="2026-11-21"')
            + cell("10:30", 'office:value-type="time" office:time-value="PT10H30M00S"')
            + cell("ИСТИНА", 'office:value-type="boolean" office:boolean-value="true"')
            + cell("a<text:s text:c='2'/>b<text:line-break/>c</text:p><text:p>d<text:tab/><text:span>e</text:span>")
        )
        assert rows_of(ods_of(sheet(row(cells)))) == [
            ["89222220000", "85819.06", "2026-11-21", "10:30:00", "TRUE", "a  b\nc\nd\te"]
        ]

    def test_repeats_gaps_and_blank_tails(self) -> None:
        rows = (
            row(cell("Отчёт"))
            + '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
            + row(
                cell("a") + '<table:table-cell table:number-columns-repeated="2"/>' + cell("b"),
                'table:number-rows-repeated="2"',
            )
            + EMPTY
        )
        assert rows_of(ods_of(sheet(rows))) == [["Отчёт"], [], [], ["a", "", "", "b"], ["a", "", "", "b"]]

    def test_hidden_filtered_and_folded_rows_are_marked(self) -> None:
        rows = (
            row(cell("1"))
            + row(cell("2"), 'table:visibility="collapse"')
            + row(cell("3"), 'table:visibility="filter"')
            + f'<table:table-row-group table:display="false">{row(cell("4"))}</table:table-row-group>'
            + row(cell("5"))
        )
        raw = ods_of(sheet(rows))
        assert hidden(raw) == [["2"], ["3"], ["4"]]
        assert rows_of(raw, hidden="read") == [["1"], ["2"], ["3"], ["4"], ["5"]]

    def test_comments_and_covered_cells_are_no_text(self) -> None:
        comment = "<office:annotation><text:p>звонил</text:p></office:annotation>"
        note = f"<table:table-cell office:value-type='string'>{comment}<text:p>x</text:p></table:table-cell>"
        covered = "<table:covered-table-cell office:value-type='string'><text:p>y</text:p></table:covered-table-cell>"
        assert rows_of(ods_of(sheet(row(note + covered + cell("z"))))) == [["x", "", "z"]]

    def test_sheets_are_chosen_as_shown(self) -> None:
        styles = "<style:style style:name='ta2'><style:table-properties table:display='false'/></style:style>"
        tables = (
            sheet(EMPTY, "Пустой")
            + sheet(row(cell("1")), "Секрет", "ta2")
            + sheet(row(cell("2")), "Список")
            + sheet(row(cell("3")), "Ещё")
        )
        raw = ods_of(tables, styles=styles)
        assert rows_of(raw) == [["2"]]
        assert rows_of(raw, sheet="Секрет") == [["1"]]
        assert (detected(raw).sheet, detected(raw).sheets) == ("Список", ("Список", "Ещё"))

    def test_locked_file_is_told(self) -> None:
        with pytest.raises(CallListError, match="locked by a password"):
            rows_of(ods_of(sheet(row(cell("1"))), manifest="<file-entry><encryption-data/></file-entry>"))

    @pytest.mark.parametrize("repeated", ["0", "-1", "99999999", "x"])
    def test_impossible_repeats_are_damage(self, repeated: str) -> None:
        with pytest.raises(CallListError, match="repeats"):
            rows_of(ods_of(sheet(row(cell("1"), f'table:number-rows-repeated="{repeated}"'))))

    def test_filled_rows_are_not_repeated_without_a_bound(self) -> None:
        with pytest.raises(CallListError, match="repeats filled rows"):
            rows_of(ods_of(sheet(row(cell("1"), 'table:number-rows-repeated="1048576"'))))
        with pytest.raises(CallListError, match="a row of over"):
            rows_of(
                ods_of(
                    sheet(
                        row(cell("1", 'office:value-type="string" table:number-columns-repeated="16384"') + cell("2"))
                    )
                )
            )


def parquet_of(columns: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


@pytest.mark.parametrize(("library", "contents"), [("xlrd", xls_of([["x"]])), ("pyarrow", parquet_of({"a": [1]}))])
def test_missing_library_is_named_with_the_command(
    library: str, contents: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = {"xlrd": "xls", "pyarrow": "parquet"}[library]
    monkeypatch.delitem(sys.modules, f"autodialer_async.call_list.readers.{reader}", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=rf'needs {library}, which .* pip install "autodialer-async\[lists\]"'):
        rows_of(contents)


class TestParquet:
    def test_values_become_text(self) -> None:
        raw = parquet_of(
            {
                "Телефон": [89222220000.0, None],
                "id": pa.array([2**60, 2], pa.int64()),
                "сумма": [85819.06, 1e20],
                "имя": ["Пётр", None],
                "день": [dt.date(2026, 11, 21)] * 2,
                "миг": pa.array([MOMENT] * 2, pa.timestamp("ns")),
                "час": pa.array([dt.time(10, 30)] * 2),
                "да": [True, False],
                "цена": [decimal.Decimal("8922.50"), decimal.Decimal("10.00")],
                "номера": [["8922", "8912"], []],
                "город": pa.array(["Орск", "Орск"]).dictionary_encode(),
            }
        )
        with TableSource(io.BytesIO(raw)).open() as table:
            assert (table.named, table.detected.format) == (True, "parquet")
            header, first, second = table.rows
        assert header == ["Телефон", "id", "сумма", "имя", "день", "миг", "час", "да", "цена", "номера", "город"]
        day, moment = "2026-11-21", "2026-11-21T10:05:01"
        assert first == [
            "89222220000",
            str(2**60),
            "85819.06",
            "Пётр",
            day,
            moment,
            "10:30:00",
            "TRUE",
            "8922.5",
            "8922; 8912",
            "Орск",
        ]
        assert second == ["", "2", "1e+20", "", day, moment, "10:30:00", "FALSE", "10", "", "Орск"]

    def test_many_batches_are_one_table(self) -> None:
        assert len(rows_of(parquet_of({"a": list(range(10_000))}))) == 10_001

    @pytest.mark.parametrize("cut", [4, 40, -20])
    def test_cut_off_file_is_one_error(self, cut: int) -> None:
        with pytest.raises(CallListError, match="a Parquet file that cannot be read"):
            rows_of(parquet_of({"a": ["x"] * 100})[:cut])

    def test_more_rows_than_any_list_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parquet, "_MOST_ROWS", 99)
        with pytest.raises(CallListError, match="has 100 rows in 1 columns"):
            rows_of(parquet_of({"a": ["x"] * 100}))

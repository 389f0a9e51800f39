"""XLSX: cells as text, hidden rows, sheets, and what must be refused."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.readers import HiddenRow, TableSource, sheet_rows, xlsx_sheet, zipped
from autodialer_async.call_list.readers.date_formats import DateFormat
from autodialer_async.call_list.readers.sheet_rows import SheetRow, placed_rows
from autodialer_async.call_list.readers.xlsx_cells import CellReader
from autodialer_async.errors import CallListError
from tests.call_list.readers.tables import (
    MOMENT,
    detected,
    hidden,
    mutated_parts,
    rows_of,
    workbook_of,
    xlsx_of_parts,
    xlsx_of_sheet,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def data(rows: str) -> str:
    return f"<sheetData>{rows}</sheetData>"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (89222220000, "89222220000"),
        (89222220000.0, "89222220000"),
        (85819.06, "85819.06"),
        (-5, "-5"),
        (0, "0"),
        (9_007_199_254_740_991, "9007199254740991"),
        (1e20, "1e+20"),
        (True, "TRUE"),
        (dt.date(2026, 11, 21), "2026-11-21"),
        (MOMENT, "2026-11-21T10:05:01"),
        (dt.time(10, 30), "10:30:00"),
        (dt.timedelta(hours=30), "30:00:00"),
        ("0089222220000", "0089222220000"),
        (" 8,92222E+10 ", " 8,92222E+10 "),
        ('ООО «Ромашка» & "Ко" <x>\nстрока', 'ООО «Ромашка» & "Ко" <x>\nстрока'),
    ],
)
def test_values_become_text(value: object, text: str) -> None:
    assert rows_of(workbook_of([["a", value, "b"]])) == [["a", text, "b"]]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>8.922222E10</v>", "89222220000"),
        ("<v>89222220000.000000</v>", "89222220000"),
        ("<v>85819.059999999998</v>", "85819.06"),
        ("<v></v>", ""),
        ("<v>x</v>", "x"),
    ],
)
def test_numbers_keep_their_digits_however_written(cell: str, text: str) -> None:
    row = f'<row r="1"><c r="A1">{cell}</c><c r="B1" t="str"><v>end</v></c></row>'
    assert rows_of(xlsx_of_sheet(data(row))) == [[text, "end"]]


def test_days_may_be_counted_from_1904() -> None:
    sheet = f'<worksheet xmlns="{MAIN}">' + data('<row r="1"><c r="A1" s="1"><v>1</v></c></row>') + "</worksheet>"
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    assert rows_of(xlsx_of_parts(sheet.encode(), styles=styles)) == [["1900-01-01"]]
    since_1904 = xlsx_of_parts(sheet.encode(), styles=styles, properties='<workbookPr date1904="1"/>')
    assert rows_of(since_1904) == [["1904-01-02"]]


def test_titles_gaps_and_blank_tails() -> None:
    raw = workbook_of([["Отчёт"], [], ["Код", "Телефон"], ["1", "8922", "", None], [None, ""], ["Итого"], [""], []])
    assert rows_of(raw) == [["Отчёт"], [], ["Код", "Телефон"], ["1", "8922"], [], ["Итого"]]


def hide_two(sheet: Any) -> None:
    sheet.row_dimensions[2].hidden = True
    sheet.auto_filter.ref = "A1:A4"
    sheet.row_dimensions[4].hidden = True


def test_hidden_and_filtered_rows_are_marked() -> None:
    raw = workbook_of([["Телефон"], ["1"], ["2"], ["3"]], hide_two)
    assert hidden(raw) == [["1"], ["3"]]
    rows = rows_of(raw, hidden="read")
    assert rows == [["Телефон"], ["1"], ["2"], ["3"]]
    assert not any(isinstance(row, HiddenRow) for row in rows)


def test_rows_folded_away_with_their_group_are_marked() -> None:
    def fold(sheet: Any) -> None:
        sheet.row_dimensions.group(2, 3, hidden=True)

    assert hidden(workbook_of([["a"], ["b"], ["c"], ["d"]], fold)) == [["b"], ["c"]]


def several_sheets() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "Пустой"
    for name, state in (("Секрет", "hidden"), ("Список", "visible"), ("2", "visible")):
        sheet = book.create_sheet(name)
        sheet.append([f"в {name}"])
        sheet.sheet_state = state
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("wanted", "name"), [(None, "Список"), ("Секрет", "Секрет"), (2, "Секрет"), ("4", "2"), ("2", "2"), ("3", "Список")]
)
def test_sheet_is_the_first_shown_with_data_or_the_one_wanted(wanted: str | int | None, name: str) -> None:
    raw = several_sheets()
    assert rows_of(raw, sheet=wanted) == [[f"в {name}"]]
    found = detected(raw, sheet=wanted)
    assert (found.format, found.sheet, found.sheets) == ("xlsx", name, ("Список", "2"))


@pytest.mark.parametrize("wanted", ["Нет", 0, 9, "9", "-1"])
def test_missing_sheet_is_refused_with_those_there_are(wanted: str | int) -> None:
    with pytest.raises(CallListError, match=r"has no sheet .*'Пустой', 'Секрет', 'Список', '2'"):
        rows_of(several_sheets(), sheet=wanted)


def test_workbook_without_data_is_refused() -> None:
    with pytest.raises(CallListError, match="no sheet holds anything"):
        rows_of(workbook_of([]))


def test_hidden_sheets_alone_are_named() -> None:
    def hide(sheet: Any) -> None:
        sheet.parent.create_sheet("Пустой")
        sheet.title, sheet.sheet_state = "Секрет", "hidden"

    with pytest.raises(CallListError, match=r"hidden: 'Секрет'; choose with sheet="):
        rows_of(workbook_of([["x"]], hide))


def test_shared_texts_are_joined_without_their_readings() -> None:
    strings = (
        "<si><t>один</t></si><si><r><t>д</t></r><r><t xml:space='preserve'>ва </t></r><rPh><t>x</t></rPh></si><si/>"
    )
    cells = "".join(f'<c r="{column}1" t="s"><v>{at}</v></c>' for at, column in enumerate("ABC"))
    raw = xlsx_of_sheet(data(f'<row r="1">{cells}<c r="D1"><v>1</v></c></row>'), strings=strings)
    assert rows_of(raw) == [["один", "два ", "", "1"]]


@pytest.mark.parametrize("value", ["7", "-1", "x"])
def test_missing_shared_text_is_damage(value: str) -> None:
    raw = xlsx_of_sheet(data(f'<row r="1"><c r="A1" t="s"><v>{value}</v></c></row>'), strings="<si><t>a</t></si>")
    with pytest.raises(CallListError, match="points at text"):
        rows_of(raw)


def test_escapes_of_excel_are_undone() -> None:
    raw = xlsx_of_sheet(data('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x000D_b_x005F_</t></is></c></row>'))
    assert rows_of(raw) == [["a\rb_"]]


AS_PROGRAMS_WRITE = [
    pytest.param('<row r="1"><c r="A1"><v>1</v></c><c r="C1"><v>3</v></c></row>', [["1", "", "3"]], id="gap"),
    pytest.param(
        "<row><c><v>1</v></c><c><v>2</v></c></row><row/><row><c><v>3</v></c></row>", [["1", "2"], [], ["3"]], id="bare"
    ),
    pytest.param('<row r="2" spans="1:1"><c r="A2"><f>1+1</f><v>2</v></c></row>', [[], ["2"]], id="formula"),
    pytest.param(
        '<row r="1"><c r="A1" t="b"><v>1</v></c><c r="B1" t="e"><v>#N/A</v></c></row>', [["TRUE", "#N/A"]], id="flags"
    ),
    pytest.param('<row r="1"><c r="A1" t="d"><v>2026-11-21T00:00:00</v></c></row>', [["2026-11-21"]], id="iso"),
    pytest.param(
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>', [["ab"]], id="runs"
    ),
    pytest.param('<row r="1"><c r="A1" t="str"><v>&amp;&lt;&#1080;&quot;</v></c></row>', [['&<и"']], id="entities"),
    pytest.param('<row r="1"><c r="A1" t="str"><v><![CDATA[</row><c]]></v></c></row>', [["</row><c"]], id="cdata"),
    pytest.param('<!-- <row r="9"> --><row r="1"><c r="A1"><v>1</v></c></row>', [["1"]], id="comment"),
    pytest.param("<row r='1' ><c t='n' r='A1'><v>1</v></c></row>", [["1"]], id="other quotes"),
    pytest.param('<row ht="5" r="3"><c r="A3" cm="1"><v>1</v></c></row>', [[], [], ["1"]], id="other order"),
    pytest.param('\n <row r="1">\n <c r="A1">\n <v>1</v>\n </c>\n </row>\n', [["1"]], id="indented"),
]


@pytest.mark.parametrize(("rows", "expected"), AS_PROGRAMS_WRITE)
def test_sheets_are_read_however_they_are_written(rows: str, expected: list[list[str]]) -> None:
    assert rows_of(xlsx_of_sheet(data(rows))) == expected
    # And where the pattern gave up half-way.
    shifted = rows_of(xlsx_of_sheet(data('<row r="1"><c r="A1"><v>0</v></c></row>' + _below(rows))))
    assert shifted[0] == ["0"]
    assert [row for row in shifted[1:] if row] == [row for row in expected if row]


def _below(rows: str) -> str:
    for old, new in (("3", "4"), ("2", "3"), ("1", "2")):
        for place in (f'r="{old}"', f"r='{old}'"):
            rows = rows.replace(place, place.replace(old, new))
        for column in "ABC":
            rows = rows.replace(f"{column}{old}", f"{column}{new}")
    return rows


def test_prefixed_and_strict_workbooks_are_read() -> None:
    strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
    sheet = (
        f'<?xml version="1.0" encoding="UTF-8"?><x:worksheet xmlns:x="{strict}"><x:sheetData>'
        '<x:row r="1" hidden="1"><x:c r="A1" t="inlineStr"><x:is><x:t>и</x:t></x:is></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert hidden(xlsx_of_parts(sheet.encode())) == [["и"]]
    in_utf_16 = sheet.replace("UTF-8", "UTF-16").encode("utf-16")
    assert hidden(xlsx_of_parts(in_utf_16)) == [["и"]]


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=8).filter(
    lambda text: not text.startswith("=")
)
_ROWS = st.lists(st.lists(_TEXTS | st.none() | st.integers(-(10**12), 10**12), max_size=5), min_size=1, max_size=6)


def shown(rows: list[list[Any]]) -> list[list[str]]:
    """What a sheet shows of some rows: nothing behind the last cell that is filled."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    for row in texts:
        while row and not row[-1]:
            row.pop()
    while texts and not texts[-1]:
        texts.pop()
    return texts


def by_xlsxwriter(rows: list[list[Any]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    (sheet.write_string if isinstance(value, str) else sheet.write_number)(at, column, value)
    return file.getvalue()


@settings(max_examples=30, deadline=None)
@given(_ROWS.filter(lambda rows: bool(shown(rows))), st.sampled_from([workbook_of, by_xlsxwriter]))
def test_what_other_programs_write_is_read_back(rows: list[list[Any]], write: Callable[[Any], bytes]) -> None:
    assert rows_of(write(rows)) == shown(rows)


_RAW = st.sampled_from(["", "1", "89222220000", "1.50", "x", "&amp;", "&#x438;", "a_x000D_", "<!-- -->", " "])
_CELL = st.builds(
    "<c{}{}{}>{}</c>".format,
    st.sampled_from(["", ' r="A1"', ' r="B1"', " r='C1'", ' r="AAA1"']),
    st.sampled_from(["", ' s="1"', ' s="9"']),
    st.sampled_from(["", ' t="n"', ' t="s"', ' t="str"', ' t="b"', ' t="inlineStr"']),
    st.builds(
        "{0}{1}".format,
        st.sampled_from(["", "<f>A1</f>", "<f/>"]),
        st.builds("<v>{}</v>".format, _RAW) | st.builds("<is><t>{}</t></is>".format, _RAW),
    ),
)
_SHEET = st.lists(
    st.builds(
        "<row{}{}>{}</row>".format,
        st.sampled_from(["", ' r="1"', ' r="5"', ' r="0"', ' spans="1:2"']),
        st.sampled_from(["", ' hidden="1"', ' hidden="0"']),
        st.lists(_CELL, max_size=4).map("".join),
    ),
    max_size=5,
).map("".join)


@settings(max_examples=100, deadline=None)
@given(_SHEET)
def test_pattern_and_parser_agree(rows: str) -> None:
    xml = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    cells = CellReader(["общий", ""], {"1": DateFormat(only_time=False)}, "x", of_1904=False)

    def outcome(read: Callable[..., Iterator[SheetRow]], *head: bytes) -> object:
        file = io.BytesIO(b"" if head else xml)
        try:
            return list(placed_rows(read(file, *head, cells, "x"), "x", mark_hidden=True))
        except CallListError as error:
            return type(error)

    assert outcome(xlsx_sheet.sheet_rows) == outcome(xlsx_sheet._by_tree, xml)


@pytest.mark.parametrize(
    ("sheet", "problem"),
    [
        (data('<row r="2"/><row r="1"><c r="A1"><v>1</v></c></row>'), "stands below row 2"),
        (data('<row r="1048577"><c><v>1</v></c></row>'), "no row '1048577'|row 1,048,577"),
        (data('<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'), "out of order"),
        (data('<row r="1"><c r="XFE1"><v>1</v></c></row>'), "no column 'XFE'"),
        (data('<row r="1"><c r="A1"><v>1</v>'), "XML is broken"),
        (data('<row r="x"><c r="A1"><v>1</v></c></row>'), "no row 'x'"),
    ],
)
def test_damaged_sheets_are_one_error(sheet: str, problem: str) -> None:
    with pytest.raises(CallListError, match=problem):
        rows_of(xlsx_of_sheet(sheet))


def test_two_cells_in_far_corners_cost_nothing() -> None:
    """Such a workbook ends a process that reads it with calamine 0.9."""
    raw = xlsx_of_sheet(
        data('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>')
    )
    with TableSource(io.BytesIO(raw)).open() as table:
        count = last = 0
        for row in table.rows:
            count, last = count + 1, len(row)  # type: ignore[arg-type]
    assert (count, last) == (1_048_576, 16_384)


def test_more_cells_than_any_list_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_rows, "_MOST_CELLS", 100_000)
    rows = "".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(1, 9))
    with pytest.raises(CallListError, match="cells in its sheet"):
        rows_of(xlsx_of_sheet(data(rows)))


def test_document_types_are_refused_wherever_they_stand() -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    sheet = (
        f'{laughs}<worksheet xmlns="{MAIN}">'
        + data('<row r="1"><c r="A1" t="str"><v>&b;</v></c></row>')
        + "</worksheet>"
    )
    with pytest.raises(CallListError, match="document type"):
        rows_of(xlsx_of_parts(sheet.encode()))
    raw = workbook_of([["x"]])
    for part in ("xl/workbook.xml", "xl/styles.xml", "_rels/.rels"):
        with pytest.raises(CallListError, match="document type"):
            rows_of(mutated_parts(raw, {part: f"{laughs}<x>&b;</x>".encode()}))


def bomb(size: int, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    start = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    return mutated_parts(workbook_of([["x"]]), {part: start + b" " * size})


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/theme/theme1.xml"])
def test_zip_bomb_is_refused_unread(part: str) -> None:
    with pytest.raises(CallListError, match=r"unpacks to \d+ MiB.* a ZIP bomb"):
        rows_of(bomb(24 << 20, part))


def test_zip_bomb_that_lies_about_its_size_is_stopped_there() -> None:
    raw = bytearray(bomb(24 << 20))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    honest, lie = size.to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert raw.count(honest) == 2
    with pytest.raises(CallListError, match="damaged or cut off: Bad CRC-32"):
        rows_of(bytes(raw.replace(honest, lie)))


def test_small_archive_may_not_declare_gigabytes() -> None:
    raw = xlsx_of_sheet(data('<row r="1"><c r="A1"><v>1</v></c></row>'))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        size = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    with pytest.raises(CallListError, match="a ZIP bomb"):
        rows_of(raw.replace(size.to_bytes(4, "little"), (0xF0000000).to_bytes(4, "little")))


@pytest.mark.parametrize("cut", [10, 500, -30, -400])
def test_cut_off_workbook_is_one_error(cut: int) -> None:
    with pytest.raises(CallListError):
        rows_of(workbook_of([["x"] * 5] * 50)[:cut])


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("xl/workbook.bin", "a binary workbook"),
        ("word/document.xml", "a Word document"),
        ("list.csv", "a ZIP archive without a workbook"),
    ],
)
def test_other_archives_are_called_by_their_names(part: str, problem: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(part, "x")
    with pytest.raises(CallListError, match=problem):
        rows_of(file.getvalue())


def archive_of(entry: zipfile.ZipInfo, flags: int = 0) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(entry, "<x/>")
    raw = bytearray(file.getvalue())
    # The flags stand in the part's own head and in the list at the end.
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(head) + at] |= flags
    return bytes(raw)


def test_locked_and_oddly_packed_archives_are_told() -> None:
    with pytest.raises(CallListError, match="locked by a password"):
        rows_of(archive_of(zipfile.ZipInfo("content.xml"), flags=1))
    packed = zipfile.ZipInfo("content.xml")
    packed.compress_type = zipfile.ZIP_BZIP2
    with pytest.raises(CallListError, match="packed in a way"):
        rows_of(archive_of(packed))


def test_archive_of_many_files_is_no_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped, "_MOST_PARTS", 5)
    with pytest.raises(CallListError, match="an archive of 9 files"):
        rows_of(workbook_of([["x"]]))


def test_workbook_of_thousands_of_sheets_is_refused() -> None:
    sheets = "".join(f'<sheet name="{at}" sheetId="{at + 1}" r:id="rId1"/>' for at in range(1001))
    raw = xlsx_of_sheet(data(""))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        book = archive.read("xl/workbook.xml").decode()
    begin, end = book.index("<sheet "), book.index("</sheets>")
    with pytest.raises(CallListError, match="has 1,001 sheets"):
        rows_of(mutated_parts(raw, {"xl/workbook.xml": (book[:begin] + sheets + book[end:]).encode()}))


def test_missing_parts_are_damage() -> None:
    for part in ("xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels"):
        file = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(workbook_of([["x"]]))) as old, zipfile.ZipFile(file, "w") as new:
            for name in old.namelist():
                if name != part:
                    new.writestr(name, old.read(name))
        with pytest.raises(CallListError, match="is missing"):
            rows_of(file.getvalue())


def test_locked_workbook_is_told() -> None:
    # Excel puts a locked workbook into a compound file; its parts are told by their names.
    raw = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(CallListError, match="locked by a password"):
        rows_of(raw)


def test_name_does_not_matter_and_path_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(workbook_of([["Телефон"], [89222220000]]))
    source = TableSource(path)
    for _ in range(2):
        with source.open() as table:
            assert list(table.rows) == [["Телефон"], ["89222220000"]]
    assert source.estimated_rows() is None


def test_workbook_in_gzip_is_read() -> None:
    assert detected(gzip.compress(workbook_of([["x"]]))).compressed

"""Text as rows: delimiters, quotes, line ends, where it comes from, and what is no list."""

from __future__ import annotations

import gzip
import io
import json
import os
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.call_list.readers import BrokenRow, Detected, ReadOptions, TableSource, content
from autodialer_async.errors import CallListError
from tests.call_list.readers.tables import broken, detected, rows_of

LISTS = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_every_delimiter_is_found(delimiter: str) -> None:
    raw = f"id{delimiter}phone{delimiter}name\n1{delimiter}89222220000{delimiter}a b\n".encode()
    assert detected(raw) == Detected("csv", encoding="utf-8", delimiter=delimiter)
    assert rows_of(raw)[1] == ["1", "89222220000", "a b"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        pytest.param("Код;Сумма\n1;85819,06\n2;10,00\n", ";", id="decimal commas"),
        pytest.param("1;85819,06\n2;10,00\n", ";", id="decimal commas without a header"),
        pytest.param("89222220000;Иванов, Иван, Иванович\n", ";", id="commas in a name"),
        pytest.param('"ID";"Имя, Фамилия"\n"1";"Иванов, Иван"\n', ";", id="quoted commas"),
        pytest.param('id,note\n1,"a; b"\n2,"c; d"\n', ",", id="quoted semicolons"),
        pytest.param("id,phones\n1,8922;8912\n2,8922;8913\n", ",", id="semicolons within a comma's cells"),
        pytest.param("Отчёт\nза ноябрь, 2026\n\nКод;Телефон\n1;8922\n2;8922\n3;8922\n", ";", id="titles above"),
        pytest.param("Отчёт, ноябрь\n\nКод\tСумма\n1\t85,06\n2\t10,00\n", "\t", id="commas but for the header"),
        pytest.param(
            'Отдел, тел. 1\n"Код"\t"Сумма"\n"1"\t"85,06"\n"2"\t"10,00"\n', "\t", id="title beside quoted commas"
        ),
        pytest.param("Отчёт, 1\nОт, до\nКод;Сумма\n1;85,06\n2;10,00\n", ";", id="two titles with commas"),
        pytest.param('К\tС\tТ\n1\t"а\nб"\t5,0\n2\t"а\nб"\t5,0\n1, 2\n', "\t", id="quoted line breaks and a note"),
        pytest.param("a|b\n1|x;y\n2|z\n", "|", id="bars"),
        pytest.param('1;"строка 1\nстрока, 2"\n2;x\n', ";", id="line break within quotes"),
        pytest.param('1;"ООО "Ромашка""\n2;"ЗАО "Лютик""\n', ";", id="broken quotes"),
        pytest.param("Телефон\n89222220000\n89222220001, 89222220002\n89222220003\n", None, id="one column"),
        pytest.param("89222220000\n", None, id="one phone"),
        pytest.param("8 (922) 222-00-00\n+7 922 222-00-01\n", None, id="blanks delimit nothing"),
        pytest.param("\n\n", None, id="nothing"),
    ],
)
def test_delimiter_is_what_cuts_the_rows(text: str, delimiter: str | None) -> None:
    found = detected(text.encode())
    assert (found.delimiter, found.format) == (delimiter, "text" if delimiter is None else "csv")


def test_one_column_keeps_its_cells_whole() -> None:
    assert rows_of("Телефон\n8922, 8912\n8\n".encode()) == [["Телефон"], ["8922, 8912"], ["8"]]


@pytest.mark.parametrize("line", ["sep=|", "SEP=|", '"sep=|"'])
def test_first_line_may_tell_the_delimiter(line: str) -> None:
    raw = f"{line}\r\na;b|c\r\n".encode("utf-8-sig")
    assert rows_of(raw) == [["a;b", "c"]]
    assert detected(raw).delimiter == "|"
    assert rows_of(raw, delimiter=";") == [["a", "b|c"]]


@pytest.mark.parametrize("name", ["tab", "TAB", "\\t", "\t"])
def test_tabulator_has_names(name: str) -> None:
    assert rows_of(b"a;b\tc\n", delimiter=name) == [["a;b", "c"]]


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n"])
def test_what_cannot_delimit_is_refused(delimiter: str) -> None:
    with pytest.raises(CallListError, match="delimiter="):
        rows_of(b"a;b\n", delimiter=delimiter)


def test_rows_are_given_as_they_stand() -> None:
    raw = b'a;b;c\n1\n\n1;2;3;4\n;;\n x ; "y";"a ""b"" \nc"\n'
    assert rows_of(raw) == [
        ["a", "b", "c"],
        ["1"],
        [],
        ["1", "2", "3", "4"],
        ["", "", ""],
        [" x ", ' "y"', 'a "b" \nc'],
    ]


def test_quotes_within_a_cell_are_its_text() -> None:
    assert rows_of('1;ООО "Ромашка"\n2;x\n'.encode())[0] == ["1", 'ООО "Ромашка"']


def test_broken_quotes_break_their_row_only() -> None:
    raw = '1;x\n2;"ООО "Ромашка""\n3;z\n'.encode()
    assert broken(raw) == [1]
    row = rows_of(raw)[1]
    assert isinstance(row, BrokenRow)
    assert "Ромашка" not in row.problem


@pytest.mark.parametrize("tail", ["", "3;z\n", '3;"z"\n4;x\n'])
def test_quote_that_is_not_closed_hides_no_rows(tail: str) -> None:
    raw = f'sep=;\n1;x\n2;"Ромашка\n3;y\n{tail}'.encode()
    with pytest.raises(CallListError, match="a quote opened at line 3 is not closed"):
        rows_of(raw)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("opened", [False, True])
def test_line_ends_of_all_systems_are_read(end: str, opened: bool) -> None:
    text = end.join(["a;b", "1;2", '"x";3', ""])
    expected = [["a", "b"], ["1", "2"], ["x", "3"]]
    assert rows_of(io.StringIO(text, newline="") if opened else text.encode()) == expected


def test_very_long_cell_breaks_its_row_only() -> None:
    assert broken(b"1;2\n" + b"x" * 200_000 + b";2\n3;4\n") == [1]


def test_empty_file_is_a_table_without_rows() -> None:
    assert rows_of(b"") == []
    assert rows_of(io.StringIO("")) == []


_CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=12)


@given(st.lists(st.lists(_CELLS, min_size=2, max_size=5), min_size=1, max_size=8), st.sampled_from(";,\t|"))
def test_what_csv_writes_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = "".join(delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\n" for row in rows)
    for encoding in ("utf-8-sig", "utf-16"):
        assert rows_of(text.encode(encoding), delimiter=delimiter) == rows
    assert rows_of(io.StringIO(text), delimiter=delimiter) == rows


def test_path_is_read_again_and_again() -> None:
    source = TableSource(LISTS / "plain_small.csv")
    assert source.is_path
    for _ in range(2):
        with source.open() as table:
            assert len(list(table.rows)) == 41
    assert source.estimated_rows() == 41


def test_open_files_are_left_open_and_read_once() -> None:
    for file in (io.BytesIO(b"a;b\n"), io.StringIO("\ufeffa;b\n")):
        source = TableSource(file)
        assert (source.is_path, source.estimated_rows()) == (False, None)
        with source.open() as table:
            assert list(table.rows) == [["a", "b"]]
        assert not file.closed
        with pytest.raises(CallListError, match="was read already"), source.open():
            pass


def test_open_file_is_read_from_where_it_stands() -> None:
    file = io.BytesIO(b"a title\na;b\n1;2\n")
    file.readline()
    assert rows_of(file) == [["a", "b"], ["1", "2"]]


def test_text_in_another_encoding_than_its_opener_said_is_one_error(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("1;x\n2;Иванов\n".encode("cp1251"))
    with path.open(encoding="utf-8") as file, pytest.raises(CallListError, match="does not fit its encoding"):
        rows_of(file)


def test_minus_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = gzip.compress("Телефон;ФИО\n8;Иванов\n".encode("cp1251"))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
    source = TableSource("-")
    assert not source.is_path
    with source.open() as table:
        assert list(table.rows) == [["Телефон", "ФИО"], ["8", "Иванов"]]


@pytest.mark.skipif(sys.platform == "win32", reason="no named pipes in the file system")
def test_named_pipe_is_read_once(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"a;b\n1;2\n",))
    writer.start()
    source = TableSource(pipe)
    assert not source.is_path
    with source.open() as table:
        assert list(table.rows) == [["a", "b"], ["1", "2"]]
    writer.join()


def test_unicode_text_of_excel_is_read() -> None:
    raw = "Код\tФИО\r\n1\tИванов; Пётр\r\n".encode("utf-16")
    assert rows_of(raw) == [["Код", "ФИО"], ["1", "Иванов; Пётр"]]


def test_no_standard_input_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CallListError, match="no standard input"):
        rows_of("-")


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress("Код;ФИО\n1;Иванов\n".encode("cp1251")))
    assert detected(str(path)) == Detected("csv", encoding="cp1251", delimiter=";", compressed=True)
    assert rows_of(str(path)) == [["Код", "ФИО"], ["1", "Иванов"]]


@pytest.mark.parametrize("cut", [3, 11, -9, -2])
def test_gzip_cut_off_is_one_error(cut: int) -> None:
    with pytest.raises(CallListError, match=r"damaged or cut off|cannot be read"):
        rows_of(gzip.compress(b"1;2\n3;4\n" * 50)[:cut])


def test_gzip_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_SMALL_ENOUGH", 1 << 20)
    with pytest.raises(CallListError, match="unpacks to over 5 MiB"):
        rows_of(gzip.compress(b"89222220000\n" * 1_000_000, 9))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"<!DOCTYPE html><html><table><tr><td>8922</td></tr></table></html>", "a page of HTML"),
        (b"\xef\xbb\xbf  <html>\n<body>", "a page of HTML"),
        ('<?xml version="1.0"?>\n<Workbook xmlns="urn:x">'.encode("utf-16"), "an XML file"),
        (b'[{"phone": "8922"}]', "one JSON array"),
        (b"%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"Rar!\x1a\x07\x00", "a RAR archive"),
        (b"BZh91AY", "packed by bzip2"),
    ],
)
def test_what_is_no_list_is_called_by_its_name(raw: bytes, problem: str) -> None:
    with pytest.raises(CallListError, match=problem):
        rows_of(raw)


def test_missing_file_and_directory_are_told(tmp_path: Path) -> None:
    with pytest.raises(CallListError, match=r"no\.csv cannot be read: No such file"):
        rows_of(str(tmp_path / "no.csv"))
    with pytest.raises(CallListError, match="is a directory"):
        rows_of(str(tmp_path))
    with pytest.raises(CallListError, match="is no path"):
        rows_of("a\0b")


def test_sheet_of_a_text_is_refused() -> None:
    with pytest.raises(CallListError, match="is a text and has no sheets"):
        rows_of(b"a;b\n", sheet="1")


def test_errors_of_the_callers_own_block_pass_through() -> None:
    with pytest.raises(OSError, match="mine"), TableSource(io.BytesIO(b"a;b\n")).open():
        raise OSError("mine")


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes("8 (922) 222-00-00;Иванов Иван Иванович\r\n".encode("cp1251") * 100_000)
    with TableSource(path).open() as table:
        next(table.rows)
        tracemalloc.start()
        try:
            rows = sum(1 for _ in table.rows)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert rows == 99_999
    assert peak < 1 << 20


class TestJsonLines:
    def test_names_of_all_objects_are_the_header(self) -> None:
        raw = b'{"id": 1, "phone": 89222220000}\n\n{"phone": 89222220001.0, "name": null, "vip": true}\n'
        with TableSource(io.BytesIO(raw)).open() as table:
            assert table.named
            assert table.detected.format == "jsonl"
            assert list(table.rows) == [
                ["id", "phone", "name", "vip"],
                ["1", "89222220000", "", ""],
                [],
                ["", "89222220001", "", "TRUE"],
            ]

    def test_digits_are_kept_and_exponents_are_not_touched(self) -> None:
        raw = b'{"a": 123456789012345678901234, "b": 8.92222E+10, "c": 85819.06}\n'
        assert rows_of(raw)[1] == ["123456789012345678901234", "8.92222E+10", "85819.06"]

    def test_lists_and_objects_stay_json(self) -> None:
        raw = '{"phones": ["8922", 8912], "of": {"a": "ё"}}\n'.encode()
        assert rows_of(raw)[1] == ['["8922", "8912"]', '{"a": "ё"}']

    def test_bad_lines_break_their_rows_only(self) -> None:
        lines = ['{"a": 1}', '{"a": ', "[1]", '"x"', '{"a": 1, "a": 2}', '{"a":' + "[" * 100_000, '{"a": 2}']
        assert broken("\n".join(lines).encode()) == [2, 3, 4, 5, 6]

    def test_open_text_is_read_the_same(self) -> None:
        assert rows_of(io.StringIO('{"a": 1}\n{"b": 2}\n')) == [["a", "b"], ["1", ""], ["", "2"]]

    def test_braces_alone_make_no_json(self) -> None:
        assert rows_of(b"{a};b\n1;2\n") == [["{a}", "b"], ["1", "2"]]

    def test_endless_names_are_refused(self) -> None:
        raw = "\n".join(json.dumps({f"n{at}": 1}) for at in range(17_000)).encode()
        with pytest.raises(CallListError, match="different names"):
            rows_of(raw)


def test_options_are_plain_records() -> None:
    assert ReadOptions() == ReadOptions(encoding=None, delimiter=None, sheet=None, hidden="skip")

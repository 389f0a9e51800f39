"""Encodings are found from the bytes; what is damaged is one clear error."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.errors import CallListError
from tests.call_list.readers.tables import detected, rows_of

LIST = "Код;Телефон;ФИО\r\n07;8 (922) 222-00-00;Иванов Пётр\r\n08;89222220001;ООО «Ромашка» № 5\r\n"
NAMES = ("Иванов Пётр Сёминович", "Кулагина Фёкла", "ЩЕРБАКОВА ЮЛИЯ", "Цой Виктор", "Жук Яна", "объезд Ёлкин")
CODE_PAGES = ("cp1251", "cp866", "koi8-r")


@pytest.mark.parametrize("encoding", [*CODE_PAGES, "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_is_found(encoding: str) -> None:
    text = LIST.replace("«", '"').replace("»", '"') if encoding in ("cp866", "koi8-r") else LIST
    text = text.replace("№", "N") if encoding == "koi8-r" else text
    raw = text.encode(encoding)
    assert detected(raw).encoding == encoding
    assert rows_of(raw)[1] == ["07", "8 (922) 222-00-00", "Иванов Пётр"]


def test_big_endian_utf_16_is_told_by_its_mark() -> None:
    raw = codecs.BOM_UTF16_BE + LIST.encode("utf-16-be")
    assert rows_of(raw)[0] == ["Код", "Телефон", "ФИО"]


@pytest.mark.parametrize("encoding", CODE_PAGES)
@pytest.mark.parametrize(
    "text",
    [
        *NAMES,
        *(name.upper() for name in NAMES),
        *(name.lower() for name in NAMES),
        "Телефон",
        "ТЕЛЕФОН",
        "ФИО",
        "телефон",
        "Код",
        "СИДОРОВА",
        "не звонить",
        "НЕ ЗВОНИТЬ",
    ],
)
def test_a_few_letters_are_enough_for_the_code_page(encoding: str, text: str) -> None:
    assert detected(f"1;89222220000;{text}\n".encode(encoding)).encoding == encoding


@pytest.mark.parametrize(
    "text", ["ООО", "ИП", "руб.", "нет", "№ 5", "8\u00a0922\u00a0222\u00a000\u00a000", "«Х»", "да"]
)
def test_what_reads_well_in_several_code_pages_is_taken_for_cp1251(text: str) -> None:
    raw = f"1;89222220000;{text}\n".encode("cp1251")
    assert detected(raw).encoding == "cp1251"


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=20), st.sampled_from(CODE_PAGES), st.booleans())
def test_lists_of_names_are_read_back(names: list[str], encoding: str, upper: bool) -> None:
    shown = [name.upper() if upper else name for name in names]
    raw = "\n".join(f"8922222{at:04};{name}" for at, name in enumerate(shown)).encode(encoding)
    assert [row[1] for row in rows_of(raw)] == shown


def test_first_letters_far_below_the_first_megabyte_count() -> None:
    raw = b"89222220000;x\n" * 100_000 + "89222220001;Иванов\n".encode("cp1251")
    assert rows_of(raw)[-1] == ["89222220001", "Иванов"]


def test_utf_8_with_one_bad_line_is_one_error_that_names_it() -> None:
    raw = "89222220000;Иванов\n".encode() * 60_000 + "89222220001;Пётр\n".encode("cp1251")
    with pytest.raises(CallListError, match=r"is UTF-8, but line 60001 is not.*encoding="):
        rows_of(raw)


def test_utf_8_cut_in_mid_letter_is_one_error() -> None:
    with pytest.raises(CallListError, match=r"is UTF-8, but line 2 is not"):
        rows_of("1;Иванов\n2;Пётр".encode()[:-1])


def test_letters_that_only_look_like_utf_8_stay_cp1251() -> None:
    # «Сё» in cp1251 is a valid pair of UTF-8.
    assert rows_of("1;Сёмин\n2;Рёбров\n".encode("cp1251")) == [["1", "Сёмин"], ["2", "Рёбров"]]


def test_the_byte_that_cp1251_lacks_is_named() -> None:
    with pytest.raises(CallListError, match=r"line 2: looks like cp1251, which has no letter 98"):
        rows_of("1;Иванов Иван\n2;Пётр".encode("cp1251") + b"\x98")


def test_given_encoding_wins() -> None:
    raw = "1;Иванов\n".encode("cp1251")
    assert detected(raw, encoding="koi8-r").encoding == "koi8-r"
    assert rows_of(raw, encoding="koi8-r") != rows_of(raw)


@pytest.mark.parametrize(
    ("given_name", "encoding"), [("utf-8", "utf-8-sig"), ("utf_16_le", "utf-16"), ("UTF8", "utf-8-sig")]
)
def test_a_mark_is_no_part_of_the_first_cell_where_the_encoding_is_given(given_name: str, encoding: str) -> None:
    assert rows_of("Код;Телефон\n".encode(encoding), encoding=given_name) == [["Код", "Телефон"]]


def test_wrongly_given_encoding_is_refused_with_the_line() -> None:
    with pytest.raises(CallListError, match=r"line 2: is not utf-8, as encoding= says"):
        rows_of("1;x\n2;Иванов\n".encode("cp1251"), encoding="utf-8")


@pytest.mark.parametrize("name", ["rot13", "hex", "no such", "\0"])
def test_what_is_no_encoding_is_refused(name: str) -> None:
    with pytest.raises(CallListError, match="no text encoding is called"):
        rows_of(b"1;2\n", encoding=name)


@pytest.mark.parametrize("raw", [b"1;2\n3;\0\n", b"\0" * 100, b"1;2\n" * 600_000 + b"\0", bytes(range(256)) * 8])
def test_zero_bytes_are_no_text(raw: bytes) -> None:
    with pytest.raises(CallListError, match="zero bytes"):
        rows_of(raw)


def test_damaged_utf_16_is_one_error_at_once() -> None:
    raw = codecs.BOM_UTF16_LE + ("1;Иванов\n" * 1000).encode("utf-16-le") + b"\x00\xd8\x20"
    with pytest.raises(CallListError, match=r"line 1001: begins with the mark of UTF-16 and is damaged"):
        detected(raw)


@pytest.mark.parametrize("raw", [b"8" * 3_000_000, ("8" * 2_000_000).encode("utf-16")])
def test_a_line_without_end_is_refused(raw: bytes) -> None:
    with pytest.raises(CallListError, match="has a line of over"):
        rows_of(raw)

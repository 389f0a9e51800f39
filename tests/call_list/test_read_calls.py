"""Reading a CSV as a call list: every row is a call or is listed with its reason."""

from __future__ import annotations

import contextlib
import csv
import io
import operator
from collections import Counter
from pathlib import Path
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.call_list import CallList, RejectedRow, RejectReason, read_calls
from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.errors import CallListError
from autodialer_async.models import Call

SMALL = Path(__file__).parents[1] / "data" / "plain_small.csv"


def listed(text: str, **options: object) -> CallList:
    return read_calls(io.StringIO(text), **options)  # type: ignore[arg-type]


def only_rejected(calls: CallList) -> RejectedRow:
    [row] = calls.rejected
    return row


def test_file_of_the_usual_columns_gives_its_calls() -> None:
    calls = list(read_calls(SMALL))
    assert len(calls) == 40
    assert calls[0] == Call(
        "1", "89222573037", name="Лукия", uuid="crm-1", var1="52389 руб.", var2="21 ноября", generation_type="2"
    )


def test_path_is_read_again_and_again() -> None:
    calls = read_calls(str(SMALL))
    assert list(calls) == list(calls)
    assert calls.counts.read == calls.counts.valid == 40


def test_open_file_is_read_once_and_left_open() -> None:
    with SMALL.open("rb") as file:
        calls = read_calls(file)
        assert len(list(calls)) == 40
        assert not file.closed
        with pytest.raises(CallListError, match="was read already"):
            list(calls)


def test_file_is_closed_when_the_reader_leaves_early() -> None:
    # An unclosed file warns, and warnings are errors.
    rows = iter(read_calls(SMALL))
    next(rows)
    rows.close()  # type: ignore[attr-defined]
    assert next(rows, None) is None


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_byte_order_mark_and_line_endings_do_not_matter(mark: str, ending: str, tmp_path: Path) -> None:
    text = mark + ending.join(('"id",phone,name', '1,89222220000,"Петров, Пётр"', ""))
    file = tmp_path / "list.csv"
    file.write_bytes(text.encode())
    expected = [Call(1, "89222220000", name="Петров, Пётр")]
    assert list(read_calls(file)) == list(read_calls(io.BytesIO(text.encode()))) == list(listed(text)) == expected


def test_columns_may_have_the_names_of_the_service_and_any_order() -> None:
    assert list(listed("generationtype,Phone,ID,UUID\n7,89222220000,1,u\n")) == [
        Call(1, "89222220000", uuid="u", generation_type="7")
    ]


def test_blanks_around_cells_are_no_part_of_them() -> None:
    assert list(listed(" id , phone\n 1 , 8 922 222-00-00 \n")) == [Call(1, "89222220000")]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("id,name\n", "which column holds the phone? no column's name or cells tell; say so with --phone-column NAME"),
        ("id,город\n1,Пермь\n", "columns found: 'id', 'город'"),
        ("Номер факса,Номер договора\n89222220000,89222220001\n", "which column holds the phone?"),
        ("a,b\n89222220000,89222220001\n", "2 columns hold numbers ('a', 'b')"),
        ("id,phone,uuid,UUID\n", "two columns for uuid, 'uuid' and 'UUID'; say which with --column uuid=NUMBER"),
        ("phone,start\n", "no column 'stop'"),
        ('id,"phone"x\n', "the header's quotes are broken"),
    ],
)
def test_file_that_is_no_list_is_refused_with_what_was_found(text: str, complaint: str) -> None:
    with pytest.raises(CallListError) as caught:
        list(listed(text))
    assert complaint in str(caught.value)
    assert "8922222" not in str(caught.value)


def test_missing_file_and_bad_header_are_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(CallListError, match=r"none\.csv cannot be read: No such file"):
        read_calls(tmp_path / "none.csv")
    with pytest.raises(CallListError, match="is a directory"):
        read_calls(tmp_path)
    (tmp_path / "bad.csv").write_text("id\n")
    with pytest.raises(CallListError, match="which column holds the phone"):
        read_calls(tmp_path / "bad.csv")


def test_file_that_fails_while_it_is_read_is_a_list_error() -> None:
    class Broken(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(CallListError, match="the list cannot be read: Input/output error"):
        list(read_calls(io.BufferedReader(Broken())))


def test_unclosed_quote_does_not_swallow_the_rows_below_it() -> None:
    calls = listed('id,phone,name\n1,89222220000,a\n2,89222220001,"b\n3,89222220002,c\n4,89222220003,d\n')
    with pytest.raises(CallListError, match="a quote opened at line 3 is not closed"):
        list(calls)
    assert calls.counts.valid == 1


def test_broken_quotes_within_a_row_reject_that_row_only() -> None:
    calls = listed('id,phone,name\n1,89222220000,"OOO "R""\n2,89222220001,b\n')
    assert [call.id for call in calls] == ["2"]
    assert (only_rejected(calls).row, only_rejected(calls).reason) == (1, RejectReason.INVALID)


def test_quoted_line_breaks_belong_to_their_cell() -> None:
    assert [call.name for call in listed('id,phone,name\n1,89222220000,"a\nb"\n2,89222220001,c\n')] == ["a\nb", "c"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("9,", RejectedRow(1, "9", "Phone", RejectReason.EMPTY, "", "no phone")),
        ("", RejectedRow(1, None, None, RejectReason.EMPTY, "", "a blank row")),
        (" , ", RejectedRow(1, None, None, RejectReason.EMPTY, "", "a blank row")),
        ("9", RejectedRow(1, "9", "Phone", RejectReason.EMPTY, "", "no phone")),
        ("9,89222220001,x", RejectedRow(1, None, None, RejectReason.INVALID, "", "3 cells where the header has 2")),
        ("9,89222220000", None),
        ("9,89222220001,", None),
        ("9,8.92222E+10", RejectedRow(1, "9", "Phone", RejectReason.LOSSY, "8.92222E+10", ANY)),
        ("9,не звонить", RejectedRow(1, "9", "Phone", RejectReason.STOP, "не звонить", ANY)),
        ("9,12345", RejectedRow(1, "9", "Phone", RejectReason.INVALID, "12345", ANY)),
        ("9,8 800 555-35-35", RejectedRow(1, "9", "Phone", RejectReason.NOT_ALLOWED, "8 800 555-35-35", ANY)),
    ],
)
def test_row_without_a_call_is_listed_with_its_place_and_reason(row: str, expected: RejectedRow | None) -> None:
    calls = listed(f"id,Phone \n{row}\n10,89222229999\n")
    assert [call.id for call in calls][-1] == "10"
    assert calls.rejected == ([] if expected is None else [expected])


def test_repeated_phone_is_dropped_over_the_whole_list_in_any_spelling() -> None:
    calls = listed("id,phone\n1,89222220000\n2,89222220001\n3,+7 922 222-00-00\n")
    assert [call.id for call in calls] == ["1", "2"]
    assert only_rejected(calls) == RejectedRow(
        3, "3", "phone", RejectReason.DUPLICATE, "+7 922 222-00-00", "an earlier row has the same phone"
    )


def test_repeated_phone_stays_on_request() -> None:
    calls = listed("id,phone\n1,89222220000\n2,89222220000\n", duplicates="keep")
    assert [call.id for call in calls] == ["1", "2"]


def test_foreign_number_is_no_duplicate_of_a_russian_one_with_its_digits() -> None:
    assert NumberSet(["+84951234567"]).add_new(["84951234567", "+84951234567"]) == [1]


def test_rejected_rows_are_bounded_and_counted_exactly() -> None:
    calls = listed("id,phone\n" + "1,\n" * 50, max_rejected=3)
    assert list(calls) == []
    assert [row.row for row in calls.rejected] == [1, 2, 3]
    assert calls.counts.rejected == {RejectReason.EMPTY: 50}


@pytest.mark.parametrize("listed_rows", [0, 1, 300, 1000])
def test_rows_are_counted_alike_whether_they_are_listed_or_not(listed_rows: int) -> None:
    cells = ["892222200", "8922222000O", "89222220000777", "нет", "8.92222E+10", "не звонить", "89222220000", "8 800 2"]
    text = "id,phone\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells * 50, 1)) + "1,2,3\n"
    calls = listed(text, max_rejected=listed_rows)
    assert [call.id for call in calls] == ["7"]
    told = [outcome.rejected for outcome in listed(text).outcomes() if outcome.rejected]
    assert calls.rejected == told[:listed_rows]
    assert calls.counts.rejected == Counter(row.reason for row in told)
    assert calls.counts.read == 401 == calls.counts.valid + len(told)
    assert all(row.problem for row in told)


def test_counts_grow_while_reading_and_begin_again_with_each_reading() -> None:
    calls = read_calls(SMALL)
    reading = iter(calls)
    next(reading)
    assert (calls.counts.read, calls.counts.valid) == (1, 1)
    iter(calls)
    assert calls.counts.read == 0
    next(reading)
    assert calls.counts.read == 0


def test_no_number_and_no_name_stands_in_reprs_and_sentences() -> None:
    calls = listed("id,phone,name\n1,8922222000,Петров\n2,Петров 89222220000,x\n3,89222220001,y\n4,89222220001,z\n")
    list(calls)
    assert len(calls.rejected) == 2
    shown = repr(calls) + repr(calls.rejected) + "".join(map(str, calls.rejected))
    for secret in ("8922222000", "89222220001", "2222", "Петров"):
        assert secret not in shown
    assert "row 1, id '1', phone: " in shown


def test_id_that_is_a_phone_is_masked_where_it_is_shown() -> None:
    calls = listed("id,phone\n89222220000,\n+7 922 222-00-01,нет\n07000001,-\n")
    list(calls)
    assert [row.id for row in calls.rejected] == ["89222220000", "+7 922 222-00-01", "07000001"]
    shown = repr(calls.rejected) + "".join(map(str, calls.rejected))
    assert "222" not in shown
    assert "id '07000001'" in shown


def test_length_hint_counts_lines_without_reading_rows(tmp_path: Path) -> None:
    assert operator.length_hint(read_calls(SMALL)) == 40
    assert operator.length_hint(listed("id,phone\n"), -1) == -1
    file = tmp_path / "list.csv"
    file.write_text("id,phone\n1,89222220000")
    calls = read_calls(file)
    assert operator.length_hint(calls) == 1
    file.unlink()
    assert operator.length_hint(calls, -1) == -1
    with pytest.raises(CallListError, match="cannot be read"):
        list(calls)


CELLS = st.one_of(
    st.sampled_from(["", " ", "1", "2", "89222220000", "+7 (922) 222-00-01", "8.92222E+10", "Петров", "не звонить"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6),
)


@given(st.lists(st.lists(CELLS, max_size=4), max_size=12))
def test_every_row_of_any_table_is_a_call_or_rejected(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([["id", "phone", "name"], *rows])
    calls = listed(text.getvalue(), delimiter=",")
    found = list(calls)
    assert calls.counts.read == calls.counts.valid + calls.counts.rejected.total()
    assert calls.counts.valid == len(found)
    assert calls.counts.rejected.total() == len(calls.rejected)
    assert len({call.phone for call in found}) == len(found)
    assert calls.counts.read == len(rows)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_count_or_one_clear_error(body: bytes) -> None:
    calls = read_calls(io.BytesIO(b"id,phone,name\n" + body))
    with contextlib.suppress(CallListError):
        list(calls)
    assert calls.counts.read == calls.counts.valid + calls.counts.rejected.total()

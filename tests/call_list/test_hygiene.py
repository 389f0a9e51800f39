"""Whom not to call: repeats, stop lists, all but one's own phone, lists that are too long."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from autodialer_async.call_list import CallList, RejectReason, number_set, read_calls
from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.errors import CallListError, ConfigurationError

A, B, C = "89222220000", "89222220001", "83432220002"


def listed(*lines: str, **options: object) -> CallList:
    return read_calls(io.StringIO("\n".join(lines) + "\n"), **options)  # type: ignore[arg-type]


def refused(calls: CallList) -> list[tuple[int, str]]:
    return [(row.row, str(row.reason)) for row in calls.rejected]


def test_repeats_are_dropped_by_phone_or_by_phone_and_scenario() -> None:
    lines = ("Телефон;Сценарий", f"{A};1", f"{A};2", "+7 922 222-00-00;1")
    calls = listed(*lines)
    assert [call.generation_type for call in calls] == ["1"]
    assert refused(calls) == [(2, "duplicate"), (3, "duplicate")]
    calls = listed(*lines, duplicates_by="phone_and_scenario")
    assert [call.generation_type for call in calls] == ["1", "2"]
    assert refused(calls) == [(3, "duplicate")]
    assert len(list(listed(*lines, duplicates="keep"))) == 3


def test_row_that_is_refused_for_another_reason_makes_no_repeat_of_the_next() -> None:
    calls = listed("Телефон;maxcount", f"{A};x", f"{A};2")
    assert [call.max_count for call in calls] == [2]


def test_repeat_far_below_is_found() -> None:
    lines = [f"8922{number:07d}" for number in range(3000)]
    calls = listed("Телефон", *lines, lines[0], lines[2999])
    assert len(list(calls)) == 3000
    assert refused(calls) == [(3001, "duplicate"), (3002, "duplicate")]


@pytest.mark.parametrize("content", [f"{A}\n+7 (343) 222-00-02\n", f"Клиент;Тел.\nПетров;{A}, {C}\n"])
def test_numbers_of_a_stop_list_are_not_called(content: str, tmp_path: Path) -> None:
    stop = tmp_path / "stop.txt"
    stop.write_text(content, encoding="cp1251")
    calls = listed("Телефон;Второй телефон", f"{A};", f"{B};", f"89222220009;{C}", stop_lists=[stop])
    # Who has one number on the list is not called at another.
    assert [call.phone for call in calls] == [B]
    assert calls.counts.rejected == {RejectReason.STOP: 2}
    assert str(stop) in calls.rejected[0].problem


def test_stop_list_that_cannot_be_read_in_part_is_warned_of_and_as_a_whole_refused(tmp_path: Path) -> None:
    stop = tmp_path / "stop.csv"
    stop.write_text(f"Телефон\n{A}\n89222\n\n", encoding="utf-8")
    calls = listed("Телефон", B, stop_lists=[stop])
    assert [count for remark, count in calls.warnings.items() if "stop list" in remark] == [1]
    stop.write_text("Телефон\n", encoding="utf-8")
    with pytest.raises(CallListError, match="holds no number"):
        listed("Телефон", B, stop_lists=[stop])
    with pytest.raises(CallListError, match="cannot be read"):
        listed("Телефон", B, stop_lists=[tmp_path / "none.csv"])


def test_only_the_numbers_asked_for_are_called() -> None:
    calls = listed("Телефон", A, B, only_numbers=["+7 922 222-00-01"])
    assert [call.phone for call in calls] == [B]
    assert refused(calls) == [(1, "not_allowed")]
    with pytest.raises(ConfigurationError, match="only_numbers"):
        listed("Телефон", A, only_numbers=["8922"])


def test_list_that_is_too_long_is_refused_before_anything_of_it_is_given_out(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Телефон\n" + "".join(f"8922{number:07d}\n" for number in range(2001)), encoding="utf-8")
    assert len(list(read_calls(file, max_rows=2001))) == 2001
    with pytest.raises(CallListError, match=r"more than 2000 rows: .*--max-rows"):
        next(iter(read_calls(file, max_rows=2000)))


@pytest.mark.parametrize(
    "options",
    [{"header": -1}, {"max_rows": 0}, {"allow": ["martian"]}, {"default_area_code": "9"}, {"hours": "19-10"}],
)
def test_argument_that_makes_no_sense_is_named(options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        listed("Телефон", A, **options)


def test_number_set_is_one_without_the_extra_too(monkeypatch: pytest.MonkeyPatch) -> None:
    phones = [A, B, "+375291234567", A, "+375291234567", "112"]
    with_extra = NumberSet()
    monkeypatch.setattr("autodialer_async.call_list.number_set._new_set", number_set._PlainSet)
    without = NumberSet()
    assert with_extra.add_new(phones) == without.add_new(phones) == [3, 4]
    assert [len(with_extra), len(without)] == [4, 4]
    assert A in with_extra
    assert "375291234567" not in with_extra
    assert A not in repr(with_extra)

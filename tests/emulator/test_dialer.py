from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.emulator import records
from autodialer_async.emulator.chance import Chance
from autodialer_async.emulator.dialer import Dialer, Report

Records = Callable[..., list[dict[str, str]]]
MOSCOW = timezone(timedelta(hours=3))
NOON = datetime(2024, 3, 5, 12, 0, 0, tzinfo=MOSCOW)


def dialer(seed: int = 0, now: Callable[[], datetime] = lambda: NOON) -> Dialer:
    return Dialer(seed=seed, now=now)


def rows_of(it: Dialer, first: date, last: date, to: str | None = None) -> list[dict[str, str]]:
    return [row for rows in it.history(first, last, to) for row in rows]


def record(id: Any = "1", phone: Any = "89222220000", **fields: Any) -> dict[str, Any]:
    return {"id": id, "phone": phone, **fields}


def counted(report: Report) -> tuple[int, int, int, int]:
    return report.lines, report.ok, report.inserted, report.errorcode


def test_pages_example_takes_two_of_three(page_records: list[dict[str, str]]) -> None:
    report = dialer().make(page_records)
    assert counted(report) == (3, 3, 2, 2)
    assert len(str(report.id)) == 17


def test_everything_on_the_page_is_kept(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    it.make(page_records[2:])
    kept = it.records[0]
    assert (kept.id, kept.phone, kept.name, kept.uuid) == ("3", "89222220002", "Иванов", "code1")
    assert (kept.var1, kept.var2, kept.var3) == ("data1", "data2", "data3")
    assert (kept.start, kept.stop, kept.max_count, kept.generation_type) == (time(10), time(19), 1, "1")
    assert kept.extra is None


def test_misspelt_field_is_seen_as_extra() -> None:
    it = dialer()
    it.make([record(startdialertime="12:00:00")])
    assert it.records[0].extra == {"startdialertime": "12:00:00"}
    assert it.records[0].start == time(10)


def test_duplicate_counts_for_the_first_id_only(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    it.make(page_records)
    assert [it.accepted(key) for key in "123"] == [1, 0, 1]
    assert it.dialled(79222220000) == 1


def test_same_number_in_two_lists_is_dialled_twice(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    it.make(page_records[:1])
    it.make(page_records[1:])
    assert it.dialled(79222220000) == 2
    assert it.dialled_more_than_once() == {"89222220000": 2}
    assert it.accepted_more_than_once() == {}


def test_same_id_twice_is_seen(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    it.make(page_records)
    it.make(page_records)
    assert it.accepted_more_than_once() == {"1": 2, "3": 2}


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        None,
        {"phone": "89222220000"},
        {"id": "", "phone": "89222220000"},
        {"id": "1"},
        record(phone="12345"),
        record(phone=None),
        record(id=1.5),
        record(id=True),
        record(name=["Петров"]),
        record(maxcount="0"),
        record(maxcount="one"),
        record(maxcount="²"),
        record(maxcount="9" * 5000),
        record(statdialertime="10:00"),
        record(stopdialertime="25:00:00"),
        record(statdialertime=10),
        record(statdialertime=[10]),
        record(statdialertime="19:00:00", stopdialertime="10:00:00"),
    ],
)
def test_incorrect_record_is_counted_and_left_out(wrong: Any) -> None:
    it = dialer()
    report = it.make([record("8", "89222220008"), wrong, record("9", "89222220009")])
    assert counted(report) == (3, 2, 2, 1)
    assert [kept.id for kept in it.records] == ["8", "9"]


def test_nothing_taken_has_no_task() -> None:
    it = dialer()
    assert it.make([{}]) == Report(1, 0, 0, 1, 0)
    assert it.make([]) == Report(0, 0, 0, 0, 0)
    assert it.tasks == ()


def test_numbers_are_taken_where_texts_are_usual() -> None:
    it = dialer()
    it.make([record(id=7, phone=89222220000, maxcount=3)])
    assert (it.accepted("7"), it.records[0].max_count) == (1, 3)


def test_hours_come_from_the_previous_record_and_at_first_from_the_page() -> None:
    it = dialer()
    it.make(
        [
            record("1", "89222220001"),
            record("2", "89222220002", statdialertime="12:00:00"),
            record("3", "89222220003"),
            record("4", "89222220004", statdialertime="", stopdialertime="20:30:00"),
            record("5", "bad", statdialertime="13:00:00"),
            record("6", "89222220006"),
        ]
    )
    hours = {kept.id: (kept.start, kept.stop) for kept in it.records}
    assert hours == {
        "1": (time(10), time(19)),
        "2": (time(12), time(19)),
        "3": (time(12), time(19)),
        "4": (time(12), time(20, 30)),
        "6": (time(13), time(20, 30)),
    }


def test_many_different_times_are_read_without_being_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "_MOST_TIMES", 0)
    it = dialer()
    it.make([record(statdialertime="11:22:33")])
    assert it.records[0].start == time(11, 22, 33)
    assert ("11:22:33", "%H:%M:%S") not in records._times


def test_a_new_list_does_not_inherit_from_the_last() -> None:
    it = dialer()
    it.make([record(statdialertime="12:00:00")])
    it.make([record()])
    assert it.records[1].start == time(10)


def newcall(**fields: Any) -> dict[str, Any]:
    return {"id": "0", "phone": "89222220000", "generationtype": "1", **fields}


def test_single_call_keeps_its_hours() -> None:
    it = dialer()
    number = it.newcall(newcall(timestart="10:00", timestop="19:30"))
    assert [task.number for task in it.tasks] == [number]
    assert (it.records[0].start, it.records[0].stop) == (time(10), time(19, 30))


def test_single_call_without_hours_is_dialled_at_once() -> None:
    it = dialer()
    it.newcall(newcall())
    assert (it.records[0].start, it.records[0].stop) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "1"},
        {"phone": ""},
        {"generationtype": ""},
        {"timestart": "10:00"},
        {"timestart": "10:00:00", "timestop": "19:00:00"},
    ],
)
def test_incorrect_single_call_is_not_taken(wrong: Any) -> None:
    it = dialer()
    assert it.newcall(newcall(**wrong)) is None
    assert it.sizes == (0, 0)


def test_single_calls_share_an_id_and_are_no_repeat() -> None:
    it = dialer()
    it.newcall(newcall())
    it.newcall(newcall(phone="89222220001"))
    assert it.accepted("0") == 2
    assert it.accepted_more_than_once() == {}


def test_history_has_each_accepted_record_on_its_day(page_records: list[dict[str, str]]) -> None:
    days = iter([NOON, NOON + timedelta(days=1)])
    it = dialer(now=lambda: next(days))
    it.make(page_records)
    it.newcall(newcall(phone="+375291112233"))
    first = rows_of(it, date(2024, 3, 5), date(2024, 3, 5))
    assert [row["DST"] for row in first] == ["89222220000", "89222220002"]
    assert {row["TIME"] for row in first} == {"2024-03-05 12:00:00 +0300"}
    assert {row["QUERY_ID"] for row in first} == {str(it.tasks[0].number)}
    assert [row["DST"] for row in rows_of(it, date(2024, 3, 6), date(2024, 3, 9))] == ["+375291112233"]
    assert len(rows_of(it, date(2024, 3, 5), date(2024, 3, 6))) == 3
    assert rows_of(it, date(2024, 3, 7), date(2024, 3, 9)) == []


def test_history_of_one_subscriber_in_any_spelling(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    it.make(page_records)
    day = NOON.date()
    assert [row["DST"] for row in rows_of(it, day, day, "+7 922 222-00-02")] == ["89222220002"]
    assert rows_of(it, day, day, "nobody") == []


def test_only_answered_calls_last(some_records: Records) -> None:
    it = dialer()
    it.make(some_records(200, first=100))
    rows = rows_of(it, NOON.date(), NOON.date())
    assert {row["CODE"] for row in rows} > {"ANSWERED 16", "BUSY 17", "NO ANSWER 19"}
    assert all((row["SEC"] != "0") == (row["CODE"] == "ANSWERED 16") for row in rows)


def test_naive_clock_gives_times_without_a_zone(page_records: list[dict[str, str]]) -> None:
    it = dialer(now=lambda: NOON.replace(tzinfo=None))
    it.make(page_records)
    assert rows_of(it, NOON.date(), NOON.date())[0]["TIME"] == "2024-03-05 12:00:00"


def test_same_seed_and_list_give_the_same_history(some_records: Records) -> None:
    def history(seed: int) -> list[dict[str, str]]:
        it = dialer(seed=seed)
        it.make(some_records(50))
        return rows_of(it, NOON.date(), NOON.date())

    assert history(1) == history(1)
    assert history(1) != history(2)


def test_reset_forgets_and_begins_again(page_records: list[dict[str, str]]) -> None:
    it = dialer()
    first = it.make(page_records)
    it.reset()
    assert (it.tasks, it.records, it.accepted("1"), it.dialled(79222220000)) == ((), [], 0, 0)
    assert it.make(page_records) == first


def test_task_numbers_follow_from_what_was_taken_and_not_from_the_order(some_records: Records) -> None:
    lists = [some_records(5), some_records(5, first=50), some_records(5)]
    it, other = dialer(), dialer()
    numbers = [it.make(entry).id for entry in lists]
    assert len(set(numbers)) == 3
    assert sorted(other.make(entry).id for entry in reversed(lists)) == sorted(numbers)


def test_the_same_again_and_again_costs_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = 0
    draw = Chance.task_number

    def counting(self: Chance, *what: Any) -> int:
        nonlocal drawn
        drawn += 1
        return draw(self, *what)

    monkeypatch.setattr(Chance, "task_number", counting)
    it = dialer()
    fields = {"id": "0", "phone": "89222220000", "generationtype": "1"}
    numbers = [it.newcall(fields) for _ in range(300)]
    assert len(set(numbers)) == 300
    assert drawn < 3 * 300
    outcomes = {(row["CODE"], row["SEC"]) for row in rows_of(it, NOON.date(), NOON.date())}
    assert len(outcomes) > 1, "each time is drawn anew"


def test_repr_of_a_record_shows_neither_number_nor_name(page_records: list[dict[str, str]]) -> None:
    it = dialer(now=lambda: datetime(2024, 3, 5, tzinfo=UTC))
    it.make(page_records)
    shown = repr(it.tasks)
    assert "9222220000" not in shown
    assert "Петров" not in shown


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.dictionaries(
    st.sampled_from(["id", "phone", "name", "statdialertime", "stopdialertime", "maxcount", "generationtype", "x"]),
    JSON | st.sampled_from(["1", "89222220000", "+79222220000", "89222220001", "10:00:00", "19:00:00"]),
)


@given(st.lists(FIELDS | JSON, max_size=8))
def test_any_list_is_counted_whole_and_accounts_for_what_it_takes(data: list[Any]) -> None:
    it = dialer()
    report = it.make(data)
    assert report.lines == len(data)
    assert 0 <= report.inserted <= report.ok <= report.lines
    assert report.inserted == len(it.records) == it.sizes[1]
    assert (report.errorcode == 0) == (report.inserted == report.lines)
    assert it.dialled_more_than_once() == {}

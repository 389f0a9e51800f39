"""Simulated calls: who is called when, and what it comes to. By a clock that a test holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async.emulator import FATES, Emulator, Ending, PlacedCall, Scenario, Simulation
from autodialer_async.emulator.described import described, simulation_from

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
BUSY = Scenario((Ending("BUSY 17"),), ring=(5, 5))
TALK = Scenario((Ending("ANSWERED 16", seconds=(30, 30), answers={"да": 1}, final=True),), ring=(10, 10))


def emulator(**given: Any) -> Emulator:
    settings: dict[str, Any] = {"start": START, "speed": 0, "now": lambda: START, **given}
    return Emulator(**settings)


def take(it: Emulator, records: Iterable[dict[str, str]]) -> None:
    assert it._dialer.make(records).inserted


def record(number: int, **fields: str) -> dict[str, str]:
    return {"id": str(number), "phone": str(89225000000 + number), **fields}


def test_by_default_each_record_is_called_in_the_moment_of_its_acceptance_whatever_its_hours() -> None:
    it = Emulator(now=lambda: START, simulation=Simulation(BUSY))
    take(it, [record(100, maxcount="3", statdialertime="23:00:00", stopdialertime="23:30:00")])
    assert [(call.attempt, call.at, call.code) for call in it.calls] == [(n, START, "BUSY 17") for n in (1, 2, 3)]
    (row,) = it.find_records().items
    assert (row.state, row.attempts, row.code, row.orders) == ("done", 3, "BUSY 17", 1)


def test_attempts_of_one_record_are_no_repeat() -> None:
    it = Emulator(simulation=Simulation(BUSY))
    take(it, [record(100, maxcount="3")])
    assert (it.dialled(89225000100), it.calls_of("+7 922 500-01-00"), it.dialled_more_than_once()) == (1, 3, {})


def test_a_clock_that_stands_still_lets_nothing_end() -> None:
    it = emulator()
    take(it, [record(100)])
    assert [(state.queued, state.done) for state in (it.state(), it.state())] == [(1, 0)] * 2
    assert (it.calls, it.now) == ((), START)


def test_calls_begin_with_the_hours_and_end_with_them_until_the_next_day() -> None:
    it = emulator(simulation=Simulation(TALK, lines=1))
    hours = {"statdialertime": "10:00:00", "stopdialertime": "10:01:00"}
    take(it, [record(n, **hours) for n in range(100, 103)])
    it.finish()
    assert [call.at for call in it.calls] == [
        datetime(2026, 11, 2, 10, 0, 0, tzinfo=UTC),
        datetime(2026, 11, 2, 10, 0, 40, tzinfo=UTC),
        datetime(2026, 11, 3, 10, 0, 0, tzinfo=UTC),
    ]
    assert it.now == datetime(2026, 11, 3, 10, 0, 40, tzinfo=UTC)


def test_a_list_that_comes_after_its_hours_waits_for_the_next_day() -> None:
    it = emulator(start=START.replace(hour=20))
    take(it, [record(100)])
    it.finish()
    assert it.calls[0].at == datetime(2026, 11, 3, 10, tzinfo=UTC)


def test_a_single_call_without_hours_is_made_at_night() -> None:
    it = emulator(start=START.replace(hour=3))
    it._dialer.newcall({"id": "0", "phone": "89225000100", "generationtype": "1"})
    it.finish()
    assert it.calls[0].at == START.replace(hour=3)


def test_attempts_are_as_many_as_maxcount_with_pauses_between_them() -> None:
    it = emulator(simulation=Simulation(BUSY, pause=600))
    take(it, [record(100, maxcount="3")])
    it.finish()
    begun = [call.at for call in it.calls]
    assert [call.attempt for call in it.calls] == [1, 2, 3]
    assert [later - earlier for earlier, later in pairwise(begun)] == [timedelta(seconds=605)] * 2


def test_nobody_who_answered_is_called_again() -> None:
    it = emulator(simulation=Simulation(TALK))
    take(it, [record(100, maxcount="9")])
    it.finish()
    assert [(call.code, call.seconds, call.answer) for call in it.calls] == [("ANSWERED 16", 30, "да")]


def test_no_record_is_called_more_often_than_the_dialer_allows() -> None:
    for speed in (0, inf):
        it = emulator(speed=speed, simulation=Simulation(BUSY, most_attempts=4))
        take(it, [record(100, maxcount="999999999")])
        it.finish()
        assert len(it.calls) == 4


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(1, 40), st.integers(0, 10))
def test_lines_are_used_and_never_more_than_there_are(lines: int, records: int, seed: int) -> None:
    it = emulator(seed=seed, simulation=Simulation(lines=lines, fates={}))
    take(it, [record(100 + n, maxcount="2") for n in range(records)])
    most = 0
    while it._dialer.next is not None:
        it._step(to_the_end=True, most=1)
        most = max(most, it.state().dialling)
    assert most == min(lines, records)


def test_the_scenario_follows_from_the_generationtype() -> None:
    it = emulator(simulation=Simulation(BUSY, scenarios={"7": TALK}))
    take(it, [record(100, generationtype="7"), record(101, generationtype="8"), record(102)])
    it.finish()
    assert {call.id: call.code for call in it.calls} == {"100": "ANSWERED 16", "101": "BUSY 17", "102": "BUSY 17"}


@pytest.mark.parametrize("digits", FATES)
def test_a_number_with_a_fate_meets_it_at_every_seed(digits: str) -> None:
    fate = FATES[digits]
    for seed in range(5):
        it = Emulator(seed=seed)
        take(it, [{"id": "1", "phone": f"8922555{digits}", "maxcount": "3"}])
        expected = [fate[min(n, len(fate) - 1)] for n in range(3)]
        stop = next((n for n, ending in enumerate(expected, 1) if ending.final), 3)
        assert [call.code for call in it.calls] == [ending.code for ending in expected[:stop]]


def test_the_longest_digits_of_a_fate_go_first() -> None:
    fates = {"1": (Ending("SHORT"),), "11": (Ending("LONG"),)}
    it = Emulator(simulation=Simulation(fates=fates))
    take(it, [record(111), record(121)])
    assert [call.code for call in it.calls] == ["LONG", "SHORT"]


def test_probabilities_are_those_of_the_scenario() -> None:
    endings = (Ending("A", 3), Ending("B", 1))
    it = Emulator(simulation=Simulation(Scenario(endings), fates={}))
    for first in range(0, 4000, 1000):
        take(it, [record(first + n) for n in range(1000)])
    assert it.state().outcomes["A"] / 4000 == pytest.approx(0.75, abs=0.03)


class Hands:
    """A clock whose hands a test turns."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def test_speed_is_how_much_faster_the_clock_goes() -> None:
    hands = Hands()
    it = emulator(now=hands, speed=60)
    hands.now += timedelta(minutes=1)
    assert it.now == START + timedelta(hours=1)
    it.speed = 1
    hands.now += timedelta(minutes=1)
    assert it.now == START + timedelta(hours=1, minutes=1)
    it.advance(90)
    assert it.now == START + timedelta(hours=1, minutes=2, seconds=30)


def test_calls_are_made_as_the_clock_goes() -> None:
    hands = Hands()
    it = emulator(now=hands, speed=60, simulation=Simulation(TALK, lines=1))
    take(it, [record(100), record(101)])
    hands.now += timedelta(seconds=60.5)
    state = it.state()
    assert (state.queued, state.dialling, state.done) == (1, 1, 0)
    assert not any(it._dialer.history(START.date(), START.date()))
    hands.now += timedelta(seconds=0.5)
    assert [call.id for call in it.calls] == ["100"]
    hands.now += timedelta(hours=1)
    assert (it.state().done, it.state().now - START) == (2, timedelta(hours=61, minutes=1))


def test_all_of_it_now_makes_what_is_left_and_then_calls_at_once() -> None:
    it = emulator()
    take(it, [record(100)])
    it.speed = inf
    assert it.state().done == 1
    take(it, [record(101)])
    assert it.state().done == 2


def test_a_record_that_waits_for_its_next_attempt_shows_the_last_one_in_history() -> None:
    it = emulator(simulation=Simulation(BUSY, pause=3600))
    take(it, [record(100, maxcount="2"), record(101, statdialertime="18:00:00", stopdialertime="19:00:00")])
    it.advance(3600 + 60)
    assert [row.state for row in it.find_records().items] == ["waiting", "queued"]
    assert [[row["DST"] for row in rows] for rows in it._dialer.history(START.date(), START.date())] == [
        ["89225000100"]
    ]
    task = it.task_states().items[0]
    assert (task.size, task.queued, task.dialling, task.waiting, task.done, task.calls) == (2, 1, 0, 1, 0, 1)


def test_a_row_moves_to_the_day_of_the_last_call() -> None:
    it = emulator(simulation=Simulation(BUSY, pause=86_400))
    take(it, [record(100, maxcount="2")])
    it.finish()
    assert not any(it._dialer.history(START.date(), START.date()))
    assert any(it._dialer.history(START.date() + timedelta(days=1), START.date() + timedelta(days=1)))


def history(it: Emulator) -> list[PlacedCall]:
    return sorted(it.calls, key=lambda call: (call.at, call.task, call.id, call.attempt))


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 3))
def test_the_order_in_which_lists_come_changes_no_call(order: list[int], seed: int) -> None:
    lists = [[record(100 * n + m, maxcount="2") for m in range(7)] for n in range(1, 7)]
    lists[5] = lists[4]

    def calls(numbers: Iterable[int]) -> list[tuple[Any, ...]]:
        it = emulator(seed=seed)
        for number in numbers:
            take(it, lists[number])
        it.finish()
        return sorted((c.task, c.id, c.attempt, c.at, c.code, c.seconds, c.answer) for c in it.calls)

    assert calls(order) == calls(range(6))


def test_the_same_record_taken_again_has_a_draw_of_its_own() -> None:
    it = Emulator(simulation=Simulation(fates={}))
    for _ in range(30):
        it._dialer.newcall({"id": "0", "phone": "89225000100", "generationtype": "1"})
    assert len({call.code for call in it.calls}) > 1


def test_a_reset_begins_with_the_same_history_and_a_reseed_with_another() -> None:
    it = emulator()
    found: list[list[tuple[str, str, int]]] = []
    for seed in (None, None, 5, 0):
        if seed is None:
            it.reset()
        else:
            it.reseed(seed)
        assert (it.now, it.state().calls) == (START, 0)
        take(it, [record(n) for n in range(100, 140)])
        it.finish()
        found.append([(call.id, call.code, call.seconds) for call in it.calls])
    assert found[0] == found[1] == found[3] != found[2]


@pytest.mark.parametrize("speed", [-1, nan, 2_000_000])
def test_impossible_speeds_are_named(speed: float) -> None:
    with pytest.raises(ValueError, match=r"^speed: "):
        Emulator(speed=speed)
    it = emulator()
    with pytest.raises(ValueError, match=r"^speed: "):
        it.speed = speed
    assert it.speed == 0


@pytest.mark.parametrize("year", [1, 1969, 9000, 9999])
def test_a_start_without_room_before_or_after_it_is_named(year: int) -> None:
    with pytest.raises(ValueError, match=r"^start: "):
        Emulator(start=datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("latency", [-1, nan])
def test_an_impossible_latency_is_named(latency: float) -> None:
    with pytest.raises(ValueError, match=r"^latency: "):
        Emulator(latency=latency)


@pytest.mark.parametrize("seconds", [-1, inf, nan, 1e12, 1e300])
def test_the_clock_goes_forward_only_and_not_for_ever(seconds: float) -> None:
    it = emulator()
    with pytest.raises(ValueError, match=r"^seconds: "):
        it.advance(seconds)
    assert it.now == START


def test_a_naive_clock_works_too() -> None:
    naive = START.replace(tzinfo=None)
    it = emulator(start=naive, now=lambda: naive)
    take(it, [record(100)])
    it.finish()
    assert it.calls[0].at == naive.replace(hour=10)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([], "scenario: expected a JSON object"),
        ({"linse": 3}, "scenario: unknown linse"),
        ({"lines": 0}, "scenario: "),
        ({"lines": "ten"}, "scenario: "),
        ({"default": {"endings": []}}, "scenario.default: endings: at least one"),
        ({"default": {"endings": [{"code": ""}]}}, "scenario.default.endings[0]: "),
        ({"default": {"endings": [{"code": ["A"]}]}}, "scenario.default.endings[0]: "),
        ({"default": {"endings": [{"weight": 1}]}}, "scenario.default.endings[0]: "),
        ({"default": {"endings": [{"code": "A", "weight": 0}]}}, "scenario.default.endings[0]: "),
        ({"default": {"endings": [{"code": "A", "seconds": [9, 1]}]}}, "scenario.default.endings[0]: seconds"),
        ({"default": {"endings": [{"code": "A", "answers": {"да": 0}}]}}, "scenario.default.endings[0]: answers"),
        ({"default": {"ring": [1]}}, "scenario.default.ring: expected two"),
        ({"scenarios": {"1": 5}}, "scenario.scenarios.1: expected a JSON object"),
        ({"fates": {"x": [{"code": "A"}]}}, "scenario: fates"),
        ({"fates": {"1": {"code": "A"}}}, "scenario.fates.1: expected a list"),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_place(wrong: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        simulation_from(wrong)


def test_a_scenario_is_named_by_a_number_as_well() -> None:
    assert Simulation(scenarios={7: TALK}) == Simulation(scenarios={"7": TALK})


def test_a_scenario_survives_json() -> None:
    given = Simulation(BUSY, scenarios={"1": TALK}, lines=3, pause=5)
    assert simulation_from(described(given)) == given


def test_a_window_of_a_second_is_kept() -> None:
    it = emulator(simulation=Simulation(BUSY, lines=2))
    hours = {"statdialertime": "10:00:00", "stopdialertime": "10:00:01"}
    take(it, [record(n, **hours) for n in range(100, 110)])
    it.finish()
    assert {call.at.time() for call in it.calls} == {time(10)}
    assert len({call.at.date() for call in it.calls}) == 5

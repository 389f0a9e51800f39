"""What the page decides before it is drawn: pure functions."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from autodialer_async.emulator.fault_kinds import fault_kinds, rule_from
from autodialer_async.emulator.pages.deliveries import readable
from autodialer_async.emulator.pages.faults import rule_of_form
from autodialer_async.emulator.pages.outcomes import outcome_of, slices
from autodialer_async.emulator.pages.paging import Pager, open_page
from autodialer_async.emulator.pages.place import Place
from autodialer_async.emulator.pages.regions import PUSHED, REGIONS, stale_after
from autodialer_async.emulator.pages.tasks import segments
from autodialer_async.emulator.views import Page, TaskState

places = st.builds(
    Place,
    q=st.text(max_size=20).map(str.strip),
    by=st.sampled_from(["", "id", "phone"]),
    task=st.integers(0, 10**17),
    records=st.integers(1, 10**6),
    tasks=st.integers(1, 10**6),
    feed=st.sampled_from(["all", "request", "call", "delivery"]),
    shown=st.frozensets(st.integers(0, 10**6), max_size=20),
    keys=st.booleans(),
)


@given(places)
def test_a_place_survives_its_address(place: Place) -> None:
    assert Place.of(QueryParams(place.query())) == place


@given(st.lists(st.tuples(st.sampled_from([*Place.__annotations__, "x"]), st.text(max_size=30)), max_size=12))
def test_no_address_breaks_the_page(pairs: list[tuple[str, str]]) -> None:
    place = Place.of(QueryParams(pairs))
    assert place.records >= 1
    assert Place.of(QueryParams(place.query())) == place


def test_the_start_has_an_empty_address() -> None:
    assert Place().query() == ""


def test_a_row_is_unmasked_and_masked_again() -> None:
    shown = Place.of(QueryParams(Place().toggled("shown", 7)))
    assert shown.shown == {7}
    assert Place.of(QueryParams(shown.toggled("shown", 7))) == Place()


def test_another_list_begins_at_its_beginning_and_masked() -> None:
    place = Place(q="7", records=9, shown=frozenset({3}), feed="call")
    assert parse_qsl(place.list_of(task=12)) == [("task", "12"), ("feed", "call")]


def rows_of(total: int, offset: int, limit: int) -> Page[int]:
    return Page(tuple(range(offset, min(total, offset + limit))), total, offset)


@given(st.integers(0, 500), st.integers(1, 50), st.integers(1, 60))
def test_every_row_is_on_exactly_one_page(total: int, size: int, beyond: int) -> None:
    seen: list[int] = []
    number: int | None = 1
    while number is not None:
        rows, pager = open_page(lambda offset, limit: rows_of(total, offset, limit), number, size)
        seen += rows.items
        assert len(rows.items) == max(0, pager.last - pager.first + 1)
        number = pager.next
    assert seen == list(range(total))
    assert open_page(lambda offset, limit: rows_of(total, offset, limit), pager.pages + beyond, size)[1].next is None


def test_a_page_beyond_the_end_is_the_last_one() -> None:
    rows, pager = open_page(lambda offset, limit: rows_of(45, offset, limit), 99, 20)
    assert rows.items == (40, 41, 42, 43, 44)
    assert (pager.first, pager.last, pager.previous, pager.next) == (41, 45, 2, None)
    assert Pager(1, 20, 0).pages == 0


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ANSWERED 16", "answered"),
        ("NO ANSWER 19", "no_answer"),
        ("busy/17", "busy"),
        ("CHANUNAVAIL 20", "unavailable"),
        ("FAILED 38", "failed"),
        ("SOMETHING NEW", "other"),
        ("486", "other"),
    ],
)
def test_a_code_is_read_by_its_word(code: str, kind: str) -> None:
    assert outcome_of(code) == kind


outcomes = st.dictionaries(
    st.sampled_from(
        ["ANSWERED 16", "NO ANSWER 19", "BUSY 17", "CHANUNAVAIL 20", "FAILED 38", "FAILED 41", "MACHINE", "NEW", "ODD",
         "CONGESTION 34", "CANCEL 21", "INVALID NUMBER 28"]
    ),
    st.integers(0, 10**6),
)  # fmt: skip


@given(outcomes)
def test_the_ring_holds_every_record_once(counts: dict[str, int]) -> None:
    ring = slices(counts)
    assert sum(part.count for part in ring) == sum(counts.values())
    assert len(ring) <= 7
    for part, after in pairwise(ring):
        assert part.begin + part.share * 100 == pytest.approx(after.begin)
    if ring:
        assert math.isclose(ring[-1].begin + ring[-1].share * 100, 100, abs_tol=1e-6)


@given(st.tuples(*[st.integers(0, 1000)] * 4).filter(any))
def test_the_bar_of_a_task_is_never_wider_than_the_task(counts: tuple[int, int, int, int]) -> None:
    queued, dialling, waiting, done = counts
    task = TaskState(1, "make", datetime(2026, 1, 1, tzinfo=UTC), sum(counts), queued, dialling, waiting, done, 0)
    bar = segments(task)
    assert sum(part.width for part in bar) == pytest.approx(100 * (sum(counts) - queued) / sum(counts))
    assert [part.state for part in bar] == [
        state for state, count in [("done", done), ("dialling", dialling), ("waiting", waiting)] if count
    ]


@given(st.binary(max_size=200), st.sampled_from([None, "", "text/plain; charset=cp1251", "a/b; charset=nothing-known"]))
def test_any_body_can_be_shown(body: bytes, content_type: str | None) -> None:
    shown = readable(body, content_type)
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in shown)


def test_a_body_is_shown_in_its_own_charset() -> None:
    assert readable("имя=Пётр".encode("cp1251"), "text/plain; charset=cp1251") == "имя=Пётр"
    assert readable("имя".encode(), None) == "имя"
    assert readable(b"RIFF\x00\x01\xff", None) == "RIFF··"


def parameters_of(name: str) -> dict[str, object]:
    return next(dict(kind.parameters) for kind in fault_kinds() if kind.name == name)


def test_a_form_becomes_a_rule() -> None:
    form = {"name": "Unavailable", "retry_after": "1,5", "operation": "make", "times": "3", "probability": "25"}
    rule = rule_from(rule_of_form(form, parameters_of("Unavailable")))
    assert (rule.operation, rule.times, rule.probability) == ("make", 3, 0.25)
    assert rule.fault.retry_after == 1.5  # type: ignore[attr-defined]  # an Unavailable


def test_a_switch_without_settings_strikes_until_it_is_switched_off() -> None:
    rule = rule_from(rule_of_form({"name": "Refuse"}, parameters_of("Refuse")))
    assert (rule.operation, rule.times, rule.probability) == (None, None, 1.0)


def test_an_emptied_field_is_none_where_a_fault_allows_it() -> None:
    rule = rule_from(rule_of_form({"name": "TooManyRequests", "retry_after": ""}, parameters_of("TooManyRequests")))
    assert rule.fault.retry_after is None  # type: ignore[attr-defined]  # a TooManyRequests


@pytest.mark.parametrize("field", ["times", "probability", "status"])
def test_what_is_no_number_is_named(field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: not a number$"):
        rule_of_form({"name": "Refuse", field: "много"}, parameters_of("Refuse"))


def test_what_the_stream_carries_is_not_fetched_too() -> None:
    kinds = ("request", "task", "call", "delivery", "fault", "clock", "reset")
    named = set(stale_after(kinds))
    assert named <= REGIONS.keys()
    assert not named & set(PUSHED)

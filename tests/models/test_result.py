"""The aggregate: what merging keeps, what is written out, what is read."""

from __future__ import annotations

import json
import pickle
import random
from collections import Counter
from functools import reduce
from operator import add
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async import (
    ApiError,
    AutodialerError,
    BatchOutcome,
    BatchReport,
    BatchState,
    DeliveryUnknown,
    InvalidCall,
    Phase,
    Positions,
    UploadResult,
)

optional = st.one_of(st.none(), st.integers(0, 1000))
seconds = st.floats(0, 1e6)
reports = st.builds(
    BatchReport,
    lines=st.integers(0, 1000),
    ok=optional,
    inserted=optional,
    errorcode=st.one_of(st.none(), st.integers(-5, 5), st.sampled_from(["E1", "2b"])),
    id=st.one_of(st.none(), st.integers(0, 10**20)),
)


@st.composite
def outcomes(draw: st.DrawFn, index: int) -> BatchOutcome:
    state = draw(st.sampled_from(BatchState))
    places = draw(st.sets(st.integers(index * 50, index * 50 + 49), min_size=1, max_size=10))
    errors = {
        BatchState.ACCEPTED: None,
        BatchState.REJECTED: ApiError("no", status=400),
        BatchState.UNKNOWN: DeliveryUnknown("who knows"),
        BatchState.UNSENT: AutodialerError("stopped"),
    }
    return BatchOutcome(
        index=index,
        positions=Positions.of(sorted(places)),
        size=len(places),
        state=state,
        report=draw(reports) if state is BatchState.ACCEPTED else None,
        error=errors[state],
        status=draw(st.sampled_from([None, 200, 400])),
        phase=draw(st.sampled_from(Phase)),
        tries=draw(st.integers(0, 4)),
        seconds=draw(seconds),
    )


def alone(outcome: BatchOutcome, **other: Any) -> UploadResult:
    """The result of an upload of this batch alone."""
    columns: dict[str, Any] = {"read": outcome.size, str(outcome.state): outcome.size}
    return UploadResult(batches=(outcome,), **columns, **other)


@st.composite
def parts(draw: st.DrawFn) -> list[UploadResult]:
    """Results of disjoint parts of one upload."""
    count = draw(st.integers(0, 8))
    results = [
        alone(
            draw(outcomes(index)),
            seconds=draw(seconds),
            waited_for_source=draw(seconds),
            waited_for_slot=draw(seconds),
            paused=draw(seconds),
            retries=draw(st.integers(0, 5)),
            peak_in_flight=draw(st.integers(0, 8)),
            failures_truncated=draw(st.booleans()),
            source_exhausted=draw(st.booleans()),
        )
        for index in range(count)
    ]
    bad = draw(st.sets(st.integers(1000, 1010)))
    return [
        *results,
        *(UploadResult(read=1, invalid=1, invalid_calls=(InvalidCall("bad", position=place),)) for place in bad),
    ]


def everything(result: UploadResult) -> dict[str, Any]:
    return result.to_dict()


@given(parts(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_merging_gives_the_same_in_any_order_and_grouping(given: list[UploadResult], chance: random.Random) -> None:
    expected = reduce(add, given, UploadResult())
    pool = list(given)
    while len(pool) > 1:
        one = pool.pop(chance.randrange(len(pool)))
        other = pool.pop(chance.randrange(len(pool)))
        pool.append(one + other)
    merged = pool[0] if pool else UploadResult()
    assert merged == expected
    assert everything(merged) == everything(expected)
    assert hash(merged) == hash(expected)


@given(parts())
@settings(max_examples=50, deadline=None)
def test_an_empty_result_is_the_zero_of_merging(given: list[UploadResult]) -> None:
    merged = reduce(add, given, UploadResult())
    for result in (merged + UploadResult(), UploadResult() + merged):
        assert result == merged
        assert everything(result) == everything(merged)


@given(parts())
@settings(max_examples=50, deadline=None)
def test_the_merged_numbers_are_the_sums_over_the_batches(given: list[UploadResult]) -> None:
    merged = reduce(add, given, UploadResult())
    accepted = [batch for batch in merged.batches if batch.state is BatchState.ACCEPTED]
    told = [batch.report for batch in accepted if batch.report is not None]
    assert merged.read == (
        merged.accepted + merged.rejected + merged.unsent + merged.unknown + merged.skipped + merged.invalid
    )
    assert merged.lines == sum(report.lines for report in told)
    for name in ("ok", "inserted"):
        numbers = [getattr(report, name) for report in told]
        assert getattr(merged, name) == (None if None in numbers else sum(numbers))
    assert (merged.not_inserted is None) == (merged.inserted is None)
    if merged.inserted is not None:
        assert merged.not_inserted == merged.lines - merged.inserted
    assert isinstance(merged.errorcodes, Counter)
    assert merged.errorcodes == Counter(report.errorcode for report in told if report.errorcode is not None)
    assert merged.ids == tuple(report.id for report in told if report.id is not None)
    assert merged.complete == (merged.source_exhausted and merged.accepted == merged.read)
    assert [batch.index for batch in merged.batches] == sorted(batch.index for batch in merged.batches)
    assert set(merged.failures) == {batch for batch in merged.batches if batch.state is not BatchState.ACCEPTED}


@given(parts())
@settings(max_examples=50, deadline=None)
def test_a_result_comes_back_from_json_and_from_pickle(given: list[UploadResult]) -> None:
    merged = reduce(add, given, UploadResult())
    text = json.dumps(merged.to_dict(), allow_nan=False)
    again = UploadResult.from_dict(json.loads(text))
    assert again == merged
    first, second = json.loads(text), again.to_dict()
    for written in (first, second):
        for batch in written["batches"]:  # an error comes back as its text, not as its kind
            batch["error"] = batch["error"] and batch["error"]["message"]
    assert first == second
    assert [str(error) for error in again.invalid_calls] == [str(error) for error in merged.invalid_calls]
    unpickled = pickle.loads(pickle.dumps(merged))
    assert unpickled == merged
    assert [type(batch.error) for batch in unpickled.batches] == [type(batch.error) for batch in merged.batches]


def test_task_ids_are_text_in_json_because_other_languages_lose_their_last_digits() -> None:
    result = alone(
        BatchOutcome(0, Positions.of([0]), 1, BatchState.ACCEPTED, BatchReport(1, 1, 1, 0, 40133707428585176))
    )
    assert result.ids == (40133707428585176,)
    assert result.to_dict()["ids"] == ["40133707428585176"]
    assert UploadResult.from_dict(json.loads(json.dumps(result.to_dict()))).ids == result.ids


def test_from_dict_refuses_what_to_dict_did_not_write() -> None:
    with pytest.raises(KeyError):
        UploadResult.from_dict({})


def test_a_result_adds_to_nothing_else() -> None:
    with pytest.raises(TypeError):
        UploadResult() + 1  # the point


def test_a_result_is_frozen() -> None:
    with pytest.raises(AttributeError):
        UploadResult().read = 1  # type: ignore[misc]  # the point


def test_the_first_thousand_invalid_calls_by_position_stay_whatever_the_order_of_merging() -> None:
    def some(first: int) -> UploadResult:
        errors = tuple(InvalidCall("bad", position=place) for place in range(first, first + 600))
        return UploadResult(read=600, invalid=600, invalid_calls=errors)

    one, two, three = some(0), some(600), some(1200)
    for merged in (one + two + three, three + (two + one), two + (three + one)):
        assert merged.invalid == 1800
        assert [error.position for error in merged.invalid_calls] == list(range(1000))


def test_the_text_is_a_few_readable_lines() -> None:
    good = BatchOutcome(0, Positions([range(900)]), 900, BatchState.ACCEPTED, BatchReport(900, 900, 898, 2, 17))
    bad = BatchOutcome(1, Positions([range(900, 1000)]), 100, BatchState.UNKNOWN, error=DeliveryUnknown("no answer"))
    result = alone(good) + alone(bad) + UploadResult(read=1, invalid=1, invalid_calls=(InvalidCall("no phone"),))
    text = str(result)
    assert len(text.splitlines()) <= 6
    for part in (
        "incomplete",
        "read 1001",
        "accepted 900",
        "unknown 100",
        "invalid 1",
        "898",
        "not inserted 2",
        "2: 1",
    ):
        assert part in text
    assert "twice" in text
    assert str(UploadResult()) == "complete: read 0: nothing"
    assert str(alone(good)).startswith("complete: read 900: accepted 900\n")


def test_a_complete_result_needs_an_exhausted_source() -> None:
    assert UploadResult().complete
    assert UploadResult(read=5, skipped=5).complete
    assert not UploadResult(source_exhausted=False).complete
    assert not UploadResult(read=1, invalid=1).complete


def test_calls_that_are_not_kept_are_not_given_out() -> None:
    lost = alone(BatchOutcome(0, Positions.of([0]), 1, BatchState.UNSENT))
    with pytest.raises(AutodialerError, match="0 of 1 unsent"):
        lost.unsent_calls()
    assert list(lost.unknown_calls()) == []

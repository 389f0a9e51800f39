"""Hours: naive, whole seconds, the first before the second."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, time

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import CallWindow

clock = st.times().map(lambda moment: moment.replace(microsecond=0, tzinfo=None, fold=0))


@given(clock, clock)
def test_exactly_the_ordered_pairs_are_taken_and_text_brings_them_back(start: time, stop: time) -> None:
    if start >= stop:
        with pytest.raises(ValueError, match="not before"):
            CallWindow(start, stop)
        return
    window = CallWindow(start, stop)
    assert CallWindow.from_text(*str(window).split("-")) == window
    assert pickle.loads(pickle.dumps(window)) == copy.deepcopy(window) == window
    assert len({window, CallWindow(start, stop)}) == 1


@pytest.mark.parametrize(
    ("start", "stop"),
    [
        (time(10), time(10)),
        (time(22), time(6)),
        (time(10, tzinfo=UTC), time(11)),
        (time(10), time(11, tzinfo=UTC)),
        (time(10, microsecond=1), time(11)),
    ],
)
def test_wrong_hours_are_refused(start: time, stop: time) -> None:
    with pytest.raises(ValueError, match=r"CallWindow\.st"):
        CallWindow(start, stop)


@pytest.mark.parametrize("wrong", ["10:00", 10, None, datetime(2026, 1, 1, 10)])  # noqa: DTZ001 - naive on purpose
def test_something_that_is_no_time_is_refused(wrong: object) -> None:
    with pytest.raises(TypeError):
        CallWindow(wrong, time(11))  # type: ignore[arg-type]  # the point


@pytest.mark.parametrize(
    "text", ["10", "10:00:00:00", "1000", "24:00", "10:60", "-1:00", "10:0a", "", "١٠:٠٠", "010:00"]
)
def test_text_that_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text differs
        CallWindow.from_text(text, "23:59")


def test_text_may_leave_out_the_seconds() -> None:
    assert CallWindow.from_text("9:30", " 19:00:05 ") == CallWindow(time(9, 30), time(19, 0, 5))


def test_hours_are_frozen() -> None:
    window = CallWindow(time(10), time(19))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        window.start = time(11)  # type: ignore[misc]  # the point

"""Times of day and windows as people write them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async import CallWindow
from autodialer_async.call_list.hours import read_time, read_window

# Machines are slow now and then.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_SECONDS = st.integers(0, 24 * 3600 - 1)


def _clock(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("10:00", time(10)),
        (" 9:05 ", time(9, 5)),
        ("10:00:30", time(10, 0, 30)),
        ("10.30", time(10, 30)),
        ("10", time(10)),
        ("10 ч", time(10)),
        ("10 часов", time(10)),
        ("0.75", time(18)),
        ("0,4166666667", time(10)),
        ("1899-12-30 10:00:00", time(10)),
        ("30.12.1899 18:00", time(18)),
        ("'10:00", time(10)),
        (10, time(10)),
        (10.0, time(10)),
        (0.5, time(12)),
        (0.4166666666666667, time(10)),
        (0, time(0)),
        (time(10, 0, 0, 5), time(10)),
        (datetime(1899, 12, 30, 19, 30), time(19, 30)),  # noqa: DTZ001 - as a table gives it
        (timedelta(hours=9), time(9)),
    ],
)
def test_time_of_day_is_read(cell: object, expected: time) -> None:
    assert read_time(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "нет",
        "25",
        "10:60",
        "24:00",
        "10.3",
        "10:5",
        "-1",
        "1.5",
        "10:00:00:00",
        True,
        None,
        -0.5,
        1.5,
        24,
        float("nan"),
    ],
)
def test_what_is_no_time_is_refused(cell: object) -> None:
    with pytest.raises(ValueError, match="is no time of day"):
        read_time(cell)


def test_a_time_with_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has a zone"):
        read_time(time(10, tzinfo=UTC))


def test_the_end_of_the_day_may_be_24_00() -> None:
    assert [read_time(cell, last=True) for cell in ("24:00", "24", 24, 1.0)] == [time(23, 59, 59)] * 4
    assert str(read_window("10-24")) == "10:00:00-23:59:59"


@pytest.mark.parametrize(
    "cell",
    [
        "10:00-19:00",
        "10:00:00-19:00:00",
        "10-19",
        "10.00-19.00",
        "10:00 – 19:00",
        "10:00—19:00",
        "с 10 до 19",
        "С 10:00 ДО 19:00",
        "с 10 ч. до 19 ч.",
        "с\u00a010\u00a0до\u00a019",
        "от 10 до 19",
        "10 по 19",
        "from 10 to 19",
        "10:00 - 19",
    ],
)
def test_window_in_one_cell_is_read(cell: str) -> None:
    assert read_window(cell) == CallWindow(time(10), time(19))


def test_window_in_two_cells_is_read() -> None:
    assert read_window("10:00", 0.75) == CallWindow(time(10), time(18))
    assert read_window(10, "19.30") == CallWindow(time(10), time(19, 30))


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (("10:00",), "no hours in '10:00': 10:00-19:00, or two cells"),
        (("завтра",), "no hours in the cell"),
        (("19-10",), "hours from 19:00 to 10:00 end before they begin, or cross midnight"),
        (("10-10",), "end before they begin"),
        (("10:00-00:00",), "or cross midnight"),
        (("10-25",), "'25' is no time of day: hours to 23, minutes and seconds to 59"),
        (("10:00", ""), "the cell is no time of day"),
    ],
)
def test_wrong_hours_are_refused_with_the_reason(cells: tuple[str, ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_window(*cells)


@pytest.mark.parametrize("cell", ["8 922 222-00-00", "89222220000", "Иванов Иван", "343222", "222-33-44"])
def test_an_error_shows_no_cell_of_another_column(cell: str) -> None:
    for read in (read_time, read_window):
        with pytest.raises(ValueError, match="the cell") as caught:
            read(cell)
        assert cell not in str(caught.value)


@_UNTIMED
@given(_SECONDS)
def test_a_time_is_read_from_each_of_its_forms(seconds: int) -> None:
    clock = _clock(seconds)
    for cell in (str(clock), clock.strftime("%H.%M.%S"), seconds / 86400, timedelta(seconds=seconds), clock):
        assert read_time(cell) == clock


@_UNTIMED
@given(_SECONDS, _SECONDS, st.sampled_from(["-", " - ", "–", " до ", " to "]))
def test_a_window_keeps_its_two_times(first: int, second: int, between: str) -> None:
    text = f"{_clock(first)}{between}{_clock(second)}"
    if first < second:
        assert read_window(text) == CallWindow(_clock(first), _clock(second))
    else:
        with pytest.raises(ValueError, match="end before they begin"):
            read_window(text)


@_UNTIMED
@given(st.one_of(st.text(), st.text("0123456789:.,-–сдо ч", max_size=20), st.floats(), st.integers(), st.binary()))
def test_any_cell_is_hours_or_a_value_error(cell: object) -> None:
    for read in (read_time, read_window):
        try:
            read(cell)
        except ValueError as error:
            assert str(error)  # noqa: PT017 - either way is right

"""Hours of a list: its own, its rows', those of the row above; in the subscriber's zone; on the right day."""

from __future__ import annotations

import io
from datetime import date, time, timedelta, timezone

import pytest

from autodialer_async._bulk.rows import RowMaker
from autodialer_async._wire import Codec, Dialect
from autodialer_async.call_list import CallList, read_calls
from autodialer_async.errors import InvalidCall
from autodialer_async.models import CallWindow

A, B, C, D = "89222220000", "89222220001", "89222220002", "89222220003"
MOSCOW = timezone(timedelta(hours=3))
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)


def listed(*lines: str, **options: object) -> CallList:
    return read_calls(io.StringIO("\n".join(lines) + "\n"), **{"on": MONDAY, **options})  # type: ignore[arg-type]


def windows(calls: CallList) -> list[str]:
    return [str(call.window and f"{call.window.start:%H:%M}-{call.window.stop:%H:%M}") for call in calls]


def test_row_takes_the_hours_of_the_list_where_it_has_none() -> None:
    assert windows(listed("Телефон", A, hours="10-19")) == ["10:00-19:00"]
    assert windows(listed("Телефон", A)) == ["None"]


def test_row_takes_the_hours_of_the_nearest_row_above_that_has_some() -> None:
    lines = ("Телефон;start;stop", f"{A};;", f"{B};11:00;12:00", f"{C};;", f"{D};9;18.30")
    assert windows(listed(*lines)) == ["None", "11:00-12:00", "11:00-12:00", "09:00-18:30"]
    assert windows(listed(*lines, hours="10-19"))[0] == "10:00-19:00"


def test_row_that_is_set_aside_still_hands_its_hours_on_as_the_client_would() -> None:
    rows = [(A, "", ""), ("8922", "11:00", "12:00"), (B, "", ""), (C, "13:00", "14:00"), (D, "", "")]
    calls = list(listed("phone,start,stop", *(",".join(row) for row in rows)))
    maker = RowMaker(Codec(Dialect()), window=CallWindow(time(10), time(19)))
    invalid: list[InvalidCall] = []
    records = [
        {"id": phone, "phone": phone, "statdialertime": start, "stopdialertime": stop} for phone, start, stop in rows
    ]
    expected, _ = maker.rows(records, invalid)
    from_list, _ = RowMaker(Codec(Dialect()), window=CallWindow(time(10), time(19))).rows(calls, invalid)
    hours = [[(row["statdialertime"], row["stopdialertime"]) for row in some] for some in (expected, from_list)]
    assert hours[0] == hours[1]


def test_one_column_of_hours_is_read_too() -> None:
    calls = listed("Телефон;Часы звонка", f"{A};с 10 до 19", f"{B};как-нибудь")
    assert windows(calls) == ["10:00-19:00"]
    assert (calls.rejected[0].column, str(calls.rejected[0].reason)) == ("Часы звонка", "invalid")


def test_hours_are_converted_from_the_subscriber_s_zone() -> None:
    lines = ("Телефон;Часовой пояс", f"{A};МСК+2", f"{B};", f"{C};Asia/Vladivostok", f"{D};+03:00")
    expected = ["08:00-17:00", "10:00-19:00", "03:00-12:00", "10:00-19:00"]
    assert windows(listed(*lines, server_tz=MOSCOW, hours="10:00-19:00")) == expected
    # Without hours of its own a list with zones has the page's: none may inherit converted ones.
    assert windows(listed(*lines, server_tz=MOSCOW)) == expected


def test_hours_that_cross_the_server_s_midnight_are_refused() -> None:
    calls = listed("Телефон;Регион", f"{A};Камчатский край", server_tz=MOSCOW, hours="8-20", columns={"zone": "Регион"})
    assert list(calls) == []
    assert (calls.rejected[0].column, str(calls.rejected[0].reason)) == ("Регион", "invalid")
    assert "midnight" in calls.rejected[0].problem


def test_zone_cannot_be_kept_without_the_server_s() -> None:
    calls = listed("Телефон;Часовой пояс", f"{A};МСК+2", f"{B};")
    assert windows(calls) == ["10:00-19:00"]
    assert "--server-tz" in calls.rejected[0].problem


@pytest.mark.parametrize("days", ["пн-пт", "Mon-Fri"])
def test_row_for_another_day_is_set_aside(days: str) -> None:
    assert len(list(listed("Телефон", A, weekdays=days))) == 1
    calls = listed("Телефон", A, weekdays=days, on=SUNDAY)
    assert list(calls) == []
    assert str(calls.rejected[0].reason) == "not_allowed"
    mixed = listed("Телефон;Дни", f"{A};сб-вс", f"{B};", weekdays=days, on=SUNDAY)
    assert [call.phone for call in mixed] == [A]


@pytest.mark.parametrize("cells", ["10:00;", ";19:00", "19:00;10:00", "25:00;26:00"])
def test_hours_that_are_none_refuse_their_row(cells: str) -> None:
    calls = listed("Телефон;start;stop", f"{A};{cells}", f"{B};10;11")
    assert windows(calls) == ["10:00-11:00"]
    assert str(calls.rejected[0].reason) == "invalid"

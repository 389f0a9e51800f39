"""Hours are handed down in list order before batches are cut, whatever the batches and the concurrency."""

from __future__ import annotations

from datetime import time
from typing import Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async import Call, CallWindow, ConfigurationError
from tests.bulk.service import Service, client, record, records, settled_by_the_books

WINDOWS = [CallWindow(time(hour), time(hour + 2, 30)) for hour in range(6, 20)]
windows = st.sampled_from(WINDOWS)
# What one record of the list says of hours, and whether it can be sent.
kinds = st.sampled_from(["call", "python", "page", "newcall's", "times", "bad phone", "unknown key", "bad call"])
lines = st.lists(st.tuples(st.one_of(st.none(), st.none(), windows), kinds), max_size=80)


def one(number: int, window: CallWindow | None, kind: str) -> Any:  # noqa: PLR0911 - one return for each kind
    fields: dict[str, Any] = record(number)
    if kind == "call":
        return Call(**fields, window=window)
    if kind == "bad call":  # a Call that only the wire refuses
        return Call(**fields, window=window, extra={"phone": "1"})
    if kind == "bad phone":
        fields["phone"] = "123"
    if kind == "unknown key":
        fields["colour"] = "red"
    if window is None:
        # Absent in every way in which it can be.
        absent: dict[str, dict[str, Any]] = {
            "python": {"window": None},
            "page": {"statdialertime": "", "stopdialertime": ""},
        }
        return fields | absent.get(kind, {})
    if kind in ("python", "bad phone"):
        return fields | {"window": window}
    if kind == "times":
        return fields | {"statdialertime": window.start, "stopdialertime": window.stop}
    if kind == "newcall's":
        return fields | {"timestart": f"{window.start:%H:%M}", "timestop": f"{window.stop:%H:%M}"}
    return fields | {"statdialertime": str(window.start), "stopdialertime": str(window.stop)}


@given(
    lines=lines,
    upload_window=st.one_of(st.none(), windows),
    default_window=windows,
    batch_size=st.integers(1, 9),
    max_bytes=st.sampled_from([500, 1500, 100_000]),
    concurrency=st.integers(1, 5),
    how=st.sampled_from(["list", "thread", "inline"]),
)
@settings(max_examples=60, deadline=None)
def test_every_record_leaves_with_the_hours_of_the_nearest_earlier_record_that_gave_some(  # noqa: PLR0917 - drawn
    lines: list[tuple[CallWindow | None, str]],
    upload_window: CallWindow | None,
    default_window: CallWindow,
    batch_size: int,
    max_bytes: int,
    concurrency: int,
    how: str,
) -> None:
    calls = [one(number, window, kind) for number, (window, kind) in enumerate(lines)]
    service = Service()

    async def run() -> Any:
        dialer = client(
            service,
            batch_size=batch_size,
            max_batch_bytes=max_bytes,
            concurrency=concurrency,
            default_window=default_window,
        )
        async with dialer:
            return await dialer.make(
                calls if how == "list" else iter(calls),
                window=upload_window,
                on_failure="return",
                source_in_thread=False if how == "inline" else None,
            )

    result = anyio.run(run)
    expected: dict[str, tuple[str, str]] = {}
    hours = upload_window or default_window
    for number, (window, kind) in enumerate(lines):
        hours = window or hours
        if kind not in ("bad phone", "unknown key", "bad call"):
            expected[str(number)] = (hours.start.isoformat(), hours.stop.isoformat())
    got = {fields["id"]: (fields["statdialertime"], fields["stopdialertime"]) for fields in service.records}
    assert got == expected
    assert settled_by_the_books(result, service)
    assert [error.position for error in result.invalid_calls] == [
        number for number, (_, kind) in enumerate(lines) if kind in ("bad phone", "unknown key", "bad call")
    ]


@pytest.mark.anyio
async def test_without_any_hours_ten_to_nineteen_is_sent() -> None:
    service = Service()
    async with client(service) as dialer:
        await dialer.make(records(2))
    assert {(fields["statdialertime"], fields["stopdialertime"]) for fields in service.records} == {
        ("10:00:00", "19:00:00")
    }


@pytest.mark.anyio
async def test_an_upload_fills_scenario_and_attempts_only_where_a_record_lacks_them() -> None:
    service = Service()
    calls: list[Any] = [
        record(0),
        record(1, generation_type=9),
        record(2, maxcount="7"),
        Call(3, "89220000003", max_count=8),
    ]
    async with client(service) as dialer:
        await dialer.make(calls, generation_type=4, max_count=2)
        await dialer.make([record(4)])
    got = [(fields.get("generationtype"), fields.get("maxcount")) for fields in service.records]
    assert got == [("4", "2"), ("9", "2"), ("4", "7"), ("4", "8"), (None, None)]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "wrong",
    [
        {"window": (time(1), time(2))},
        {"generation_type": 1.5},
        {"max_count": 0},
        {"max_count": "many"},
        {"deadline": -1},
        {"deadline": float("nan")},
    ],
)
async def test_wrong_settings_of_an_upload_are_refused_before_anything_is_read(wrong: dict[str, Any]) -> None:
    service = Service()
    pulled: list[int] = []

    def source() -> Any:
        pulled.append(1)
        yield record(1)

    async with client(service) as dialer:
        with pytest.raises(ConfigurationError):
            await dialer.make(source(), **wrong)
    assert (service.sizes, pulled) == ([], [])

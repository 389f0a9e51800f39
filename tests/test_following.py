"""`since=`: every state of every row once, as it appears."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import anyio
import pytest

from autodialer_async import ApiError, AsyncAutodialer, CallDetail, ConfigurationError, RetryPolicy
from autodialer_async._following import Follower, beginning
from autodialer_async._wire.result_code import read_code
from tests.servers.misbehaving import Accept, Answer, Behaviour, MisbehavingServer, RequestInfo

pytestmark = pytest.mark.anyio

TODAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATE = datetime(2026, 11, 20, 23, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))


def call(number: int, at: datetime | None, code: str = "BUSY", **changed: Any) -> CallDetail:
    detail = CallDetail(7, f"8922000000{number}", at, read_code(code, {}), 5, {"DST": f"8922000000{number}"})
    return detail._replace(**changed)


class Service:
    """A history, and a clock that the pauses move on."""

    def __init__(self) -> None:
        self.days: dict[date, list[CallDetail]] = {}
        self.asked: list[tuple[date, date]] = []
        self.pauses: list[float] = []
        self.now = NOON
        self.at_pause: list[Callable[[], None]] = []
        self.errors: dict[date, Exception] = {}

    async def read(self, first: date, last: date) -> list[CallDetail]:
        self.asked.append((first, last))
        await anyio.lowlevel.checkpoint()
        if first in self.errors:
            raise self.errors.pop(first)
        return [row for day, rows in sorted(self.days.items()) if first <= day <= last for row in rows]

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += timedelta(seconds=seconds)
        if not self.at_pause:
            raise EndOfTestError
        self.at_pause.pop(0)()

    def follow(self, since: date | datetime, zone: tzinfo | None = UTC, step: int = 1) -> Follower:
        return Follower(
            beginning(since, zone),
            self.read,
            step=step,
            zone=zone,
            pause=60,
            now=lambda: self.now,
            sleep=self.sleep,
        )


class EndOfTestError(Exception):
    """Nothing more happens."""


async def given(follower: Follower) -> list[CallDetail]:
    """All that comes until nothing more happens."""
    rows: list[CallDetail] = []
    with pytest.raises(EndOfTestError):  # noqa: PT012 - the loop that ends so
        async for row in follower:
            rows.append(row)  # noqa: PERF401 - what came before the end is kept
    return rows


async def test_old_days_are_read_once_and_those_not_over_in_every_round() -> None:
    service = Service()
    service.at_pause = [lambda: None, lambda: None]
    assert await given(service.follow(TODAY - timedelta(days=3))) == []
    three, two, one = (TODAY - timedelta(days=days) for days in (3, 2, 1))
    rounds = [[three, two, one, TODAY], [one, TODAY], [one, TODAY]]
    assert service.asked == [(day, day) for days in rounds for day in days]
    assert service.pauses == [60, 60, 60]


@pytest.mark.parametrize("step", [1, 2, 7])
async def test_each_state_comes_once_also_where_days_are_read_again(step: int) -> None:
    service = Service()
    yesterday = TODAY - timedelta(days=1)
    early, late = NOON - timedelta(days=1), NOON - timedelta(hours=1)
    service.days = {yesterday: [call(1, early), call(2, early)], TODAY: [call(3, late, "DIALING")]}

    def changed() -> None:
        # One is called again and moves, one ends, one is new.
        service.days = {
            yesterday: [call(2, early)],
            TODAY: [call(1, NOON), call(3, late, "ANSWERED"), call(4, NOON)],
        }

    service.at_pause = [lambda: None, changed, lambda: None]
    rows = await given(service.follow(yesterday - timedelta(days=5), step=step))
    assert [(row.dst, row.code and row.code.raw) for row in rows] == [
        ("89220000001", "BUSY"),
        ("89220000002", "BUSY"),
        ("89220000003", "DIALING"),
        ("89220000001", "BUSY"),
        ("89220000003", "ANSWERED"),
        ("89220000004", "BUSY"),
    ]


@pytest.mark.parametrize("step", [1, 3])
async def test_days_that_pass_are_left_behind_and_so_is_what_is_remembered_of_them(step: int) -> None:
    service = Service()
    follower = service.follow(TODAY, step=step)

    def next_day() -> None:
        service.now += timedelta(days=1)
        service.days[service.now.date()] = [call(number, service.now) for number in range(10)]

    service.at_pause = [next_day] * 20
    rows = await given(follower)
    assert len(rows) == 200
    assert len({(row.dst, row.time) for row in rows}) == 200
    assert sum(map(len, follower._given.values())) <= 10 * (3 + step)


async def test_a_day_that_answers_with_nothing_once_gives_nothing_twice() -> None:
    service = Service()
    full = {TODAY: [call(1, NOON)]}
    service.days = dict(full)
    service.at_pause = [service.days.clear, lambda: service.days.update(full)]
    assert len(await given(service.follow(TODAY))) == 1


async def test_calls_before_the_moment_are_left_out_and_bad_rows_are_not() -> None:
    service = Service()
    bad = call(9, None, problem="time is not a time")
    service.days = {TODAY: [call(1, NOON - timedelta(seconds=1)), call(2, NOON), bad]}
    service.at_pause = [lambda: None]
    rows = await given(service.follow(NOON.astimezone(MOSCOW), zone=MOSCOW))
    assert [row.dst for row in rows] == ["89220000002", "89220000009"]


async def test_an_error_ends_nothing_and_nothing_comes_twice_after_it() -> None:
    service = Service()
    yesterday = TODAY - timedelta(days=1)
    service.days = {yesterday: [call(1, NOON - timedelta(days=1))], TODAY: [call(2, NOON)]}
    service.errors = {TODAY: ApiError("busy")}
    service.at_pause = [lambda: None]
    follower = service.follow(yesterday)
    assert (await anext(follower)).dst == "89220000001"
    with pytest.raises(ApiError):
        await anext(follower)
    assert [row.dst for row in await given(follower)] == ["89220000002"]
    assert service.pauses == [60, 60]


async def test_where_the_zone_is_not_known_every_day_that_may_be_the_service_s_is_read() -> None:
    service = Service()
    service.now = datetime(2026, 11, 20, 11, tzinfo=UTC)
    await given(service.follow(TODAY - timedelta(days=2), zone=None))
    assert [str(first) for first, _ in service.asked] == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]


@pytest.mark.parametrize(
    ("since", "zone", "expected"),
    [
        (TODAY, None, (TODAY, None)),
        (NOON, UTC, (TODAY, NOON)),
        (NOON, None, (TODAY - timedelta(days=1), NOON)),
        (LATE, MOSCOW, (TODAY + timedelta(days=1), LATE)),
        (NOON.replace(tzinfo=None), MOSCOW, (TODAY, NOON.replace(tzinfo=MOSCOW))),
        (NOON.replace(tzinfo=None), None, (TODAY, NOON.replace(tzinfo=None))),
    ],
)  # fmt: skip
def test_since_is_a_day_or_a_moment(since: date, zone: tzinfo | None, expected: object) -> None:
    assert beginning(since, zone) == expected


def client(url: str) -> AsyncAutodialer:
    return AsyncAutodialer(url, api_key="key-of-a-test", retry=RetryPolicy(attempts=2, base=0.001))


async def test_a_service_follows_new_rows_over_http_and_leaves_when_it_wants() -> None:
    today = datetime.now(UTC).date()
    calls = 0

    def history(day: str | None, _: str | None, to: str | None) -> list[dict[str, Any]]:
        nonlocal calls
        assert to == "89220000001"
        if day != str(today):
            return []
        calls += 1
        row = {"QUERY_ID": 7, "DST": "89220000001", "TIME": f"{today} 00:00:{calls:02} Z", "CODE": "BUSY", "SEC": 1}
        return [row]

    seconds: list[int] = []
    with MisbehavingServer(history=history) as server:
        async with client(server.base_url) as dialer, dialer.history(since=today, to="89220000001", pause=0) as rows:
            async for row in rows:
                assert row.time is not None
                seconds.append(row.time.second)
                if len(seconds) == 3:
                    break
            assert (await dialer.cdr(today, to="89220000001"))[0].seconds == 1
    assert seconds == [1, 2, 3]


async def test_a_follower_can_be_cancelled_in_its_pause() -> None:
    with MisbehavingServer(history=[]) as server:
        async with client(server.base_url) as dialer, dialer.history(since=datetime.now(UTC).date()) as rows:
            with anyio.move_on_after(0.5) as scope:
                await anext(rows)
            assert scope.cancelled_caught
            await dialer.ping()


async def test_an_outage_is_raised_where_the_reader_waits_and_the_stream_lives_on() -> None:
    today = datetime.now(UTC).date()
    answers: list[Behaviour] = [Answer(502), Answer(502)]

    def script(request: RequestInfo) -> Behaviour | None:
        return None if not request.fields else answers.pop() if answers else Accept()

    row = {"QUERY_ID": 7, "DST": "89220000001", "TIME": f"{today} 00:00:00 Z", "CODE": "BUSY", "SEC": 1}
    with MisbehavingServer(script, history=[row]) as server:
        async with client(server.base_url) as dialer, dialer.history(since=today, pause=0) as rows:
            with pytest.raises(ApiError):
                await anext(rows)
            assert (await anext(rows)).dst == "89220000001"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"since": "yesterday"}, "since is a datetime.date or datetime.datetime, not str"),
        ({"since": TODAY, "date_from": TODAY}, "leave date_from and date_to out"),
        ({"since": TODAY, "pause": -1}, "pause is a number of seconds"),
        ({"since": TODAY, "pause": float("inf")}, "pause is a number of seconds"),
        ({}, "history needs date_from, or since"),
    ],
)
async def test_wrong_arguments_are_named(arguments: dict[str, Any], said: str) -> None:
    async with client("http://127.0.0.1:9") as dialer:
        with pytest.raises(ConfigurationError, match=said):
            dialer.history(**arguments)

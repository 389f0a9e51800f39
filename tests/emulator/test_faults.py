"""Each fault over a real socket: what the client sees, and whether anything was accepted."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx
import pytest

from autodialer_async.emulator import (
    AcceptThenAnswerLate,
    AcceptThenDrop,
    Answer,
    CannedAnswer,
    DropBefore,
    EmptyAnswer,
    Emulator,
    ErrorAfterAccepting,
    Exchange,
    Fault,
    FewerLines,
    HtmlPage,
    NothingInserted,
    Redirect,
    Refuse,
    ResetMidBody,
    Rule,
    SlowDrip,
    StallMidBody,
    TooManyRequests,
    TruncatedAnswer,
    Unavailable,
)

Post = Callable[..., Coroutine[Any, Any, httpx.Response]]
PostPage = Callable[[], Awaitable[httpx.Response]]
Records = Callable[..., list[dict[str, str]]]
pytestmark = pytest.mark.anyio

LONG = 3600.0
LATE = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator.serve(receive_buffer=4096) as emulator:
        yield emulator


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=30) as client:
        yield client


@pytest.fixture
def post_page(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> PostPage:
    """Posts the page's example."""
    return lambda: post_list(client, emulator, page_records)


@pytest.mark.parametrize(
    ("fault", "status", "accepted"),
    [
        (Refuse(), 400, 0),
        (Refuse(413), 413, 0),
        (Refuse(504), 504, 0),
        (TooManyRequests(), 429, 0),
        (Unavailable(), 503, 0),
        (Redirect(), 302, 0),
        (ErrorAfterAccepting(), 500, 2),
        (ErrorAfterAccepting(502), 502, 2),
        (HtmlPage(), 200, 2),
        (HtmlPage(502, accept=False), 502, 0),
        (EmptyAnswer(), 200, 2),
        (EmptyAnswer(accept=False), 200, 0),
        (TruncatedAnswer(drop=False), 200, 2),
        (TruncatedAnswer(accept=False, drop=False), 200, 0),
        (FewerLines(), 200, 1),
        (FewerLines(by=2), 200, 1),
        (FewerLines(by=9), 200, 0),
        (NothingInserted(), 200, 0),
        (AcceptThenAnswerLate(0.01), 200, 2),
        (SlowDrip(interval=0.0, size=30), 200, 2),
        (StallMidBody(0.01), 200, 2),
        (CannedAnswer(Answer(418, b"tea")), 418, 0),
        (CannedAnswer(Answer(207, b"{}"), accept=True), 207, 2),
    ],
    ids=repr,
)
async def test_fault_with_an_answer_strikes_once_and_then_all_is_well(
    emulator: Emulator, post_page: PostPage, fault: Fault, status: int, accepted: int
) -> None:
    emulator.add_fault(fault)
    response = await post_page()
    assert (response.status_code, emulator.counts.records) == (status, accepted)
    assert (await post_page()).json()["report"]["inserted"] == "2"
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    assert [seen.fault for seen in emulator.requests] == [type(fault).__name__, None]
    assert emulator.counts.faults == 1


@pytest.mark.parametrize(
    ("fault", "header"),
    [
        (TooManyRequests(), "1"),
        (TooManyRequests(0.25), "0.25"),
        (TooManyRequests(None), None),
        (Unavailable(LATE), "Wed, 02 Jan 2030 03:04:05 GMT"),
        (Unavailable(), None),
    ],
)
async def test_retry_after_in_seconds_as_a_date_or_absent(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, fault: Fault, header: str | None
) -> None:
    emulator.add_fault(fault)
    assert (await post_list(client, emulator, [])).headers.get("retry-after") == header


async def test_redirect_says_where_to(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(Redirect("http://127.0.0.1:9/", 307))
    response = await post_list(client, emulator, page_records)
    assert (response.status_code, response.headers["location"]) == (307, "http://127.0.0.1:9/")


async def test_fewer_lines_reports_what_was_left(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(FewerLines())
    report = (await post_list(client, emulator, page_records)).json()["report"]
    assert (report["lines"], report["ok"], report["inserted"]) == ("2", "2", "1")
    assert emulator.accepted("3") == 0


async def test_nothing_inserted_says_so_for_lists_and_single_calls(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(Rule(NothingInserted(), times=2))
    report = (await post_list(client, emulator, page_records)).json()["report"]
    assert report == {"lines": "3", "ok": "3", "inserted": "0", "errorcode": "3", "id": "0"}
    fields = {"id": "0", "phone": "89222220000", "generationtype": "1"}
    single = await client.post(f"{emulator.base_url}/{emulator.api_key}/newcall", data=fields)
    assert single.json() == {"QUERY_ID": "0", "QUERY_COUNT": "0"}


async def test_truncated_answer_may_be_whole_as_http(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(TruncatedAnswer(share=0.25, drop=False))
    response = await post_list(client, emulator, page_records)
    assert response.text.startswith('{"report"')
    assert not response.text.endswith("}")


@pytest.mark.parametrize(
    ("fault", "error", "accepted"),
    [
        (DropBefore(), httpx.TransportError, 0),
        (DropBefore(reset=True), httpx.TransportError, 0),
        (AcceptThenDrop(), httpx.RemoteProtocolError, 2),
        (AcceptThenDrop(reset=True), httpx.ReadError, 2),
        (TruncatedAnswer(), httpx.RemoteProtocolError, 2),
        (TruncatedAnswer(accept=False), httpx.RemoteProtocolError, 0),
        (ResetMidBody(after=100), httpx.TransportError, 0),
    ],
    ids=repr,
)
async def test_fault_that_cuts_the_connection_strikes_once(
    emulator: Emulator, post_page: PostPage, fault: Fault, error: type[Exception], accepted: int
) -> None:
    emulator.add_fault(fault)
    with pytest.raises(error):
        await post_page()
    assert emulator.counts.records == accepted
    assert (await post_page()).status_code == 200


async def test_reset_in_mid_body_of_a_long_list_accepts_nothing(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, some_records: Records
) -> None:
    emulator.add_fault(ResetMidBody(after=5000))
    with pytest.raises(httpx.TransportError):
        await post_list(client, emulator, some_records(1000), padding="x" * 2_000_000)
    assert emulator.counts.records == 0


async def test_stalled_body_blocks_the_client_that_writes_it(
    emulator: Emulator, post_list: Post, some_records: Records
) -> None:
    emulator.add_fault(StallMidBody(LONG, after=1))
    async with httpx.AsyncClient(timeout=httpx.Timeout(30, write=0.1)) as client:
        with pytest.raises(httpx.WriteTimeout):
            await post_list(client, emulator, some_records(1000), padding="x" * 8_000_000)
    assert emulator.counts.records == 0


async def test_client_that_leaves_a_stalled_body_is_read_to_where_it_came(
    post_list: Post, some_records: Records
) -> None:
    left = threading.Event()

    class StallUntilItLeaves(Fault):
        async def play(self, exchange: Exchange) -> None:
            while not left.is_set():
                await exchange.stall(0.01)
            await exchange.answer(await exchange.accept())

    async with Emulator.serve(faults=[StallUntilItLeaves()]) as emulator:
        async with httpx.AsyncClient(timeout=httpx.Timeout(30, read=0.05)) as client:
            with pytest.raises(httpx.ReadTimeout):
                await post_list(client, emulator, some_records(1000))
        assert emulator.counts.records == 0
        left.set()
        await emulator.wait_until(lambda emulator: emulator.counts.records == 1000)


async def test_late_answer_ends_when_the_client_gives_up(
    emulator: Emulator, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(AcceptThenAnswerLate(LONG))
    async with httpx.AsyncClient(timeout=httpx.Timeout(30, read=0.1)) as client:
        with pytest.raises(httpx.ReadTimeout):
            await post_list(client, emulator, page_records)
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    assert emulator.counts.records == 2


async def test_late_answer_to_a_long_body_ends_when_the_client_gives_up(
    emulator: Emulator, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.add_fault(AcceptThenAnswerLate(LONG))
    async with httpx.AsyncClient(timeout=httpx.Timeout(30, read=0.1)) as client:
        with pytest.raises(httpx.ReadTimeout):
            await post_list(client, emulator, page_records, padding="x" * 500_000)
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)


async def test_client_that_leaves_in_mid_body_has_nothing_accepted(
    emulator: Emulator, client: httpx.AsyncClient, page_records: list[dict[str, str]]
) -> None:
    class Half(httpx.AsyncByteStream):
        """Not an async generator: trio complains of one that is broken off."""

        begun = False

        def __aiter__(self) -> AsyncIterator[bytes]:
            return self

        async def __anext__(self) -> bytes:
            if self.begun:
                await anyio.sleep_forever()
            self.begun = True
            return b'{"query": {"access_token": "emulator-token", "data": ['

    url = f"{emulator.base_url}/{emulator.api_key}/make"
    request = client.build_request("POST", url, headers={"content-length": "1000"})
    request.stream = Half()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.send, request)
        await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 1)
        tasks.cancel_scope.cancel()
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    assert (emulator.requests[0].status, emulator.counts.records) == (None, 0)


async def test_latency_comes_before_the_answer_and_after_the_work(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    emulator.latency = LONG
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(post_list, client, emulator, page_records)
        await emulator.wait_until(lambda emulator: emulator.counts.records == 2)
        assert emulator.counts.in_flight == 1
        tasks.cancel_scope.cancel()


async def test_peak_in_flight_is_the_most_at_one_time(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, some_records: Records
) -> None:
    emulator.latency = LONG
    async with anyio.create_task_group() as tasks:
        for first in range(1, 4):
            tasks.start_soon(post_list, client, emulator, some_records(1, first=first))
        await emulator.wait_until(lambda emulator: emulator.counts.records == 3)
        tasks.cancel_scope.cancel()
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    assert emulator.counts.peak_in_flight == 3


async def test_fault_of_ones_own(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    class Teapot(Fault):
        async def play(self, exchange: Exchange) -> None:
            await exchange.accept()
            await exchange.accept()
            await exchange.answer(Answer(418))

    emulator.add_fault(Teapot())
    assert (await post_list(client, emulator, page_records)).status_code == 418
    assert emulator.accepted("1") == 1


async def test_base_fault_does_nothing_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        await Fault().play(None)  # type: ignore[arg-type]  # it must not come to use it


@pytest.mark.parametrize(
    "make",
    [lambda: FewerLines(0), lambda: SlowDrip(size=0), lambda: TruncatedAnswer(share=1.5), lambda: ResetMidBody(0)],
)
def test_impossible_faults_are_refused(make: Callable[[], Fault]) -> None:
    with pytest.raises(ValueError, match="must be"):
        make()

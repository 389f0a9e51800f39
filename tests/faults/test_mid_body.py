"""The connection ends or stalls while a batch is on its way: the record is unsent only where no server can hold it."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest

from autodialer_async import AsyncAutodialer, BatchState, DeliveryUnknown, NotSent, RetryPolicy
from autodialer_async.models import Phase
from tests.faults.ledger import assert_books_agree, made_calls
from tests.servers.misbehaving import (
    AnswerLate,
    ByBatch,
    DropBeforeReading,
    EarlyAnswer413,
    MisbehavingServer,
    NeverAnswer,
    ResetMidBody,
    StallMidBody,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autodialer_async import Call, UploadResult
    from tests.servers.misbehaving import Behaviour

pytestmark = pytest.mark.anyio

SMALL_BATCH = 5
SMALL = made_calls(6 * SMALL_BATCH)
LARGE_BATCH = 20
"""400 KB: more than a socket takes that has a send buffer of 64 KB and meets a small window."""
LARGE = made_calls(4 * LARGE_BATCH, large=True)
BAD = 1
ONCE = RetryPolicy(attempts=1, base=0.001)
FOUR_TIMES = RetryPolicy(attempts=4, base=0.001)
WINDOW = 8192


def client(server: MisbehavingServer, size: int, retry: RetryPolicy, *, timeout: float = 20.0) -> AsyncAutodialer:
    return AsyncAutodialer(
        server.base_url, api_key=server.api_key, batch_size=size, concurrency=2, retry=retry, timeout=timeout
    )


def first_id(calls: Sequence[Call], size: int) -> str:
    return calls[BAD * size].id


def siblings(result: UploadResult) -> set[BatchState]:
    return {outcome.state for outcome in result.batches if outcome.index != BAD}


CUTS: dict[str, Behaviour] = {
    "fin_before_reading": DropBeforeReading(reset=False),
    "rst_before_reading": DropBeforeReading(reset=True),
    "rst_at_the_start": ResetMidBody(10),
    "rst_after_100_bytes": ResetMidBody(100),
}


@pytest.mark.usefixtures("small_send_buffer")
@pytest.mark.parametrize("retry", [ONCE, FOUR_TIMES], ids=["one_try", "four_tries"])
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
@pytest.mark.parametrize("window", [None, WINDOW], ids=["wide", "small_window"])
@pytest.mark.parametrize(("calls", "size"), [(SMALL, SMALL_BATCH), (LARGE, LARGE_BATCH)], ids=["small", "large"])
async def test_connection_cut_in_mid_body_is_unsent_or_unknown_and_never_doubles_a_record(
    calls: Sequence[Call], size: int, window: int | None, cut: Behaviour, retry: RetryPolicy
) -> None:
    with MisbehavingServer(ByBatch({first_id(calls, size): repeat(cut)}), receive_buffer=window) as server:
        async with client(server, size, retry) as dialer:
            result = await dialer.make(calls, on_failure="return")
    assert_books_agree(server, result, calls)
    bad = result.batches[BAD]
    assert siblings(result) == {BatchState.ACCEPTED}
    if bad.state is BatchState.UNSENT:
        assert bad.tries == retry.attempts
        assert isinstance(bad.error, NotSent)
        assert not bad.error.may_have_dialled
        assert bad.phase is not Phase.WHOLE
    else:
        assert bad.state is BatchState.UNKNOWN
        assert isinstance(bad.error, DeliveryUnknown)
        assert bad.error.may_have_dialled
        assert bad.phase is Phase.WHOLE


@pytest.mark.usefixtures("small_send_buffer")
async def test_batch_cut_in_mid_body_by_a_write_error_is_sent_again_and_accepted_once() -> None:
    script = ByBatch({first_id(LARGE, LARGE_BATCH): [ResetMidBody(20_000)] * 3})
    with MisbehavingServer(script, receive_buffer=WINDOW) as server:
        async with client(server, LARGE_BATCH, FOUR_TIMES) as dialer:
            result = await dialer.make(LARGE)
    assert_books_agree(server, result, LARGE)
    assert result.complete
    assert result.batches[BAD].tries == 4


async def test_connections_reset_before_a_byte_is_read_are_unsent_or_unknown_and_never_double_a_record() -> None:
    with MisbehavingServer(drop_connection=lambda number: number in (2, 4)) as server:
        async with client(server, SMALL_BATCH, FOUR_TIMES) as dialer:
            result = await dialer.make(SMALL, on_failure="return")
    assert_books_agree(server, result, SMALL)
    assert result.rejected == result.unsent == 0
    assert result.accepted >= len(SMALL) - 2 * SMALL_BATCH


@pytest.mark.usefixtures("small_send_buffer")
@pytest.mark.parametrize("retry", [ONCE, FOUR_TIMES], ids=["one_try", "four_tries"])
async def test_write_timeout_in_mid_body_is_unsent_and_the_server_never_holds_the_batch(retry: RetryPolicy) -> None:
    script = ByBatch({first_id(LARGE, LARGE_BATCH): repeat(StallMidBody(1000))})
    with MisbehavingServer(script, receive_buffer=WINDOW) as server:
        async with client(server, LARGE_BATCH, retry, timeout=0.5) as dialer:
            result = await dialer.make(LARGE, on_failure="return")
        server.release()
    assert_books_agree(server, result, LARGE)
    bad = result.batches[BAD]
    assert bad.state is BatchState.UNSENT
    assert bad.phase is Phase.PARTIAL
    assert bad.tries == retry.attempts
    assert server.received_whole[first_id(LARGE, LARGE_BATCH)] == 0
    assert siblings(result) == {BatchState.ACCEPTED}


@pytest.mark.usefixtures("small_send_buffer")
async def test_deadline_in_mid_body_leaves_the_batch_unsent_and_the_server_without_it() -> None:
    script = ByBatch({first_id(LARGE, LARGE_BATCH): StallMidBody(1000)})
    with MisbehavingServer(script, receive_buffer=WINDOW) as server:
        async with client(server, LARGE_BATCH, FOUR_TIMES) as dialer:
            result = await dialer.make(LARGE, on_failure="return", deadline=1.0)
        server.release()
    assert_books_agree(server, result, LARGE)
    assert result.batches[BAD].state is BatchState.UNSENT
    assert server.received_whole[first_id(LARGE, LARGE_BATCH)] == 0
    assert result.accepted == len(LARGE) - LARGE_BATCH


@pytest.mark.usefixtures("small_send_buffer")
async def test_cancel_in_mid_body_leaves_the_batch_unsent_after_the_grace() -> None:
    script = ByBatch({first_id(LARGE, LARGE_BATCH): StallMidBody(1000)})
    with MisbehavingServer(script, receive_buffer=WINDOW) as server:
        async with client(server, LARGE_BATCH, FOUR_TIMES) as dialer, dialer.upload(LARGE) as upload:
            await anyio.to_thread.run_sync(server.wait_for, lambda: server.stalled == 1)
            upload.stop(grace=0.2)
        server.release()
    states = assert_books_agree(server, upload.result, LARGE)
    assert states[first_id(LARGE, LARGE_BATCH)] is BatchState.UNSENT
    assert server.received_whole[first_id(LARGE, LARGE_BATCH)] == 0


@pytest.mark.usefixtures("small_send_buffer")
async def test_stalled_server_that_goes_on_within_the_timeout_takes_the_batch_once() -> None:
    script = ByBatch({first_id(LARGE, LARGE_BATCH): StallMidBody(1000)})
    with MisbehavingServer(script, receive_buffer=WINDOW) as server:
        async with client(server, LARGE_BATCH, FOUR_TIMES) as dialer, anyio.create_task_group() as tasks:

            async def release() -> None:
                await anyio.to_thread.run_sync(server.wait_for, lambda: server.stalled == 1)
                server.release()

            tasks.start_soon(release)
            result = await dialer.make(LARGE)
    assert_books_agree(server, result, LARGE)
    assert result.complete


@pytest.mark.parametrize("behaviour", [AnswerLate(30), NeverAnswer()], ids=["late", "never"])
async def test_deadline_while_the_answer_is_awaited_leaves_the_batch_unknown(behaviour: Behaviour) -> None:
    with MisbehavingServer(ByBatch({first_id(SMALL, SMALL_BATCH): behaviour})) as server:
        async with client(server, SMALL_BATCH, FOUR_TIMES) as dialer:
            result = await dialer.make(SMALL, on_failure="return", deadline=0.8)
    assert_books_agree(server, result, SMALL)
    assert result.batches[BAD].state is BatchState.UNKNOWN
    assert result.batches[BAD].tries == 1
    assert siblings(result) == {BatchState.ACCEPTED}


@pytest.mark.usefixtures("small_send_buffer")
@pytest.mark.parametrize("lingering", [True, False], ids=["lingering", "closing_at_once"])
@pytest.mark.parametrize("window", [None, WINDOW], ids=["wide", "small_window"])
async def test_early_413_never_doubles_a_record(lingering: bool, window: int | None) -> None:
    """A server that closes at once may lose its own answer to the RST: then the batch is unsent or unknown."""
    script = ByBatch({first_id(LARGE, LARGE_BATCH): EarlyAnswer413(lingering)})
    with MisbehavingServer(script, receive_buffer=window) as server:
        async with client(server, LARGE_BATCH, FOUR_TIMES) as dialer:
            result = await dialer.make(LARGE, on_failure="return")
    states = assert_books_agree(server, result, LARGE)
    if lingering:
        assert result.complete
        assert max(outcome.index for outcome in result.batches) >= 4, "halves have numbers of their own"
    assert set(states.values()) <= {BatchState.ACCEPTED, BatchState.UNKNOWN}

"""One batch of eight meets a fault; the seven others do not. On asyncio and on trio, without and with repeats."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING

import pytest

from autodialer_async import AsyncAutodialer, BatchState, RetryPolicy
from tests.faults.ledger import assert_books_agree, made_calls
from tests.faults.matrix import FAULTS, STOPPING, Fault
from tests.servers.misbehaving import AnswerLate, ByBatch, MisbehavingServer

if TYPE_CHECKING:
    from autodialer_async import UploadResult

pytestmark = pytest.mark.anyio

SIZE = 5
CALLS = made_calls(8 * SIZE)
BAD = 2
"""The batch that meets the fault."""
FIRST_ID = CALLS[BAD * SIZE].id
ONCE = RetryPolicy(attempts=1, base=0.001, max_retry_after=0.01)
LATER = AnswerLate(0.3)
FOUR_TIMES = RetryPolicy(attempts=4, base=0.001, max_retry_after=0.01)


async def upload(server: MisbehavingServer, fault: Fault, retry: RetryPolicy, *, concurrency: int = 3) -> UploadResult:
    async with AsyncAutodialer(
        server.base_url,
        api_key=server.api_key,
        concurrency=concurrency,
        batch_size=SIZE,
        timeout=fault.timeout,
        retry=retry,
    ) as dialer:
        return await dialer.make(CALLS, on_failure="return")


def siblings(result: UploadResult) -> set[BatchState]:
    return {outcome.state for outcome in result.batches if outcome.index != BAD}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("retry", [ONCE, FOUR_TIMES], ids=["one_try", "four_tries"])
async def test_faulty_batch_has_the_state_of_the_protocol_and_leaves_its_siblings_alone(
    fault: Fault, retry: RetryPolicy
) -> None:
    with MisbehavingServer(ByBatch({FIRST_ID: repeat(fault.behaviour)})) as server:
        result = await upload(server, fault, retry)
    assert_books_agree(server, result, CALLS)
    bad = result.batches[BAD]
    assert bad.state is fault.state
    assert bad.tries == (retry.attempts if fault.repeated else 1)
    assert siblings(result) == {BatchState.ACCEPTED}
    assert result.read == len(CALLS)
    assert result.source_exhausted
    assert result.complete == (fault.state is BatchState.ACCEPTED)
    assert server.attempts == 7 + bad.tries


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.repeated], ids=lambda fault: fault.name)
async def test_batch_that_may_be_repeated_is_accepted_once_the_fault_is_over(fault: Fault) -> None:
    with MisbehavingServer(ByBatch({FIRST_ID: [fault.behaviour] * 3})) as server:
        result = await upload(server, fault, FOUR_TIMES)
    assert_books_agree(server, result, CALLS)
    assert result.complete
    assert result.retries == 3
    assert result.batches[BAD].tries == 4


@pytest.mark.parametrize("fault", STOPPING, ids=lambda fault: fault.name)
@pytest.mark.parametrize("retry", [ONCE, FOUR_TIMES], ids=["one_try", "four_tries"])
async def test_hopeless_answer_stops_the_run_and_what_is_left_is_unsent(fault: Fault, retry: RetryPolicy) -> None:
    with MisbehavingServer(ByBatch({FIRST_ID: repeat(fault.behaviour)})) as server:
        result = await upload(server, fault, retry, concurrency=1)
    states = assert_books_agree(server, result, CALLS)
    assert server.attempts == BAD + 1
    assert result.batches[BAD].state is fault.state
    assert {states[call.id] for call in CALLS[: BAD * SIZE]} == {BatchState.ACCEPTED}
    left = [call for call in CALLS[(BAD + 1) * SIZE :] if call.id in states]
    assert {states[call.id] for call in left} <= {BatchState.UNSENT}
    assert [call.id for call in result.unsent_calls()] == [call.id for call in left]
    assert not result.complete


@pytest.mark.parametrize("status", [401, 302])
async def test_hopeless_answer_lets_requests_in_flight_finish(status: int) -> None:
    fault = next(fault for fault in STOPPING if fault.name.startswith(str(status)))
    with MisbehavingServer() as server:
        server.script = lambda request: (
            None if request.first_id is None else fault.behaviour if request.first_id == "0" else LATER
        )
        result = await upload(server, fault, ONCE, concurrency=4)
    assert_books_agree(server, result, CALLS)
    assert server.attempts <= 4
    assert result.accepted == SIZE * (server.attempts - 1)

"""Cancelled from outside: by a scope, natively, at any moment. What the result says is what the server knows."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import pytest

from autodialer_async import AsyncAutodialer, BatchState, RetryPolicy
from tests.faults.ledger import assert_books_agree, made_calls
from tests.servers.misbehaving import AnswerLate, MisbehavingServer, NeverAnswer, StallMidBody

if TYPE_CHECKING:
    from autodialer_async import Upload

BATCH = 5
CALLS = made_calls(6 * BATCH)
LARGE_BATCH = 20
LARGE = made_calls(2 * LARGE_BATCH, large=True)
SEED = 20260101


def client(server: MisbehavingServer, size: int = BATCH, concurrency: int = 2) -> AsyncAutodialer:
    return AsyncAutodialer(
        server.base_url,
        api_key=server.api_key,
        batch_size=size,
        concurrency=concurrency,
        timeout=20,
        retry=RetryPolicy(attempts=4, base=0.001),
    )


@pytest.mark.anyio
async def test_cancelled_upload_lets_requests_in_flight_finish_and_leaves_the_rest_unsent() -> None:
    with MisbehavingServer(AnswerLate(0.3)) as server:
        async with client(server) as dialer:
            with anyio.CancelScope() as scope:
                async with dialer.upload(CALLS) as upload:
                    await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.accepted) == 2 * BATCH)
                    scope.cancel()
    assert scope.cancelled_caught
    assert_books_agree(server, upload.result, CALLS)
    assert upload.result.accepted == 2 * BATCH
    assert upload.result.unknown == 0
    assert upload.result.unsent == upload.result.read - 2 * BATCH


@pytest.mark.anyio
async def test_deadline_of_the_run_leaves_what_was_in_flight_unknown_and_the_rest_unsent() -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        async with client(server) as dialer:
            result = await dialer.make(CALLS, on_failure="return", deadline=0.4)
    assert_books_agree(server, result, CALLS)
    assert result.unknown == 2 * BATCH == len(server.accepted)
    assert result.unsent == result.read - result.unknown


@pytest.mark.anyio
async def test_upload_cancelled_before_its_first_request_sends_nothing() -> None:
    with MisbehavingServer() as server:
        async with client(server) as dialer:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await dialer.make(CALLS)
    assert server.attempts == 0


@pytest.mark.asyncio
@pytest.mark.usefixtures("every_transport")
async def test_native_cancel_of_the_users_task_is_raised_again_with_an_exact_result() -> None:
    uploads: list[Upload] = []

    async def user(dialer: AsyncAutodialer) -> None:
        async with dialer.upload(CALLS) as upload:
            uploads.append(upload)
            await anyio.sleep_forever()

    with MisbehavingServer(AnswerLate(0.3)) as server:
        async with client(server) as dialer:
            task = asyncio.create_task(user(dialer))
            await asyncio.to_thread(server.wait_for, lambda: len(server.accepted) == 2 * BATCH)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            result = uploads[0].result
    assert_books_agree(server, result, CALLS)
    assert result.accepted == 2 * BATCH


@pytest.mark.asyncio
@pytest.mark.usefixtures("every_transport")
async def test_native_cancel_of_every_task_leaves_accepted_records_unknown() -> None:
    """As the second Ctrl-C under `asyncio.run`, or a framework's shutdown, does it."""
    with MisbehavingServer(AnswerLate(30)) as server:
        async with client(server) as dialer:
            with suppress(asyncio.CancelledError):
                async with dialer.upload(CALLS) as upload:
                    await asyncio.to_thread(server.wait_for, lambda: len(server.accepted) == 2 * BATCH)
                    mine = asyncio.current_task()
                    for _ in range(3):
                        for task in asyncio.all_tasks() - {mine}:
                            task.cancel()
                        with suppress(asyncio.CancelledError):
                            await asyncio.sleep(0)
    assert_books_agree(server, upload.result, CALLS)
    assert upload.result.unknown == 2 * BATCH


async def run_into(uploads: list[Upload], dialer: AsyncAutodialer) -> None:
    async with dialer.upload(LARGE) as upload:
        uploads.append(upload)


@pytest.mark.asyncio
@pytest.mark.usefixtures("every_transport", "small_send_buffer")
async def test_native_cancels_at_random_moments_never_hide_what_the_server_took() -> None:
    """The window reopens while the cancel arrives: the body may be whole at the server before the client knows."""
    random_moments = random.Random(SEED)
    for _ in range(25):
        uploads: list[Upload] = []
        with MisbehavingServer(StallMidBody(1000), receive_buffer=8192) as server:
            async with client(server, LARGE_BATCH, concurrency=1) as dialer:
                task = asyncio.create_task(run_into(uploads, dialer))
                await asyncio.to_thread(wait_for_a_stall, server)
                server.release()
                await asyncio.sleep(random_moments.random() * 0.01)
                for victim in asyncio.all_tasks() - {asyncio.current_task()}:
                    victim.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        assert_books_agree(server, uploads[0].result, LARGE)


def wait_for_a_stall(server: MisbehavingServer) -> None:
    server.wait_for(lambda: server.stalled == 1)


@pytest.mark.anyio
@pytest.mark.usefixtures("small_send_buffer")
@pytest.mark.parametrize("grace", [0.0, 0.004])
async def test_stops_at_random_moments_never_hide_what_the_server_took(grace: float) -> None:
    random_moments = random.Random(SEED)
    for _ in range(10):
        with MisbehavingServer(StallMidBody(1000), receive_buffer=8192) as server:
            async with client(server, LARGE_BATCH, concurrency=1) as dialer, dialer.upload(LARGE) as upload:
                await anyio.to_thread.run_sync(wait_for_a_stall, server)
                server.release()
                await anyio.sleep(random_moments.random() * 0.01)
                upload.stop(grace)
        states = assert_books_agree(server, upload.result, LARGE)
        assert BatchState.REJECTED not in states.values()

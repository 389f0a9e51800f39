"""A source that is blocked in its thread for good: no ending waits for it longer than the grace."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest

from tests.bulk.service import Service, client, record, settled_by_the_books

pytestmark = pytest.mark.anyio


class Blocked:
    """Three records, then nothing until `go_on`."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            for number in range(3):
                yield record(number)
            self.go_on.wait(30)
            while True:
                yield record(3)
        finally:
            self.closed.set()


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blocked]:
    monkeypatch.setattr("autodialer_async._bulk.source.GRACE", 0.05)
    blocked = Blocked()
    yield blocked
    blocked.go_on.set()


async def test_a_deadline_leaves_a_blocked_source_behind(source: Blocked) -> None:
    service = Service()
    async with client(service, batch_size=2) as dialer:
        with anyio.fail_after(10):
            result = await dialer.make(source, deadline=0.2, on_failure="return")
    assert not result.source_exhausted
    assert result.read == 3
    assert result.unsent >= 1
    assert settled_by_the_books(result, service)


@pytest.mark.parametrize("ending", ["stop", "leave", "raise", "cancel"])
async def test_after_the_grace_a_blocked_source_is_left_behind(source: Blocked, ending: str) -> None:
    service = Service()
    error = RuntimeError("the body's own")
    with anyio.fail_after(10), anyio.CancelScope() as scope, contextlib.suppress(RuntimeError):
        async with client(service, batch_size=2) as dialer, dialer.upload(source) as upload:
            async for _ in upload:
                if ending == "leave":
                    break
                if ending == "raise":
                    raise error
                upload.stop() if ending == "stop" else scope.cancel()
    assert upload.result.accepted == 2
    assert not upload.result.source_exhausted
    assert upload.result.read in (2, 3)
    assert settled_by_the_books(upload.result, service)


async def test_a_source_left_behind_is_closed_by_its_own_thread_and_adds_nothing(source: Blocked) -> None:
    service = Service()
    async with client(service, batch_size=2) as dialer:
        with anyio.fail_after(10):
            result = await dialer.make(source, deadline=0.2, on_failure="return")
        assert not source.closed.is_set()
        source.go_on.set()
        assert await anyio.to_thread.run_sync(source.closed.wait, 10)
    assert result.read == 3
    assert len(service.records) == 2

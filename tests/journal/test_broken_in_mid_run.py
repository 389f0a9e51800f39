"""A journal that cannot be asked any more in the middle of an upload: the result stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from autodialer_async import CallWindow, JournalError, Upload
from autodialer_async.journal import JournalRun, MemoryJournal, Standing
from tests.bulk.service import Service, client, record, records, settled_by_the_books

pytestmark = pytest.mark.anyio


class BreaksAt(MemoryJournal):
    """Cannot be asked for a certain record."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key

    @asynccontextmanager
    async def run(self, *, resend_unknown: bool = False) -> AsyncIterator[JournalRun]:
        async with super().run(resend_unknown=resend_unknown) as run:
            sort = run.sort

            async def breaking(
                ids: Sequence[str],
                phones: Sequence[str],
                uuids: Sequence[str | None],
                windows: Sequence[CallWindow | None],
            ) -> list[Standing]:
                if self._key in ids:
                    raise JournalError("the disk is gone")
                return await sort(ids, phones, uuids, windows)

            # One method of a real run fails.
            run.sort = breaking  # type: ignore[method-assign]
            yield run


async def test_every_record_is_booked_when_the_journal_cannot_be_asked_any_more() -> None:
    service = Service()
    uploads: list[Upload] = []
    # A record that cannot be sent stands in the slice whose question fails.
    calls = [*records(2500), {"id": "bad", "phone": "1"}, *[record(number) for number in range(2501, 4000)]]

    async def send() -> None:
        journal = BreaksAt("2501")
        async with client(service, batch_size=100) as dialer, dialer.upload(calls, journal=journal) as upload:
            uploads.append(upload)

    with pytest.raises(JournalError, match="the disk is gone") as caught:
        await send()
    (upload,) = uploads
    result = upload.result
    assert caught.value.may_have_dialled
    assert settled_by_the_books(result, service)
    assert [error.position for error in result.invalid_calls] == [
        position for position in (2500,) if result.read > 2500
    ]
    assert result.accepted == sum(service.taken.values())
    assert result.unsent > 0
    assert not result.complete


class FullAfter(MemoryJournal):
    """Notes so many batches as leaving, and then no more: the disk is full."""

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._left = batches

    @asynccontextmanager
    async def run(self, *, resend_unknown: bool = False) -> AsyncIterator[JournalRun]:
        async with super().run(resend_unknown=resend_unknown) as run:
            mark = run.mark_sending

            async def marking(ids: Sequence[str]) -> int:
                if not self._left:
                    raise JournalError("the disk is full")
                self._left -= 1
                return await mark(ids)

            # One method of a real run fails.
            run.mark_sending = marking  # type: ignore[method-assign]
            yield run


async def test_a_batch_that_cannot_be_noted_does_not_leave_and_the_error_ends_the_run() -> None:
    service = Service()
    uploads: list[Upload] = []

    async def send() -> None:
        async with (
            client(service, batch_size=100, concurrency=2) as dialer,
            dialer.upload(records(2000), journal=FullAfter(3)) as upload,
        ):
            uploads.append(upload)

    with pytest.raises(JournalError, match="the disk is full"):
        await send()
    (upload,) = uploads
    assert settled_by_the_books(upload.result, service)
    assert len(service.sizes) <= 3
    assert upload.result.accepted + upload.result.unknown == sum(service.taken.values())
    assert upload.result.unsent > 0
    assert not upload.result.complete

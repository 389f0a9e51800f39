"""A journal that cannot be asked any more in the middle of an upload: the result stays whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from autodialer_async import BatchState, Call, CallWindow, JournalError, Upload
from autodialer_async.journal import JournalRun, MemoryJournal, Standing
from tests.bulk.service import Service, client, record, records, settled_by_the_books

pytestmark = pytest.mark.anyio

Form = Callable[[dict[str, Any]], Any]


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


@pytest.mark.parametrize("form", [dict, lambda fields: Call(**fields)], ids=["mappings", "Calls"])
async def test_a_record_that_fits_in_no_json_hides_neither_the_journal_s_error_nor_a_record(form: Form) -> None:
    service = Service()
    uploads: list[Upload] = []
    # In the slice whose question fails.
    calls = [form({**record(number), "name": "\udc80" if number == 121 else "x"}) for number in range(300)]

    async def send() -> None:
        async with client(service, batch_size=100) as dialer, dialer.upload(calls, journal=BreaksAt("120")) as upload:
            uploads.append(upload)

    with pytest.raises(JournalError, match="the disk is gone"):
        await send()
    (upload,) = uploads
    assert settled_by_the_books(upload.result, service)
    assert [error.position for error in upload.result.invalid_calls] == [121]
    assert upload.result.accepted == sum(service.taken.values())


@pytest.mark.parametrize("form", [dict, lambda fields: Call(**fields)], ids=["mappings", "Calls"])
async def test_unknown_record_whose_text_is_broken_by_now_is_set_aside_and_ends_no_run(form: Form) -> None:
    service, journal = Service(), MemoryJournal()
    async with journal.run() as run:
        await run.sort(["0", "1"], [record(0)["phone"], record(1)["phone"]], [None, None], [None, None])
        await run.settle(await run.mark_sending(["0", "1"]), BatchState.UNKNOWN)
    calls = [form({**record(number), "name": "\udc80" if number == 1 else "x"}) for number in range(3)]
    async with client(service) as dialer:
        result = await dialer.make(calls, journal=journal, on_failure="return")
    assert settled_by_the_books(result, service)
    assert (result.unknown, result.invalid, result.accepted) == (1, 1, 1)
    assert [error.position for error in result.invalid_calls] == [1]
    assert dict(service.taken) == {"2": 1}


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

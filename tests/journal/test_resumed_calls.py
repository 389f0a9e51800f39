"""A resumed list of `Call`s, of which no rows are made where they are skipped, against the same list of mappings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

import pytest

from autodialer_async import Call, CallWindow, JournalError, Upload, UploadResult
from autodialer_async.journal import MemoryJournal
from autodialer_async.models import BatchState
from tests.bulk.service import Service, client, settled_by_the_books, sum_holds
from tests.journal.steps import phone_of, send, sort
from tests.journal.test_broken_in_mid_run import BreaksAt

pytestmark = pytest.mark.anyio

MORNING, EVENING = CallWindow(time(8), time(12)), CallWindow(time(17), time(21))
PHONE = "89220000000"
COUNT = 400
# By the number modulo 8: most are accepted, as in a list that is resumed.
STATES = {0: BatchState.UNKNOWN, 1: BatchState.REJECTED, 2: BatchState.UNSENT} | dict.fromkeys(
    range(3, 7), BatchState.ACCEPTED
)


def fields() -> list[dict[str, Any]]:
    """Records of all standings in turn; each 50th gives hours, which those after it are handed down."""
    listed: list[dict[str, Any]] = [
        {"id": str(number), "phone": PHONE, "uuid": f"crm-{number}"} for number in range(COUNT)
    ]
    for number in range(0, COUNT, 50):
        listed[number + 4]["window"] = (MORNING, EVENING)[number // 50 % 2]
    # An accepted one with another phone, one that stands twice, and a long row of accepted ones without a gap.
    listed[12]["phone"] = "89220000001"
    listed.insert(30, dict(listed[22]))
    home: list[dict[str, Any]] = [{"id": f"home-{number}", "phone": PHONE, "window": MORNING} for number in range(150)]
    listed[100:100] = home
    return listed


async def journal_of_earlier_runs() -> MemoryJournal:
    journal = MemoryJournal()
    async with journal.run() as run:
        for rest, state in STATES.items():
            keys = [str(number) for number in range(rest, COUNT, 8)]
            await sort(run, keys, [PHONE] * len(keys))
            await run.settle(await run.mark_sending(keys), state)
        keys = [f"home-{number}" for number in range(150)]
        await sort(run, keys, [PHONE] * len(keys))
        await run.settle(await run.mark_sending(keys), BatchState.ACCEPTED)
    return journal


async def resumed(calls: Sequence[Any], *, resend_unknown: bool) -> tuple[UploadResult, Service]:
    service = Service()
    journal = await journal_of_earlier_runs()
    async with client(service, batch_size=40) as dialer:
        result = await dialer.make(calls, journal=journal, resend_unknown=resend_unknown, on_failure="return")
    assert sum_holds(result)
    assert set(service.taken.values()) == {1}
    return result, service


@pytest.mark.parametrize("resend_unknown", [False, True], ids=["unknown left", "unknown sent again"])
async def test_calls_are_sorted_and_sent_as_the_same_mappings_are(resend_unknown: bool) -> None:
    listed = fields()
    mappings, by_mappings = await resumed(listed, resend_unknown=resend_unknown)
    calls, by_calls = await resumed([Call(**each) for each in listed], resend_unknown=resend_unknown)
    assert by_calls.records == by_mappings.records
    assert calls.skipped == mappings.skipped == 150 + COUNT // 2 - 1
    assert [(error.position, error.id, error.reason) for error in calls.invalid_calls] == [
        (error.position, error.id, error.reason) for error in mappings.invalid_calls
    ]
    assert len(calls.invalid_calls) == 2
    assert [(each.state, each.positions) for each in calls.batches] == [
        (each.state, each.positions) for each in mappings.batches
    ]
    assert {record["statdialertime"] for record in by_calls.records} >= {"08:00:00", "17:00:00"}


async def test_a_call_that_cannot_be_sent_is_set_aside_with_its_place_among_skipped_ones() -> None:
    calls = [Call(**each) for each in fields()]
    calls[110] = Call("home-10", PHONE, extra={"phone": "1"})
    calls[160] = Call.__new__(Call)
    # One that is new, and has lost a field that the journal does not ask for.
    calls[525] = Call("half", PHONE)
    vars(Call)["name"].__delete__(calls[525])
    result, _ = await resumed(calls, resend_unknown=False)
    found = {error.position: error.id for error in result.invalid_calls}
    assert found == {12: "12", 30: "22", 110: "home-10", 160: None, 525: "half"}
    # Two of the long row, and the one in whose place the new one stands.
    assert result.skipped == 150 + COUNT // 2 - 1 - 3


async def test_calls_that_the_journal_cannot_be_asked_for_are_booked_with_their_places() -> None:
    service = Service()
    uploads: list[Upload] = []
    calls = [Call(number, PHONE) for number in range(3000)]

    async def send_all() -> None:
        journal = BreaksAt("2501")
        async with client(service, batch_size=100) as dialer, dialer.upload(calls, journal=journal) as upload:
            uploads.append(upload)

    with pytest.raises(JournalError, match="the disk is gone"):
        await send_all()
    result = uploads[0].result
    assert settled_by_the_books(result, service)
    assert result.unsent > 0
    assert not result.complete


async def test_a_list_that_is_accepted_to_its_end_is_complete_and_sends_nothing() -> None:
    journal = MemoryJournal()
    async with journal.run() as run:
        keys = [str(number) for number in range(2500)]
        await send(run, keys, BatchState.ACCEPTED)
    service = Service()
    async with client(service) as dialer:
        result = await dialer.make((Call(key, phone_of(key)) for key in keys), journal=journal)
    assert (result.read, result.skipped, result.complete) == (2500, 2500, True)
    assert not service.records

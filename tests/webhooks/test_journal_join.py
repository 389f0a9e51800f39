"""Events joined with a campaign's journal."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import attrs
import pytest

from autodialer_async.journal import Journal, JournalRecord, MemoryJournal, RecordState, SqliteJournal
from autodialer_async.models import BatchReport, BatchState, CallWindow
from autodialer_async.webhooks import ReceivedEvent
from autodialer_async.webhooks.journal_join import records_to_settle
from tests.webhooks.conftest import Receiving, StartReceiving
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until, until_counted

pytestmark = pytest.mark.anyio
PHONE = "89222220000"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def upload(journal: Journal, state: BatchState | None, *records: tuple[str, str]) -> None:
    """One batch of (id, phone), settled in the state, or left on its way by a run that ends."""
    async with journal.run() as run:
        ids, phones = zip(*records, strict=True)
        await run.sort(ids, phones, [f"uuid-{key}" for key in ids], [None] * len(ids))
        batch = await run.mark_sending(ids)
        if state is not None:
            report = BatchReport(lines=len(ids), ok=None, inserted=None, errorcode=None, id=7)
            await run.settle(batch, state, report if state is BatchState.ACCEPTED else None)


async def handled(here: Receiving, number: int) -> None:
    await until_counted(here.receiver.inbox, "handled", number)


@pytest.fixture(params=["memory", "file"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return MemoryJournal() if request.param == "memory" else SqliteJournal(tmp_path / "campaign.db")


async def test_the_handler_gets_the_caller_s_own_id_and_uuid(receiving: StartReceiving, journal: Journal) -> None:
    seen: list[ReceivedEvent] = []
    await upload(journal, BatchState.ACCEPTED, ("1", PHONE), ("2", "89222220001"))
    async with receiving(journal=journal, on_event=seen.append) as here:
        await here.send(phone="+7 922 222-00-00", answer="да", duration="12")
        await handled(here, 1)
        await here.send(phone="89222229999", duration="12")
        await handled(here, 2)
    assert (seen[0].id, seen[0].uuid, seen[0].ambiguous) == ("1", "uuid-1", False)
    assert seen[0].lead is not None
    assert (seen[0].lead.contact.id, seen[0].lead.contact.uuid) == ("1", "uuid-1")
    assert (seen[1].id, seen[1].uuid, seen[1].records) == (None, None, ())


@pytest.mark.parametrize("sent", ["%2B375291234567", "+375291234567", "375291234567", "%2B375+29+123-45-67"])
async def test_a_foreign_number_is_found_with_its_plus_and_without(
    receiving: StartReceiving, journal: Journal, sent: str
) -> None:
    seen: list[ReceivedEvent] = []
    await upload(journal, BatchState.ACCEPTED, ("1", "+375291234567"))
    async with receiving(journal=journal, on_event=seen.append) as here:
        await here.client.get(f"/{SECRET}?phone={sent}&sec=12")
        await handled(here, 1)
    assert seen[0].id == "1"


async def test_of_several_records_the_newest_is_taken_and_that_is_said(
    receiving: StartReceiving, journal: Journal
) -> None:
    seen: list[ReceivedEvent] = []
    await upload(journal, BatchState.ACCEPTED, ("1", PHONE))
    await upload(journal, BatchState.ACCEPTED, ("2", PHONE))
    async with receiving(journal=journal, on_event=seen.append) as here:
        await here.send(phone=PHONE, duration="12")
        await handled(here, 1)
    assert ([record.id for record in seen[0].records], seen[0].id, seen[0].ambiguous) == (["2", "1"], "2", True)


async def test_an_event_settles_an_unknown_record_as_dialled(receiving: StartReceiving, journal: Journal) -> None:
    seen: list[ReceivedEvent] = []
    await upload(journal, BatchState.UNKNOWN, ("1", PHONE), ("2", "89222220001"))
    async with receiving(journal=journal, on_event=seen.append) as here:
        await here.send(phone=PHONE, duration="12")
        await handled(here, 1)
    assert seen[0].records[0].state is RecordState.ACCEPTED
    assert [record.id async for record in journal.unknown()] == ["2"]


async def test_records_are_settled_beside_a_running_upload(receiving: StartReceiving, tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    await upload(journal, None, ("1", PHONE))
    async with journal.run() as run:
        await run.sort(["2"], ["89222220001"], [None], [None])
        await run.mark_sending(["2"])
        async with receiving(journal=tmp_path / "campaign.db", on_event=lambda received: None) as here:
            await here.send(phone=PHONE, duration="12")
            await here.send(phone="89222220001", duration="12")
            await handled(here, 2)
        assert await journal.counts() == {"sending": 1, "accepted": 1, "rejected": 0, "unsent": 0, "unknown": 0}


@pytest.mark.parametrize("handles", [True, False])
async def test_a_record_that_turns_out_unknown_after_its_call_is_settled_too(
    receiving: StartReceiving, tmp_path: Path, handles: bool
) -> None:
    uploading = SqliteJournal(tmp_path / "campaign.db")
    on_event = (lambda _: None) if handles else None
    async with (
        receiving(journal=tmp_path / "campaign.db", on_event=on_event) as here,
        uploading.run() as run,
    ):
        await run.sort(["1"], [PHONE], [None], [None])
        batch = await run.mark_sending(["1"])
        # The call is over, and the answer to the batch has not come.
        await here.send(phone=PHONE, duration="12")
        await until_counted(here.receiver.inbox, "handled" if handles else "waiting")
        await run.settle(batch, BatchState.UNKNOWN, None)

        async def is_settled() -> bool:
            return (await uploading.find_by_phone(PHONE))[0].state is RecordState.ACCEPTED

        await until(is_settled)


async def test_before_the_first_upload_there_is_nothing_to_join(receiving: StartReceiving, tmp_path: Path) -> None:
    async with receiving(journal=tmp_path / "campaign.db", on_event=lambda received: None) as here:
        await here.send(phone=PHONE)
        await handled(here, 1)
    assert not (tmp_path / "campaign.db").exists()


async def test_a_journal_that_cannot_be_read_is_tried_again(receiving: StartReceiving, tmp_path: Path) -> None:
    (tmp_path / "campaign.db").write_bytes(b"rubbish" * 1000)
    async with receiving(journal=tmp_path / "campaign.db", on_event=lambda received: None) as here:
        await here.send(phone=PHONE)
        await until_counted(here.receiver.inbox, "dead")
        dead = await here.receiver.inbox.dead()
        assert dead[0].problem is not None
        assert dead[0].problem.startswith("JournalError")


def record(
    state: RecordState, *, key: str = "1", batch: int = 1, left: timedelta = timedelta(hours=1)
) -> JournalRecord:
    return JournalRecord(
        key, None, state, CallWindow(time(10), time(19)), batch, NOW - left, NOW - left + timedelta(seconds=1), None
    )


UNKNOWN = record(RecordState.UNKNOWN)


@pytest.mark.parametrize(
    ("records", "settled"),
    [
        ([UNKNOWN], ["1"]),
        ([UNKNOWN, record(RecordState.UNKNOWN, key="2")], ["1", "2"]),
        # Nobody can say whose call it was.
        ([UNKNOWN, record(RecordState.UNKNOWN, key="2", batch=2)], []),
        ([UNKNOWN, record(RecordState.ACCEPTED, key="2", batch=2)], []),
        ([UNKNOWN, record(RecordState.SENDING, key="2", batch=2)], []),
        # These were surely not called, or cannot be: their hours are over.
        ([UNKNOWN, record(RecordState.REJECTED, key="2", batch=2)], ["1"]),
        ([UNKNOWN, record(RecordState.ACCEPTED, key="2", batch=2, left=timedelta(days=3))], ["1"]),
        ([record(RecordState.UNKNOWN, left=timedelta(days=3))], []),
        ([record(RecordState.UNKNOWN, left=-timedelta(hours=1))], []),
        ([], []),
    ],
)
def test_a_record_is_settled_only_where_the_call_can_be_nobody_else_s(
    records: list[JournalRecord], settled: list[str]
) -> None:
    assert [each.id for each in records_to_settle(records, NOW, UTC)] == settled


def test_outside_its_hours_a_call_is_not_the_record_s() -> None:
    assert records_to_settle([UNKNOWN], NOW + timedelta(hours=9), UTC) == []
    assert records_to_settle([attrs.evolve(UNKNOWN, window=None)], NOW + timedelta(hours=9), UTC) != []

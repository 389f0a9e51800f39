"""A list gone through with a campaign at hand: each record with the decision on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, tzinfo

from autodialer_async._bulk import Calls, Record, as_rows, fields_of
from autodialer_async._wire import Codec, Dialect
from autodialer_async.errors import ConfigurationError, JournalError
from autodialer_async.history.campaign.again import CallAgain, Decision, attempts_left, decide, decide_for_number
from autodialer_async.history.campaign.pages import Pages
from autodialer_async.history.campaign.record import CampaignRecord
from autodialer_async.journal import Journal, JournalRecord
from autodialer_async.models import Call
from autodialer_async.models.call import changed_call

__all__ = ["Calls", "Selection"]


class Selection:
    """Records of a list, each with the decision on it; an async iterator that may be left at any point.

    Args:
        journal: The campaign's.
        record_of: What the campaign knows of a journal's record.
        calls: The list, as `make` takes it.
        rule: Whom to call again.
        now: This moment, aware.
        zone: The service's time zone; None: this machine's.
    """

    def __init__(
        self,
        journal: Journal,
        record_of: Callable[[JournalRecord], CampaignRecord],
        calls: Calls,
        rule: CallAgain,
        *,
        now: datetime,
        zone: tzinfo | None,
    ) -> None:
        self._journal = journal
        self._record_of = record_of
        self._codec = Codec(Dialect())
        self._pages: Pages[Record] = Pages(as_rows(calls, self._codec.spellings))
        self._rule = rule
        self._now = now
        self._zone = zone
        # By the record's number: a list may hold a record twice, or a person under several.
        self._picked = bytearray()
        self._read = self._found = 0
        self._decided: Iterator[tuple[Call, Decision]] = iter(())

    def __aiter__(self) -> Selection:
        return self

    async def __anext__(self) -> tuple[Call, Decision]:
        while True:
            for decided in self._decided:
                return decided
            page = await self._next_page()
            calls = [given if isinstance(given, Call) else self._codec.read_call(_fields(given)) for given in page]
            found = await self._journal.find({call.phone for call in calls})
            self._decided = iter([self._decide(call, found.get(call.phone, ())) for call in calls])

    async def _next_page(self) -> list[Record]:
        try:
            page = await anext(self._pages)
        except StopAsyncIteration:
            if self._read and not self._found:
                raise JournalError(
                    f"not one of the {self._read} records of the list stands in the journal under its id and number: "
                    "it belongs to another list, or its digests were purged"
                ) from None
            raise
        self._read += len(page)
        return page

    def _decide(self, call: Call, entries: Sequence[JournalRecord]) -> tuple[Call, Decision]:
        records = list(map(self._record_of, entries))
        own = next((record for record in records if record.id == call.id), None)
        if own is None:
            return call, Decision.NOT_IN_CAMPAIGN
        self._found += 1
        # What the list gave the other records of the number is not at hand: they count as this one.
        others = {self._alone(other, call.max_count) for other in records if other is not own}
        decision = decide_for_number(self._alone(own, call.max_count), others)
        if decision is not Decision.AGAIN:
            return call, decision
        left = attempts_left(records, self._rule, call.max_count)
        if left == 0:
            return call, Decision.ATTEMPTS_USED_UP
        if self._was_picked(min(record.entry.number for record in records)):
            return call, Decision.DOUBLED
        given = call.max_count or self._rule.max_count or 1
        if left is not None and given > left:
            call = changed_call(call, max_count=left)
        return call, decision

    def _was_picked(self, number: int) -> bool:
        self._picked.extend(bytes(max(0, number + 1 - len(self._picked))))
        was, self._picked[number] = self._picked[number], 1
        return bool(was)

    def _alone(self, record: CampaignRecord, max_count: int | None) -> Decision:
        return decide(record, self._rule, max_count=max_count, now=self._now, zone=self._zone)


def _fields(given: object) -> Mapping[str, object]:
    fields = given if isinstance(given, Mapping) else fields_of(given)
    if fields is None:
        raise ConfigurationError(
            f"calls holds Calls, mappings, dataclasses or pydantic models, not {type(given).__name__}"
        )
    return fields

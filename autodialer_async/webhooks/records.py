"""What a webhook tells, as frozen records. Their reprs show neither numbers nor answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import attrs

from autodialer_async.journal import JournalRecord
from autodialer_async.models import masked_phone
from autodialer_async.models.extra import NO_EXTRA
from autodialer_async.webhooks.lead import Lead

__all__ = ["CallEvent", "EventState", "ReceivedEvent", "Recording"]

# A wav's header: without more there is no sound in it.
_ONLY_A_HEADER = 44
_SHOWN_OF_A_DIGEST = 12


class EventState(StrEnum):
    """What became of an event in the inbox.

    Members:
        WAITING: For its handler, for the first time or again.
        HANDLED: The handler returned.
        DEAD: The handler failed as often as it may; `Inbox.replay` gives it another chance.
    """

    WAITING = "waiting"
    HANDLED = "handled"
    DEAD = "dead"


@attrs.frozen
class Recording:
    """A recording: where it is, or what it is.

    Attributes:
        url: Where the service says it lies, as it came. Nothing is fetched from there.
        path: The file in which the receiver keeps it, under a name made of its content.
        content: Its bytes, where `parse_event` had them in memory.
        sha256: Digest of the bytes, in hex; None for a URL.
        size: Their number; None for a URL.
        name: The sender's name of the file, where it had one.
    """

    url: str | None = attrs.field(default=None, repr=False)
    path: Path | None = None
    content: bytes | None = attrs.field(default=None, repr=False)
    sha256: str | None = attrs.field(default=None, repr=False)
    size: int | None = None
    name: str | None = attrs.field(default=None, repr=False)

    @property
    def has_sound(self) -> bool:
        """Whether it is more than the header of an empty wav."""
        return bool(self.url) or (self.size or 0) > _ONLY_A_HEADER


@attrs.frozen(repr=False)
class CallEvent:
    """One call that ended, as a webhook told it.

    Attributes:
        phone: The subscriber's number as `Call.phone` has it; one that is no such number as it came.
        duration: Whole seconds, or None where it did not come or is no duration.
        recording: The recording, or None.
        answer: What the person said, as the service recognised it, or None.
        raw: Every field by its own name, as it came, but for contents of files; values of a repeated name are in lines.
        digest: SHA-256 of the query and the body, in hex.
    """

    phone: str
    duration: int | None = None
    recording: Recording | None = None
    answer: str | None = None
    raw: Mapping[str, str] = attrs.field(default=NO_EXTRA, hash=False)
    digest: str = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> list[str]:
        recording = None if self.recording is None else "url" if self.recording.url else f"{self.recording.size} bytes"
        return [
            f"phone={masked_phone(self.phone)!r}",
            f"duration={self.duration}",
            f"recording={recording}",
            f"answer={None if self.answer is None else '***'}",
            f"digest={self.digest[:_SHOWN_OF_A_DIGEST]!r}",
        ]


@attrs.frozen(repr=False)
class ReceivedEvent(CallEvent):
    """An event of the inbox: what a handler is given.

    Attributes:
        key: Idempotency key: the same at every try of the same event, and of no other event, ever.
        received_at: When it first came, UTC.
        state: What became of it.
        tries: How often a handler was begun with it, this time included.
        copies: How often it came; more than 1 where the sender repeated it.
        perhaps_repeat: A copy, byte by byte, of an earlier event that says too little to tell whether the sender
            repeated itself or the same number was called again: both were kept.
        problem: Kind of the error that the last try ended with.
        records: The journal's records with this number, newest first; empty without a journal.
        lead: The lead that the rule makes of it, or None.
    """

    # Said of each field: said of the class, attrs before 25.4 takes it for the parent's fields too.
    key: str = attrs.field(kw_only=True)
    received_at: datetime = attrs.field(kw_only=True)
    state: EventState = attrs.field(default=EventState.WAITING, kw_only=True)
    tries: int = attrs.field(default=0, kw_only=True)
    copies: int = attrs.field(default=1, kw_only=True)
    perhaps_repeat: bool = attrs.field(default=False, kw_only=True)
    problem: str | None = attrs.field(default=None, kw_only=True)
    records: tuple[JournalRecord, ...] = attrs.field(default=(), kw_only=True)
    lead: Lead | None = attrs.field(default=None, kw_only=True)

    @property
    def id(self) -> str | None:
        """The caller's own key of the newest record with this number."""
        return self.records[0].id if self.records else None

    @property
    def uuid(self) -> str | None:
        """The client's id of that record, in a database or CRM."""
        return self.records[0].uuid if self.records else None

    @property
    def ambiguous(self) -> bool:
        """Whether the journal has several records with this number, so that `id` and `uuid` are only the likeliest."""
        return len(self.records) > 1

    def _shown(self) -> list[str]:
        return [f"key={self.key!r}", f"state={str(self.state)!r}", f"tries={self.tries}", *super()._shown()]

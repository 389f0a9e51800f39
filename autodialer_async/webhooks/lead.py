"""Leads: whom to write down in a CRM, and why. The payload is the user's to send."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from autodialer_async.models import masked_phone

if TYPE_CHECKING:
    from autodialer_async.webhooks.records import ReceivedEvent, Recording

__all__ = ["Lead", "LeadCall", "LeadContact", "answered_with_words", "make_lead"]


@attrs.frozen(repr=False)
class LeadContact:
    """Who it is.

    Attributes:
        phone: The number as `Call.phone` has it.
        id: The caller's own key of the record that was called, where the journal knows it.
        uuid: The client's id in a database or CRM, where the journal knows it.
        ambiguous: Whether the journal has several records with this number: `id` and `uuid` are of the newest.
    """

    phone: str
    id: str | None = None
    uuid: str | None = None
    ambiguous: bool = False

    def __repr__(self) -> str:
        return f"LeadContact(phone={masked_phone(self.phone)!r}, id={self.id!r}, uuid={self.uuid!r})"


@attrs.frozen
class LeadCall:
    """The call that it comes from.

    Attributes:
        key: Idempotency key of the event: a CRM can refuse a second lead with it.
        received_at: When the event of the call's end came, UTC.
        duration: Whole seconds, or None.
        recording: The recording, or None.
    """

    key: str
    received_at: datetime
    duration: int | None = None
    recording: Recording | None = None


@attrs.frozen(repr=False)
class Lead:
    """A person who answered.

    Attributes:
        contact: Who it is.
        call: The call that it comes from.
        answer: What the person said, as the service recognised it, or None.
        source: Where it comes from, for the CRM's field of that name.
    """

    contact: LeadContact
    call: LeadCall
    answer: str | None
    source: str

    def __repr__(self) -> str:
        answer = None if self.answer is None else "***"
        return f"Lead(contact={self.contact!r}, call={self.call!r}, answer={answer}, source={self.source!r})"


def answered_with_words(event: ReceivedEvent) -> bool:
    """The default of `lead_when`: the call of this `event` was answered, and something was recognised.

    A call without a duration counts as answered: words were recognised in it.
    """
    return event.answer is not None and event.duration != 0


def make_lead(event: ReceivedEvent, *, source: str = "Автодайлер") -> Lead:
    """The lead of an event, whatever a rule says of it.

    Args:
        event: As a handler gets it.
        source: The source's name.

    Example:
        >>> from datetime import UTC, datetime
        >>> from autodialer_async.webhooks import ReceivedEvent
        >>> now = datetime(2026, 11, 22, tzinfo=UTC)
        >>> event = ReceivedEvent("89222220000", 12, answer="да", key="1-1", received_at=now)
        >>> make_lead(event).contact
        LeadContact(phone='89*******00', id=None, uuid=None)
    """
    return Lead(
        contact=LeadContact(event.phone, event.id, event.uuid, event.ambiguous),
        call=LeadCall(event.key, event.received_at, event.duration, event.recording),
        answer=event.answer,
        source=source,
    )

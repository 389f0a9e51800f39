"""The service calls us when a call ends: events read, received, kept, and given to a handler once.

    receiver = WebhookReceiver(secret="…", inbox="calls.db", on_event=remember, journal="campaign.db")
    app = FastAPI()
    app.include_router(autodialer_async.webhooks.fastapi.router(receiver))

`parse_event` needs nothing but this package; `WebhookReceiver` needs the extra `webhooks`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from autodialer_async.webhooks.aliases import FieldMap
from autodialer_async.webhooks.backoff import Backoff
from autodialer_async.webhooks.events import parse_event
from autodialer_async.webhooks.lead import Lead, LeadCall, LeadContact, answered_with_words, make_lead
from autodialer_async.webhooks.records import CallEvent, EventState, ReceivedEvent, Recording

if TYPE_CHECKING:
    from autodialer_async.webhooks.inbox import Inbox, Purged
    from autodialer_async.webhooks.receiver import WebhookReceiver

__all__ = [
    "Backoff",
    "CallEvent",
    "EventState",
    "FieldMap",
    "Inbox",
    "Lead",
    "LeadCall",
    "LeadContact",
    "Purged",
    "ReceivedEvent",
    "Recording",
    "WebhookReceiver",
    "answered_with_words",
    "make_lead",
    "parse_event",
]

# SQLite and the web framework are loaded by their first use.
_LATER = {"Inbox": "inbox", "Purged": "inbox", "WebhookReceiver": "receiver"}


def __getattr__(name: str) -> object:
    if name in _LATER:
        return getattr(import_module(f"autodialer_async.webhooks.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

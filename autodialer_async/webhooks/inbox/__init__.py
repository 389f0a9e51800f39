"""Events kept in a file: durable before the sender is answered, counted once, handled once."""

from autodialer_async.webhooks.inbox.inbox import Inbox, Purged, open_inbox
from autodialer_async.webhooks.inbox.worker import Arrival, InboxWorker

__all__ = ["Arrival", "Inbox", "InboxWorker", "Purged", "open_inbox"]

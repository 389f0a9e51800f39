"""Keeping the key out of httpcore's log."""

from __future__ import annotations

import logging
from contextvars import ContextVar

__all__ = ["quieten_httpcore", "sending_ours"]

sending_ours: ContextVar[bool] = ContextVar("autodialer_async_sending", default=False)


class _EventNamesOnly(logging.Filter):
    """Cuts httpcore's DEBUG lines down to the event's name while a request of ours is on its way.

    They print the headers of answers, and a redirect that echoes the path would print the key.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if sending_ours.get():
            record.msg = record.getMessage().partition(" ")[0]
            record.args = None
        return True


_event_names_only = _EventNamesOnly()


def quieten_httpcore() -> None:
    """From now on, requests made while `sending_ours` is set log the names of events only."""
    for name in ("connection", "http11", "proxy", "socks"):
        logging.getLogger(f"httpcore.{name}").addFilter(_event_names_only)

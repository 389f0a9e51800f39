"""Keeping the secret and the numbers out of servers' access logs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Final
from urllib.parse import quote, quote_plus

__all__ = ["AccessLogFilter", "answering_ours", "quieten_access_logs"]

answering_ours: ContextVar[bool] = ContextVar("autodialer_async_answering", default=False)

_ACCESS_LOGS: Final = ("uvicorn.access", "hypercorn.access", "daphne.access", "gunicorn.access", "_granian.access")
_HIDDEN: Final = "/***"


class AccessLogFilter(logging.Filter):
    """Hides the address of a webhook request: it holds the secret, and with GET the number and the answer.

    A line is one of ours where it is written while a receiver answers (uvicorn), or shows the secret (others).

    Args:
        secrets: What gives a line away.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = tuple({form for secret in secrets for form in (secret, quote(secret, ""), quote_plus(secret))})

    def filter(self, record: logging.LogRecord) -> bool:
        """Hide what must not be seen; every line passes."""
        if answering_ours.get() or self._shows(record.getMessage()):
            if isinstance(record.args, tuple):
                record.args = tuple(_HIDDEN if self._is_address(value) else value for value in record.args)
            if not record.args or not isinstance(record.args, tuple) or self._shows(record.getMessage()):
                record.msg, record.args = "a webhook request", None
        return True

    def _is_address(self, value: object) -> bool:
        return isinstance(value, str) and (value.startswith("/") or self._shows(value))

    def _shows(self, text: str) -> bool:
        return any(secret in text for secret in self._secrets)


def quieten_access_logs(secrets: Sequence[str]) -> None:
    """From now on the known servers' access logs show no webhook's address."""
    hidden = AccessLogFilter(secrets)
    for name in _ACCESS_LOGS:
        logging.getLogger(name).addFilter(hidden)

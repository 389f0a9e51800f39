"""Why a request failed, in words that quote nobody."""

from __future__ import annotations

import re

import httpx

__all__ = ["without_values"]

_LONGEST_CHAIN = 10


def without_values(failure: Exception) -> Exception:
    """The same kind of failure without what it might quote, and without the request that hangs on it."""
    kind = type(failure)
    text = _reason(failure) or kind.__name__
    if kind is TimeoutError or (issubclass(kind, httpx.TransportError) and kind.__module__.startswith("httpx")):
        return kind(text)
    return RuntimeError(f"{kind.__name__}: {text}" if text != kind.__name__ else text)


def _reason(failure: BaseException | None) -> str:
    """The first words that a chain of exceptions has: on trio the outer ones are mute."""
    for _ in range(_LONGEST_CHAIN):
        if failure is None:
            break
        # Quoted parts are bytes that came from the peer, or a path; aiohttp quotes whole addresses without marks.
        text = re.split(r"['\"]|\S*/", str(failure), maxsplit=1)[0].strip(" (:,")
        if text:
            return text
        failure = failure.__cause__ or failure.__context__
    return ""

"""What our own rows may run over, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

__all__ = ["TRANSPORTS"]


def _fast(_concurrency: int) -> httpx.AsyncBaseTransport:
    # The stock rows must not pay for its import.
    from autodialer_async.fast import FastTransport  # noqa: PLC0415

    return FastTransport()


# Each makes the `transport=` of a client for that many connections; None is the client's own choice.
TRANSPORTS: Mapping[str, Callable[[int], httpx.AsyncBaseTransport | None]] = {
    "stock": lambda _concurrency: None,
    "fast": _fast,
}

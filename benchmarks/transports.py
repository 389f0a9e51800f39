"""What our own rows may run over, by name; a faster transport takes its place here beside `stock`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx

__all__ = ["TRANSPORTS"]

# Each makes the `transport=` of a client for that many connections; None is the client's own choice.
TRANSPORTS: Mapping[str, Callable[[int], httpx.AsyncBaseTransport | None]] = {"stock": lambda _concurrency: None}

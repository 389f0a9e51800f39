"""What a row is: how to open it, what it is fed, and how much it says it has settled."""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import attrs

__all__ = ["Job", "Row", "Send", "Settled", "row_named"]


@attrs.frozen
class Job:
    """What a row needs to know.

    Attributes:
        port: Where the stub listens, on 127.0.0.1.
        concurrency: Requests in flight at once.
        transport: Name in `benchmarks.transports`.
    """

    port: int
    concurrency: int
    transport: str

    @property
    def base_url(self) -> str:
        """The stub's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def make_url(self) -> str:
        """Where a call list goes."""
        return f"{self.base_url}/key/make"

    @property
    def newcall_url(self) -> str:
        """Where a single call goes."""
        return f"{self.base_url}/key/newcall"


@attrs.frozen
class Settled:
    """For a row that measures other processes: what it did, and the CPU seconds that count."""

    count: int
    cpu: float


# Takes the load, settles all of it, checks each reply, and gives the number of records that the replies confirm.
Send = Callable[[Any], Awaitable["int | Settled"]]


@attrs.frozen
class Row:
    """One way of getting a list to a server.

    Attributes:
        opened: Makes the client, outside the clock; gives what runs inside it.
        load: Makes what is fed in, outside the clock (lazy sources are pulled inside it), from a number of records
            and a directory for files.
        warm: Records sent before the clock starts, so that lazy imports are not measured.
        networked: Whether the stub must have counted every record.
    """

    opened: Callable[[Job], AbstractAsyncContextManager[Send]]
    load: Callable[[int, Path], object]
    warm: int = 1000
    networked: bool = True


def row_named(name: str) -> Row:
    """The row called `module:name`; only that module of `benchmarks.rows`, and so only that peer, is imported."""
    module, _, row = name.partition(":")
    rows: dict[str, Row] = importlib.import_module(f"benchmarks.rows.{module}").ROWS
    return rows[row]

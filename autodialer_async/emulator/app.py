"""The emulator as an ASGI app, and what a test asks it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

import anyio

from autodialer_async.emulator.dialer import Dialer
from autodialer_async.emulator.exchange import ClientLeftError, Exchange
from autodialer_async.emulator.phone import read_number
from autodialer_async.emulator.rules import RuleBook
from autodialer_async.emulator.server import LoopbackServer
from autodialer_async.emulator.service import Service
from autodialer_async.emulator.traffic import Counts, SeenRequest, Traffic

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from starlette.types import Receive, Scope, Send

    from autodialer_async.emulator.dialer import Task
    from autodialer_async.emulator.faults import Fault
    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.rules import Rule

__all__ = ["Emulator", "EmulatorSettings"]

_IN_PROCESS = "http://emulator.test"
_LOOK_AGAIN = 0.005


class EmulatorSettings(TypedDict, total=False):
    """The keyword arguments of `Emulator`, as `Emulator.serve` takes them too."""

    api_key: str
    access_token: str
    seed: int
    latency: float
    faults: Iterable[Fault | Rule]
    now: Callable[[], datetime]
    max_body: int


def _local_now() -> datetime:
    return datetime.now().astimezone()


class Emulator:
    """A dialer of the service's kind on this machine, which phones nobody. An ASGI app; `serve` puts it on a port.

    All that asks about its state may be called from any thread while it serves.

    Args:
        api_key: The key in the path.
        access_token: The token that `make` must carry.
        seed: Task numbers, outcomes and probable faults are drawn from it.
        latency: Seconds to wait before each answer; the request is carried out before.
        faults: `Fault`s and `Rule`s to begin with. A bare fault strikes one request.
        now: The clock; history knows a record under the day of its acceptance by this clock, and `TIME` has its zone.
            The default is this machine's local time.
        max_body: The largest body in bytes.

    Attributes:
        base_url: Where it is served, or an address that only `httpx.ASGITransport` can use.
    """

    def __init__(
        self,
        *,
        api_key: str = "emulator-key",
        access_token: str = "emulator-token",  # noqa: S107 - guards nothing
        seed: int = 0,
        latency: float = 0.0,
        faults: Iterable[Fault | Rule] = (),
        now: Callable[[], datetime] = _local_now,
        max_body: int = 10_000_000,
    ) -> None:
        self._api_key = api_key
        self._access_token = access_token
        self._max_body = max_body
        self._dialer = Dialer(seed=seed, now=now)
        self._service = Service(self._dialer, api_key=api_key, access_token=access_token)
        self._rules = RuleBook(faults, seed=seed)
        self._traffic = Traffic(now)
        self.latency = latency
        self.base_url = _IN_PROCESS

    @classmethod
    @asynccontextmanager
    async def serve(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        allow_remote: bool = False,
        keep_alive: float = 5.0,
        receive_buffer: int | None = None,
        **settings: Unpack[EmulatorSettings],
    ) -> AsyncGenerator[Emulator]:
        """An emulator on a port of this machine, in a thread of its own; stopped at once on leaving.

        Args:
            port: 0 for any free one.
            host: The address to bind to.
            allow_remote: Bind also where other machines can reach it.
            keep_alive: Seconds after which an idle connection is closed.
            receive_buffer: Bytes of the kernel's receive buffer of each connection, or None for the system's choice.
            **settings: As for `Emulator`.

        Raises:
            ValueError: The address can be reached from other machines, and `allow_remote` was not given.
            OSError: The address cannot be bound.
        """
        emulator = cls(**settings)
        server = LoopbackServer(
            emulator,
            host=host,
            port=port,
            allow_remote=allow_remote,
            keep_alive=keep_alive,
            receive_buffer=receive_buffer,
        )
        async with server as emulator.base_url:
            yield emulator

    @property
    def api_key(self) -> str:
        """The key in the path."""
        return self._api_key

    @property
    def access_token(self) -> str:
        """The token that `make` must carry."""
        return self._access_token

    def accepted(self, id: str | int) -> int:
        """How often a record with this id was accepted. Every `newcall` has the id "0"."""
        return self._dialer.accepted(str(id))

    def dialled(self, phone: str | int) -> int:
        """How often this number, in any spelling, was accepted to be dialled.

        Raises:
            ValueError: It is not a number that could be dialled.
        """
        number = read_number(str(phone))
        if number is None:
            raise ValueError("phone: not a number that could be dialled")
        return self._dialer.dialled(number)

    def accepted_more_than_once(self) -> dict[str, int]:
        """Ids that were accepted more than once, with how often; without the "0" of `newcall`."""
        return self._dialer.accepted_more_than_once()

    def dialled_more_than_once(self) -> dict[str, int]:
        """Numbers, as the page writes them, that are dialled more than once, with how often."""
        return self._dialer.dialled_more_than_once()

    @property
    def records(self) -> list[Record]:
        """All accepted records, in the order in which they came."""
        return self._dialer.records

    @property
    def tasks(self) -> tuple[Task, ...]:
        """All accepted lists and single calls, oldest first."""
        return self._dialer.tasks

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """The last thousand requests that are over, without their contents."""
        return self._traffic.seen

    @property
    def counts(self) -> Counts:
        """Numbers since the start or the last reset."""
        tasks, records = self._dialer.sizes
        return self._traffic.counts(tasks=tasks, records=records)

    async def wait_until(self, condition: Callable[[Emulator], bool], *, seconds: float = 10.0) -> None:
        """Wait until this is true of the emulator, for instance `lambda emulator: emulator.accepted("7")`.

        Raises:
            TimeoutError: It did not become true in so many seconds.
        """
        with anyio.fail_after(seconds):
            while not condition(self):  # noqa: ASYNC110 - the state changes in the thread of another loop
                await anyio.sleep(_LOOK_AGAIN)

    def add_fault(self, fault: Fault | Rule) -> None:
        """Put a fault behind those in force. A bare fault strikes the next request, once."""
        self._rules.add(fault)

    def clear_faults(self) -> None:
        """From now on be honest."""
        self._rules.clear()

    def reset(self) -> None:
        """Forget all records, tasks and requests; the seed and the faults given at the start begin again."""
        self._dialer.reset()
        self._traffic.reset()
        self._rules.reset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI event stream: a request, or the life of the server."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        else:
            await self._handle(
                Exchange(self._service, scope, receive, send, latency=self.latency, max_body=self._max_body)
            )

    async def _handle(self, exchange: Exchange) -> None:
        with self._traffic.visit(exchange) as visit:
            try:
                fault = await self._rules.choose(exchange)
                if fault is None:
                    await exchange.answer(await exchange.accept())
                else:
                    self._traffic.note_fault(visit, type(fault).__name__)
                    await fault.play(exchange)
            except ClientLeftError:
                return


async def _live(receive: Receive, send: Send) -> None:
    for event in ("lifespan.startup", "lifespan.shutdown"):
        await receive()
        await send({"type": f"{event}.complete"})

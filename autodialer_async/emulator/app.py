"""The emulator as an ASGI app."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime
from functools import cached_property, partial
from math import inf, isinf
from typing import TYPE_CHECKING, Final, Self, Unpack

import anyio

from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.exchange import ClientLeftError, Exchange
from autodialer_async.emulator.fidelity import Fidelity
from autodialer_async.emulator.guard import stranger
from autodialer_async.emulator.life import living
from autodialer_async.emulator.outgoing import send_webhooks
from autodialer_async.emulator.panel import Panel
from autodialer_async.emulator.server import LoopbackServer
from autodialer_async.emulator.service import Service
from autodialer_async.emulator.settings import EmulatorSettings

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Callable, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from autodialer_async.emulator.faults import Fault
    from autodialer_async.emulator.rules import Rule
    from autodialer_async.emulator.scenario import Simulation
    from autodialer_async.emulator.webhook import Webhook

__all__ = ["Emulator"]

_IN_PROCESS: Final = "http://emulator.test"
_OWN: Final = "/_emulator"
_LOOK_AGAIN: Final = 0.005
# Steps of the dialer between which requests get their turn: together about a millisecond.
_SMALL_SLICE: Final = 100


def _local_now() -> datetime:
    return datetime.now().astimezone()


class Emulator(Panel):
    """A dialer of the service's kind on this machine, which phones nobody. An ASGI app; `serve` puts it on a port.

    All that asks about its state or changes it may be called from any thread while it serves.

    Args:
        api_key: The key in the path.
        access_token: The token that `make` must carry.
        seed: Task numbers, outcomes and probable faults are drawn from it; None is 0, or the seed of the file `state`.
        latency: Seconds to wait before each answer; the request is carried out before.
        faults: `Fault`s and `Rule`s to begin with. A bare fault strikes one request.
        now: The clock that drives its own; `TIME` has its zone. The default is this machine's local time.
        max_body: The largest body in bytes.
        start: What its own clock shows at first, or None for what `now` shows.
        speed: Seconds of its clock in one of ours, 0 to a million: 60 lets a day of calls pass in 24 minutes, 0 stands
            still until `advance` or `finish`. Infinite, the default: every call is made in the moment in which its
            record is accepted, without a look at hours and pauses, so that the history is complete at once.
        simulation: How calls are made and what they come to; None is the usual, or that of the file `state`.
        webhook: Where calls are announced when they are over; None: nowhere.
        fidelity: How the page is read where it leaves something open.
        state: A file that keeps the state over a restart; None keeps it in memory. Faults and requests are not in it.
        remote_control: Whether other machines may use the page and the control interface, where they reach it at all.

    Attributes:
        base_url: Where it is served, or an address that only `httpx.ASGITransport` can use.
        latency: Seconds to wait before each answer.

    Raises:
        ValueError: A setting that cannot work, or a `state` of another seed or simulation, in use, or damaged.
        OSError: `state` cannot be opened.

    Example:
        >>> from autodialer_async import AsyncAutodialer
        >>> async with Emulator.serve() as emulator:
        ...     keys = {"api_key": emulator.api_key, "access_token": emulator.access_token}
        ...     async with AsyncAutodialer(emulator.base_url, **keys) as dialer:
        ...         result = await dialer.make([{"id": 1, "phone": "89222220000"}])
        ...     emulator.dialled("+7 922 222-00-00"), emulator.dialled_more_than_once()
        (1, {})
    """

    def __init__(
        self,
        *,
        api_key: str = "emulator-key",
        access_token: str = "emulator-token",  # noqa: S107 - guards nothing
        seed: int | None = None,
        latency: float = 0.0,
        faults: Iterable[Fault | Rule] = (),
        now: Callable[[], datetime] = _local_now,
        max_body: int = 10_000_000,
        start: datetime | None = None,
        speed: float = inf,
        simulation: Simulation | None = None,
        webhook: Webhook | None = None,
        fidelity: Fidelity = Fidelity(),
        state: str | os.PathLike[str] | None = None,
        remote_control: bool = False,
    ) -> None:
        if f"/{api_key}" == _OWN:
            raise ValueError("api_key: _emulator is the name of the emulator's own pages")
        if not latency >= 0:
            raise ValueError("latency: seconds, 0 or more")
        self._api_key = api_key
        self._access_token = access_token
        self._max_body = max_body
        self._remote_control = remote_control
        self.latency = latency
        super().__init__(
            seed=seed,
            faults=faults,
            now=now,
            start=start,
            speed=speed,
            simulation=simulation,
            webhook=webhook,
            state=state,
            base_url=_IN_PROCESS,
        )
        self._service = Service(self._dialer, api_key=api_key, access_token=access_token, fidelity=fidelity)

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
            life=emulator.running,
            host=host,
            port=port,
            allow_remote=allow_remote,
            keep_alive=keep_alive,
            receive_buffer=receive_buffer,
        )
        try:
            async with server as emulator.base_url:
                yield emulator
        finally:
            emulator.close()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[Self]:
        """Let calls be made by the clock, and send webhooks, in the event loop that runs now.

        `serve` does it, and so does a server of the user's own that knows ASGI's lifespan. It is needed in process
        only, where there is a webhook.
        """
        send = None
        if self._webhook is not None:
            send = partial(send_webhooks, self._webhook, self._queue, lambda: self.base_url)
        async with living(self._tick, send):
            self._ticking = True
            try:
                yield self
            finally:
                self._ticking = False

    @property
    def page_url(self) -> str:
        """Where its page is."""
        return f"{self.base_url}{_OWN}/"

    @property
    def api_key(self) -> str:
        """The key in the path."""
        return self._api_key

    @property
    def access_token(self) -> str:
        """The token that `make` must carry."""
        return self._access_token

    async def wait_until(self, condition: Callable[[Emulator], bool], *, seconds: float = 10.0) -> None:
        """Wait until this is true of the emulator, for instance `lambda emulator: emulator.accepted("7")`.

        Args:
            condition: Looked at every few milliseconds.
            seconds: How long to wait at most.

        Raises:
            TimeoutError: It did not become true in so many seconds.
        """
        with anyio.fail_after(seconds):
            while not condition(self):  # noqa: ASYNC110 - the state changes in the thread of another loop
                await anyio.sleep(_LOOK_AGAIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI event stream: a request, or the life of the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close"})
        elif scope["path"] == _OWN or scope["path"].startswith(f"{_OWN}/"):
            await self._control(scope, receive, send)
        elif scope["path"] == "/" and scope["method"] in ("GET", "HEAD"):
            await _send(send, Answer(303, content_type=None, headers=(("location", f"{_OWN}/"),)))
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

    async def _control(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = stranger(scope, remote_control=self._remote_control)
        if reason is None:
            await self._desk(scope, receive, send)
            return
        await _send(send, Answer.of_error(403, reason))

    @cached_property
    def _desk(self) -> ASGIApp:
        # Most emulators serve a test and are never looked at: templates and routes are for those that are.
        from autodialer_async.emulator.desk import desk  # noqa: PLC0415

        return desk(self)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self.running():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def _tick(self) -> bool:
        # Where somebody else makes the calls that are due, two of them would only wait for each other.
        if self._dialer.next is None or self._working.locked():
            return False
        return self._step(to_the_end=isinf(self._clock.speed), most=_SMALL_SLICE)


async def _send(send: Send, answer: Answer) -> None:
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    if answer.content_type is not None:
        headers.append(("content-type", answer.content_type))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": answer.body})

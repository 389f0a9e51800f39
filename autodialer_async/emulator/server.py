"""A uvicorn in a thread of its own, with its own event loop: it serves tests on asyncio and on trio alike."""

from __future__ import annotations

import os
import socket
import struct
import threading
from contextlib import nullcontext, suppress
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread
import anyio.lowlevel
import anyio.to_thread
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from autodialer_async.emulator.exchange import CONNECTION

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from anyio.lowlevel import EventLoopToken
    from starlette.types import ASGIApp
    from uvicorn.server import ServerState

__all__ = ["LoopbackServer"]

_LINGER_NOT_AT_ALL = struct.pack("ii", 1, 0)
_GRACE = 0.5
_ROUNDS = 5
_BACKLOG = 2048


class LoopbackServer:
    """Serves an ASGI app over HTTP on this machine, from entering to leaving.

    Args:
        app: What to serve.
        host: An address of this machine.
        port: 0 for any free one.
        allow_remote: Also bind to an address that other machines can reach.
        keep_alive: Seconds after which an idle connection is closed.
        receive_buffer: Bytes of the kernel's receive buffer of each connection, or None for the system's own choice.
        life: What goes on beside it in its loop, from before the first request until after the last one.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        host: str,
        port: int,
        allow_remote: bool,
        keep_alive: float,
        receive_buffer: int | None,
        life: Callable[[], AbstractAsyncContextManager[object]] = nullcontext[None],
    ) -> None:
        self._life = life
        self._host = host
        self._port = port
        self._allow_remote = allow_remote
        self._receive_buffer = receive_buffer
        self._server = _Server(
            uvicorn.Config(
                app,
                http=_Connection,
                ws="none",
                lifespan="off",
                interface="asgi3",
                # Loggers are the user's: no configuration, no level. `_Connection` keeps the access log silent, because
                # uvicorn's own switch for that would silence every other server of the process too.
                log_config=None,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                # uvicorn hands it to `call_later`, where fractions are welcome, and says int.
                timeout_keep_alive=keep_alive,  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
            )
        )
        self._failure: BaseException | None = None

    async def __aenter__(self) -> str:
        """Bind, start the thread, and return the base URL.

        Raises:
            ValueError: The address can be reached from other machines, and that was not allowed.
            OSError: The address cannot be bound.
        """
        listener = _listen(self._host, self._port, allow_remote=self._allow_remote, receive_buffer=self._receive_buffer)
        address, port = listener.getsockname()[:2]
        self._thread = threading.Thread(target=self._run, args=[listener], name="autodialer-emulator", daemon=True)
        self._thread.start()
        try:
            await anyio.to_thread.run_sync(self._server.running.wait)
        except BaseException:
            self._stop()
            raise
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return f"http://{_reachable(address)}:{port}"

    async def __aexit__(self, *exc_info: object) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._stop)
        if self._failure is not None and exc_info[0] is None:
            raise self._failure

    def _run(self, listener: socket.socket) -> None:
        try:
            anyio.run(self._serve, listener, backend="asyncio")
        except BaseException as error:  # noqa: BLE001 - raised in the caller's thread
            # What goes on beside it has a task group, which wraps every failure.
            while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
                error = error.exceptions[0]
            self._failure = error
        finally:
            listener.close()
            self._server.running.set()

    async def _serve(self, listener: socket.socket) -> None:
        async with self._life():
            await self._server.serve([listener])

    def _stop(self) -> None:
        self._server.running.wait()
        self._server.stop()
        self._thread.join()


class _Server(uvicorn.Server):
    """Stops at a word from another thread, and then waits for nobody."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.running = threading.Event()
        self._token: EventLoopToken | None = None
        self._stopping: anyio.Event | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn's own takes the process's signals, writes to its log, and looks only ten times a second whether to
        # stop; a test suite starts and stops many of these.
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        self._token = anyio.lowlevel.current_token()
        self._stopping = anyio.Event()
        await self.startup(sockets)
        await self.on_tick(0)
        self.running.set()
        await self._stopping.wait()
        await self.shutdown(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        for server in self.servers:
            for listener in server.sockets:
                # A connection that is accepted becomes a transport two rounds of the loop later, and asyncio loses it
                # unclosed if the server was closed meanwhile: first stop accepting, then let these rounds pass.
                with suppress(NotImplementedError):
                    server.get_loop().remove_reader(listener.fileno())
        await _let_the_loop_turn()
        for server in self.servers:
            server.close()
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
        await _let_the_loop_turn()
        with anyio.move_on_after(_GRACE):
            # A fault that sleeps wakes when its connection is gone; whatever else sleeps is cancelled after the grace.
            for task in tuple(self.server_state.tasks):
                await task

    def stop(self) -> None:
        """Stop soon. From any thread, any number of times, also when it never began."""
        if self._token is not None and self._stopping is not None:
            with suppress(anyio.RunFinishedError):
                anyio.from_thread.run_sync(self._stopping.set, token=self._token)


class _Connection(H11Protocol):
    """One connection, within reach of the faults: they find it in the ASGI `state`."""

    def __init__(
        self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any], _loop: Any = None
    ) -> None:
        super().__init__(config, server_state, {**app_state, CONNECTION: self}, _loop)
        self._gone = anyio.Event()
        # The path holds the key.
        self.access_log = False

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._gone.set()

    def stop_reading(self) -> None:
        self.flow.pause_reading()

    def go_on_reading(self) -> None:
        self.flow.resume_reading()

    def close(self, *, reset: bool) -> None:
        if reset:
            self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT_AT_ALL)
            self.transport.abort()
        else:
            self.transport.close()

    async def wait_until_gone(self) -> None:
        await self._gone.wait()


async def _let_the_loop_turn() -> None:
    for _ in range(_ROUNDS):
        await anyio.lowlevel.checkpoint()


def _listen(host: str, port: int, *, allow_remote: bool, receive_buffer: int | None) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    if not allow_remote and not ip_address(str(address[0])).is_loopback:
        raise ValueError(
            f"{host} can be reached from other machines: the emulator binds there only with allow_remote=True"
        )
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if receive_buffer is not None:
            # Connections inherit it, and only what is set before listening bounds the window that is offered.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _reachable(address: str) -> str:
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        return "[::1]" if ip.is_unspecified else f"[{address}]"
    return "127.0.0.1" if ip.is_unspecified else address

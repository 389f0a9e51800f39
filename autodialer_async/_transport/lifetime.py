"""The life of a client: made at a line of somebody's code, bound to the loop that uses it first, closed once."""

from __future__ import annotations

import sys
import warnings
import weakref
from collections.abc import AsyncGenerator
from typing import Final

import anyio
import httpx

from autodialer_async._origin import Origin
from autodialer_async._transport.reply import close
from autodialer_async.errors import ConfigurationError

__all__ = ["Lifetime"]

_PACKAGE: Final = __name__.partition(".")[0]
_USED_BEFORE: Final = (
    "this client was used before this process was forked: make one client in each process, after the fork"
)


class Lifetime:
    """Says where a client may be used, and that it was never closed, with the line that made it.

    A client that was never used holds nothing, and nothing is said of it. One that was used is closed by its user, or
    by the end of its loop, or when it is collected; the two latter end in one ResourceWarning. Its connections are
    closed in the loop in all three, so that none of them warns for itself.

    Args:
        origin: The service's address, for messages.
        idle: Connections in nobody's use; the client takes from it and gives back.
        custom: A transport that somebody else made, closed with the client.

    Attributes:
        closed: Whether the client was closed.
        is_watched: Whether `watch` was called.
    """

    def __init__(
        self, origin: str, idle: list[httpx.AsyncBaseTransport], custom: httpx.AsyncBaseTransport | None
    ) -> None:
        self.closed = False
        self.is_watched = False
        self._origin = origin
        self._idle = idle
        self._custom = custom
        self._made_at = _line_of_the_user()
        self._process: Origin | None = None
        self._loop: anyio.lowlevel.EventLoopToken | None = None
        self._watch: AsyncGenerator[None] | None = None
        self._collected: weakref.finalize[..., object] | None = None

    def check(self) -> None:
        """Raise where the client may not be used; the loop and the process of the first call are its own.

        Raises:
            ConfigurationError: It is closed, or belongs to another event loop or to another process.
        """
        self._check_process()
        if self.closed:
            raise ConfigurationError("this client is closed: make a new one")
        loop = anyio.lowlevel.current_token()
        if self._loop is None:
            self._loop, self._process = loop, Origin(_USED_BEFORE)
        elif self._loop != loop:
            raise ConfigurationError("this client belongs to another event loop: make one client in each loop")

    async def watch(self, client: object) -> None:
        """From now on, tell if the client is collected, or its loop ends, without `end`.

        Args:
            client: Whose life it is.
        """
        self.is_watched = True
        # Event loops close generators that are open when they end, and those that are collected: both in the loop.
        self._watch = self._until_the_loop_ends()
        await anext(self._watch)
        self._collected = weakref.finalize(client, self._client_is_gone)

    async def end(self) -> None:
        """The client is closed by its user.

        Raises:
            ConfigurationError: It is another event loop or process than the one that used the client.
        """
        self._check_process()
        self.closed = True
        if self._loop is not None and self._loop != anyio.lowlevel.current_token():
            raise ConfigurationError("this client belongs to another event loop: close it in the loop that used it")
        if self._collected is not None:
            self._collected.detach()
        watch, self._watch = self._watch, None
        if watch is not None:
            await watch.aclose()
        while self._idle:
            # Left by an earlier call that was cancelled.
            await close(self._idle.pop())

    def _check_process(self) -> None:
        if self._process is not None:
            self._process.check()

    async def _until_the_loop_ends(self) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            while self._idle:
                await close(self._idle.pop())
            if not self.closed and self._custom is not None:
                await close(self._custom)
            # Of a client that was closed, or is gone, nothing is to be said any more.
            if self._collected is not None and self._collected.detach() is not None:
                # Told as of something that is collected: a loop swallows what closing raises, and where warnings are
                # errors nobody would hear of it.
                weakref.finalize(set(), self._tell)

    def _client_is_gone(self) -> None:
        if self._process is not None and self._process.leave_alone(self):
            return
        with warnings.catch_warnings():
            # Trio says of the generator what is said below of the client.
            warnings.simplefilter("ignore", ResourceWarning)
            self._watch = None
        self._tell()

    def _tell(self) -> None:
        file, line = self._made_at
        warnings.warn_explicit(
            f"the client of {self._origin} made at {file}:{line} was used and never closed: "
            "make it with `async with`, or `await` its `aclose()`",
            ResourceWarning,
            file,
            line,
        )


def _line_of_the_user() -> tuple[str, int]:
    """File and line of the nearest caller that is not this package."""
    frame = sys._getframe(1)  # noqa: SLF001 - `inspect.stack` reads source files
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == _PACKAGE:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno

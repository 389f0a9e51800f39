"""All who are told what a client does."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import anyio

from autodialer_async._observe.callback import Callback
from autodialer_async._observe.guarded import Guarded
from autodialer_async._observe.operation import Operation
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import AttemptEvent, OutcomeEvent

if TYPE_CHECKING:
    # Whoever has not installed opentelemetry cannot load it.
    from autodialer_async._observe.telemetry import Telemetry

__all__ = ["Observer", "OnAttempt", "OnOutcome"]

OnAttempt = Callable[[AttemptEvent], Awaitable[None] | None]
OnOutcome = Callable[[OutcomeEvent], Awaitable[None] | None]
# A hook that counts must not miss anything; one that hangs must not fill the memory.
_BACKLOG = 10_000
# How long an operation that is over waits for its hooks, in seconds.
PATIENCE = 5.0
_logger = logging.getLogger("autodialer_async")


class Observer:
    """A client's log, its hooks, and its spans and metrics where opentelemetry is installed.

    Args:
        origin: The service's address without its path.
        limit: Requests that the client allows at once at this moment; asked from any thread.
        in_flight: Requests on their way at this moment; asked from any thread.
        on_attempt: Called after each try of a request.
        on_outcome: Called when a request has its last word.
        tracing: Whether to make spans and metrics.

    Raises:
        ConfigurationError: A hook that cannot be called.
    """

    def __init__(
        self,
        origin: str,
        *,
        limit: Callable[[], int],
        in_flight: Callable[[], int],
        on_attempt: OnAttempt | None = None,
        on_outcome: OnOutcome | None = None,
        tracing: bool = True,
    ) -> None:
        for name, hook in (("on_attempt", on_attempt), ("on_outcome", on_outcome)):
            if hook is not None and not callable(hook):
                raise ConfigurationError(f"{name} is a function, not {type(hook).__name__}")
        self._on_attempt = None if on_attempt is None else Guarded(on_attempt, "on_attempt")
        self._on_outcome = None if on_outcome is None else Guarded(on_outcome, "on_outcome")
        door = _door()
        self._telemetry: Telemetry | None = (
            None if door is None else door.Telemetry(origin, limit=limit, in_flight=in_flight, recording=tracing)
        )

    def close(self) -> None:
        """The client is closed. May be called again."""
        if self._telemetry is not None:
            self._telemetry.close()

    @asynccontextmanager
    async def operation(self, name: str, *, endless: bool = False) -> AsyncIterator[Operation]:
        """A context in which one operation happens; an endless one has no span of its own.

        On leaving it waits a little for the hooks to hear what there was to hear.
        """
        on_attempt = None if self._on_attempt is None else Callback(self._on_attempt, backlog=_BACKLOG)
        on_outcome = None if self._on_outcome is None else Callback(self._on_outcome, backlog=_BACKLOG)
        span = None if self._telemetry is None else self._telemetry.operation(name, endless=endless)
        operation = Operation(name, on_attempt=on_attempt, on_outcome=on_outcome, span=span)
        hooks = [hook for hook in (on_attempt, on_outcome) if hook is not None]
        if not hooks:
            with operation:
                yield operation
            return
        failure: BaseException | None = None
        async with anyio.create_task_group() as tasks:
            # What a cancel made of the last requests is what a hook most needs to hear.
            scopes = [anyio.CancelScope(shield=True) for _ in hooks]
            for hook, scope in zip(hooks, scopes, strict=True):
                tasks.start_soon(hook.run, scope)
            try:
                with operation:
                    yield operation
            except anyio.get_cancelled_exc_class():
                raise
            except BaseException as error:  # noqa: BLE001 - raised below, outside of the task group's wrapping
                failure = error
            finally:
                for hook, scope in zip(hooks, scopes, strict=True):
                    hook.end()
                    scope.deadline = anyio.current_time() + PATIENCE
        for hook in hooks:
            if hook.dropped:
                _logger.warning("%s is too slow: it missed %d events", hook.name, hook.dropped)
        if failure is not None:
            raise failure


@cache
def _door() -> Any:
    """The module that knows opentelemetry, or None where that is not installed."""
    try:
        return import_module("autodialer_async._observe.telemetry")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "opentelemetry":
            raise
        return None

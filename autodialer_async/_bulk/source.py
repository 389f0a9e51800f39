"""Pulling records from whatever the caller has: lists, generators, async generators, files that block."""

from __future__ import annotations

import math
import threading
from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence, Sized
from itertools import islice
from typing import Any

import anyio

from autodialer_async._bulk.frames import Frame
from autodialer_async._bulk.objects import ObjectRecord
from autodialer_async._delivery import GRACE, LoopClock
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import Call

__all__ = ["SLICE_WITH_JOURNAL", "Calls", "Record", "Source", "open_source"]

Record = Call | Mapping[str, Any] | ObjectRecord
Calls = Iterable[Record] | AsyncIterable[Record] | Frame

# Records between two looks at whether the run goes on. A journal is asked once a slice, so it wants larger ones.
SLICE = 250
SLICE_WITH_JOURNAL = 1000


class Source(ABC):
    """Records, pulled in slices. What was pulled is never lost: a pull that was cut short leaves it in `pulled`.

    Attributes:
        total: Records in the whole list, where its length is known.
        slice: Records that `take` gives at once.
        exhausted: Whether the end was reached.
        stopped: Whether `stop` was called: nothing more is pulled.
        failure: What the caller's iterator raised.
        pulled: Records pulled and not yet taken.
    """

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.slice = SLICE
        self.exhausted = False
        self.stopped: bool = False
        self.failure: BaseException | None = None
        self.pulled: list[Any] = []

    def take(self) -> list[Any]:
        """The next slice of what was pulled."""
        taken = self.pulled[: self.slice]
        # Not more: a thread that was left may add its last record meanwhile.
        del self.pulled[: len(taken)]
        return taken

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.exhausted or self.failure is not None or self.stopped

    @abstractmethod
    async def pull(self, limit: int) -> None:
        """Pull at most `limit` records into `pulled`; fewer only at the end or by the source's pace."""

    def stop(self) -> None:
        """End a pull that is under way in another thread: after its current record, at the latest after the grace."""
        self.stopped = True

    async def aclose(self) -> None:  # noqa: B027 - lists have nothing to close
        """Close the caller's iterator."""


def open_source(calls: Any, *, in_thread: bool | None, deadline: float = math.inf) -> Source:
    """The source for an iterable or async iterable of records.

    Args:
        calls: What the caller gave.
        in_thread: Whether to pull in a worker thread; None: lists, tuples and async iterables inline, others in one.
        deadline: When a blocked thread is waited for no longer, on the loop's clock.

    Raises:
        ConfigurationError: Something that is no iterable of records.
    """
    if not isinstance(calls, Iterable | AsyncIterable) and hasattr(type(calls), "__getitem__"):
        # Python's old protocol of iteration.
        calls = iter(calls)
    if isinstance(calls, str | bytes | Mapping) or not isinstance(calls, Iterable | AsyncIterable):
        raise ConfigurationError(f"calls is an iterable or async iterable of records, not {type(calls).__name__}")
    total = len(calls) if isinstance(calls, Sized) else None
    if isinstance(calls, AsyncIterable):
        if in_thread:
            raise ConfigurationError("an async iterable cannot be pulled in a thread: leave source_in_thread out")
        return _AsyncSource(calls, total)
    if isinstance(calls, list | tuple) and not in_thread:
        return _SequenceSource(calls)
    if in_thread is False:
        return _InlineSource(calls, total)
    return _ThreadSource(calls, total, deadline)


class _SequenceSource(Source):
    def __init__(self, calls: Sequence[Any]) -> None:
        super().__init__(len(calls))
        self._calls = calls
        self._next = 0

    async def pull(self, limit: int) -> None:
        stop = self._next + min(limit, self.slice)
        self.pulled += self._calls[self._next : stop]
        self._next = stop
        self.exhausted = stop >= len(self._calls)


class _InlineSource(Source):
    """For iterators that are bound to the thread that made them."""

    def __init__(self, calls: Iterable[Any], total: int | None) -> None:
        super().__init__(total)
        self._calls = calls
        self._records: Iterator[Any] | None = None

    async def pull(self, limit: int) -> None:
        try:
            if self._records is None:
                self._records = iter(self._calls)
            most = len(self.pulled) + min(limit, self.slice)
            for record in islice(self._records, most - len(self.pulled)):
                self.pulled.append(record)
            self.exhausted = len(self.pulled) < most
        except BaseException as error:  # noqa: BLE001 - the caller's own, raised when what is in flight is done
            self.failure = error

    async def aclose(self) -> None:
        _close(self._records or self._calls)


class _AsyncSource(Source):
    def __init__(self, calls: AsyncIterable[Any], total: int | None) -> None:
        super().__init__(total)
        self._calls = calls
        self._records: AsyncIterator[Any] | None = None

    async def pull(self, limit: int) -> None:
        try:
            if self._records is None:
                self._records = aiter(self._calls)
            for _ in range(min(limit, self.slice)):
                self.pulled.append(await anext(self._records))
        except StopAsyncIteration:
            self.exhausted = True
        except anyio.get_cancelled_exc_class():
            raise
        except BaseException as error:  # noqa: BLE001 - the caller's own, raised when what is in flight is done
            self.failure = error

    async def aclose(self) -> None:
        records = self._records or self._calls
        close = getattr(records, "aclose", None)
        if close is not None and isinstance(records, AsyncIterator):
            with anyio.CancelScope(shield=True, deadline=anyio.current_time() + GRACE):
                await close()


class _ThreadSource(Source):
    """For iterators that may block: pulled in a worker thread, many records a trip.

    A thread cannot be cancelled. After a stop it is waited for during the grace period, since most iterators are only
    busy; one that stays blocked is left behind, and closed by its own thread as soon as it comes back.
    """

    def __init__(self, calls: Iterable[Any], total: int | None, deadline: float) -> None:
        super().__init__(total)
        self._calls = calls
        self._deadline = deadline
        self._scope: anyio.CancelScope | None = None
        self._clock = LoopClock()
        self._records: Iterator[Any] | None = None
        self._threads = anyio.CapacityLimiter(1)
        self._lock = threading.Lock()
        self._pulling = False
        self._left_behind = threading.Event()

    async def pull(self, limit: int) -> None:
        # Shielded: records that the thread pulls after a cancel must not be lost.
        with anyio.CancelScope(shield=True, deadline=self._deadline) as self._scope:
            await anyio.to_thread.run_sync(self._pull, limit, abandon_on_cancel=True, limiter=self._threads)
        if self._scope.cancelled_caught:
            self.stopped = True

    def _pull(self, limit: int) -> None:
        with self._lock:
            if self._left_behind.is_set():
                return
            self._pulling = True
            # This list: whoever leaves the thread behind takes another one, and what comes late is nobody's.
            pulled = self.pulled
        most = len(pulled) + (0 if self.stopped else limit)
        try:
            if self._records is None:
                self._records = iter(self._calls)
            for record in islice(self._records, most - len(pulled)):
                pulled.append(record)
                if self.stopped:
                    break
            else:
                self.exhausted = len(pulled) < most and not self._left_behind.is_set()
        except BaseException as error:  # noqa: BLE001 - the caller's own, raised when what is in flight is done
            self.failure = error
        with self._lock:
            self._pulling = False
            if not self._left_behind.is_set():
                return
        _close(self._records or self._calls)

    def stop(self) -> None:
        super().stop()
        if self._scope is not None:
            self._scope.deadline = min(self._scope.deadline, self._clock.now() + GRACE)

    async def aclose(self) -> None:
        with self._lock:
            self._left_behind.set()
            if self._pulling:
                self.pulled, self.stopped = list(self.pulled), True
                return
        with anyio.CancelScope(shield=True, deadline=anyio.current_time() + GRACE):
            await anyio.to_thread.run_sync(
                _close, self._records or self._calls, abandon_on_cancel=True, limiter=self._threads
            )


def _close(records: Iterable[Any]) -> None:
    """Close an iterator; what is only iterable (a list, an open file's wrapper) is the caller's to close."""
    close = getattr(records, "close", None)
    if close is not None and isinstance(records, Iterator):
        close()

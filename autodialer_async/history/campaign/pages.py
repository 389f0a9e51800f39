"""Any source, a page at a time."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import islice
from typing import Generic, TypeVar

import anyio.to_thread

__all__ = ["Pages"]

T = TypeVar("T")

# Rows, or records of a list, that are looked up at once.
_PAGE = 500


class Pages(Generic[T]):
    """Lists of up to 500 items of a source; an iterator that is no generator, so that it may be left at any point.

    Args:
        source: Any iterable. One that is neither async nor a list nor a tuple may block: it is read in a thread.
    """

    def __init__(self, source: Iterable[T] | AsyncIterable[T]) -> None:
        self._later: AsyncIterator[T] | None = None
        self._now: Iterator[T] = iter(())
        self._may_block = not isinstance(source, list | tuple)
        if isinstance(source, AsyncIterable):
            self._later = aiter(source)
        else:
            self._now = iter(source)

    def __aiter__(self) -> Pages[T]:
        return self

    async def __anext__(self) -> list[T]:
        page: list[T] = []
        if self._later is not None:
            while len(page) < _PAGE:
                try:
                    page.append(await anext(self._later))
                except StopAsyncIteration:
                    break
        elif self._may_block:
            page = await anyio.to_thread.run_sync(self._take)
        else:
            page = self._take()
        if not page:
            raise StopAsyncIteration
        return page

    def _take(self) -> list[T]:
        return list(islice(self._now, _PAGE))

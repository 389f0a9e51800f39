"""One page of a long list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from autodialer_async.emulator.views import Page

__all__ = ["Pager", "open_page"]

T = TypeVar("T")


@attrs.frozen
class Pager:
    """Which rows of a list are open.

    >>> pager = Pager(page=3, size=50, total=120)
    >>> pager.first, pager.last, pager.next
    (101, 120, None)

    Attributes:
        page: The page asked for, from 1; one beyond the end is read as the last.
        size: Rows a page.
        total: Rows in all.
    """

    page: int
    size: int
    total: int

    @property
    def current(self) -> int:
        """The page that is open."""
        return min(self.page, max(self.pages, 1))

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.current - 1) * self.size

    @property
    def first(self) -> int:
        """The first row's number, from 1."""
        return self.offset + 1

    @property
    def last(self) -> int:
        """The last row's number."""
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        """The page before, or None."""
        return self.current - 1 if self.current > 1 else None

    @property
    def next(self) -> int | None:
        """The page after, or None."""
        return self.current + 1 if self.current < self.pages else None


def open_page(fetch: Callable[[int, int], Page[T]], page: int, size: int) -> tuple[Page[T], Pager]:
    """The rows of a page, the last one where the list is shorter.

    Args:
        fetch: Gives the rows from an offset, so many at most, with the total.
        page: From 1.
        size: Rows a page.
    """
    rows = fetch((page - 1) * size, size)
    pager = Pager(page, size, rows.total)
    if pager.current != page:
        rows = fetch(pager.offset, size)
        pager = Pager(pager.current, size, rows.total)
    return rows, pager

"""Where on the page someone is: what its address says beyond the path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args
from urllib.parse import urlencode

import attrs

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

__all__ = ["Place"]

_LONGEST_QUERY: Final = 200
_MOST_SHOWN: Final = 100
_LARGEST: Final = 10**9

T = TypeVar("T")

SearchBy = Literal["id", "phone", ""]
FeedFilter = Literal["all", "request", "call", "delivery"]


@attrs.frozen
class Place:
    """What is searched, which page of each list is open, what was clicked to be seen. It holds no secret.

    Attributes:
        q: What records are searched for.
        by: As what it is looked for; empty for an id, and where there is none, a phone.
        task: Only records of this task, or 0.
        records: Page of the records, from 1; `tasks`, `repeats` and `deliveries` likewise.
        feed: Which events the feed shows.
        shown: Rows of the open page of records whose data is not masked, by their number in the list.
        numbers: Likewise for the numbers that were dialled more than once.
        keys: Whether key and token are shown.
    """

    q: str = attrs.field(default="", repr=False)
    by: SearchBy = ""
    task: int = 0
    records: int = 1
    tasks: int = 1
    repeats: int = 1
    deliveries: int = 1
    feed: FeedFilter = "all"
    shown: frozenset[int] = frozenset()
    numbers: frozenset[int] = frozenset()
    keys: bool = False

    @classmethod
    def of(cls, query: QueryParams) -> Place:
        """Read from an address; what makes no sense is left out."""
        return cls(
            q=query.get("q", "").strip()[:_LONGEST_QUERY],
            by=_one_of(get_args(SearchBy), query.get("by")) or "",
            task=_whole(query.get("task"), 0),
            records=_page(query.get("records")),
            tasks=_page(query.get("tasks")),
            repeats=_page(query.get("repeats")),
            deliveries=_page(query.get("deliveries")),
            feed=_one_of(get_args(FeedFilter), query.get("feed")) or "all",
            shown=_several(query.getlist("shown")),
            numbers=_several(query.getlist("numbers")),
            keys=query.get("keys") == "1",
        )

    def query(self, **changes: Any) -> str:
        """The address's query of this place with some changes; what is as at the start is left out."""
        there = attrs.evolve(self, **changes)
        pairs: list[tuple[str, object]] = []
        for field in attrs.fields(Place):
            value = getattr(there, field.name)
            if value == field.default:
                continue
            if isinstance(value, frozenset):
                pairs += [(field.name, entry) for entry in sorted(value)]
            else:
                pairs.append((field.name, int(value) if isinstance(value, bool) else value))
        return urlencode(pairs)

    def list_of(self, *, q: str = "", by: SearchBy = "", task: int = 0) -> str:
        """The query of this place with another list of records, at its beginning and masked."""
        return self.query(q=q, by=by, task=task, records=1, shown=frozenset())

    def toggled(self, field: Literal["shown", "numbers"], row: int) -> str:
        """The query of this place with one row masked or unmasked."""
        now: frozenset[int] = getattr(self, field)
        return self.query(**{field: now ^ {row}})


def _one_of(choices: tuple[T, ...], text: str | None) -> T | None:
    return next((choice for choice in choices if choice == text), None)


def _whole(text: str | None, otherwise: int) -> int:
    # Task numbers have 17 digits.
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 20 else otherwise  # noqa: PLR2004


def _page(text: str | None) -> int:
    return min(max(_whole(text, 1), 1), _LARGEST)


def _several(texts: list[str]) -> frozenset[int]:
    return frozenset(_whole(text, 0) for text in texts[:_MOST_SHOWN] if text.isascii() and text.isdecimal())

"""Which row of a table is its header: below the titles, or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median_low
from string import ascii_uppercase

import attrs

from autodialer_async.call_list.columns.names import Role, meaning_of
from autodialer_async.call_list.readers import BrokenRow, Row
from autodialer_async.errors import CallListError

__all__ = ["Header", "column_letter", "find_header"]

# Titles, dates and filters of a report; a list that has more above its header needs `header=`.
_MOST_TITLES = 50


@attrs.frozen(repr=False)
class Header:
    """The names of a table's columns.

    Attributes:
        names: As the file has them, without blanks around them; a column without a name has its letter (`A`, `B`, …).
        row: Physical row of the header, from 1; 0 where the table has none, and every row holds data.
    """

    names: tuple[str, ...]
    row: int


def find_header(
    sample: Sequence[Row], is_phone: Callable[[str], bool], *, name: str, named: bool = False, given: int | None = None
) -> Header:
    """The header of a table.

    It stands above the first phone, and is the row with the most names that are understood; of several such the first
    (of one column: the last, for titles may hold such words too). Where no name is understood, it is the row that names
    a phone below titles that hold one; else the nearest row above the first phone that looks like names. A table that
    has no such row has no header.

    Args:
        sample: The first rows.
        is_phone: Whether a cell holds a phone.
        name: What to call the file in an error.
        named: Whether the format has names of its own: then they are the first row.
        given: What the user says: the physical row of the header from 1, or 0 for none.

    Raises:
        CallListError: There is no such row, its cells cannot be told apart, or the file is empty.
    """
    if not any(isinstance(row, BrokenRow) or any(map(str.strip, row)) for row in sample):
        raise CallListError(f"{name} is empty: not even a header")
    if given is not None:
        if given > len(sample):
            raise CallListError(f"{name}: the header is said to be row {given}, but there is no such row (header=)")
        at = given - 1 if given else None
    else:
        at = 0 if named else _guess(sample, is_phone)
    if at is None:
        if isinstance(sample[0], BrokenRow) and given is None:
            raise CallListError(f"{name}: the header's quotes are broken ({sample[0].problem})")
        return Header(_named((), sample), 0)
    row = sample[at]
    if isinstance(row, BrokenRow):
        raise CallListError(f"{name}: the header's quotes are broken ({row.problem})")
    return Header(_named(row, sample[at : at + 1]), at + 1)


def column_letter(position: int) -> str:
    """The letter of a column as spreadsheets have it: 0 is A, 26 is AA."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return letters


def _named(header: Sequence[str], rows: Sequence[Row]) -> tuple[str, ...]:
    names = [cell.strip() for cell in header]
    width = max((len(row) for row in rows if not isinstance(row, BrokenRow)), default=0)
    names += [""] * (width - len(names))
    return tuple(cell or column_letter(at) for at, cell in enumerate(names))


def _guess(sample: Sequence[Row], is_phone: Callable[[str], bool]) -> int | None:
    # A title is one cell above a table of several, and may hold the phone of whoever made the list.
    fewest = min(2, median_low([filled for row in sample if (filled := _filled(row))] or [1]))
    titles = [_filled(row) < fewest or _is_label(row) for row in sample]
    first = next((at for at, row in enumerate(sample) if not titles[at] and _has_phone(row, is_phone)), None)
    above = sample[: min(_MOST_TITLES, len(sample) if first is None else first)]
    known = [0 if titles[at] else _understood(row) for at, row in enumerate(above)]
    for at in range(len(sample) if first is None else first + 1, min(_MOST_TITLES, len(sample))):
        row = sample[at]
        if (
            _names_phone(row)
            and _understood(row) > max(known, default=0)
            and not _has_phone(row, is_phone)
            and ((_understood(row) > 1 and _names(row)) or all(_is_title_of(row, it) for it in sample[:at]))
        ):
            return at
    if any(known):
        best = [at for at, names in enumerate(known) if names == max(known)]
        return best[-1] if fewest == 1 else best[0]
    if first is None:
        return None if any(_has_phone(row, is_phone) for row in sample) else _first_filled(sample)
    return next((at for at in reversed(range(first)) if not titles[at] and _names(sample[at])), None)


def _is_label(row: Row) -> bool:
    """Whether it is a line of a report's head, such as «Телефон: | 8 (343) 222-00-01»."""
    return not isinstance(row, BrokenRow) and any(cell.rstrip().endswith(":") for cell in row)


def _names_phone(row: Row) -> bool:
    return not isinstance(row, BrokenRow) and any(meaning_of(cell).field == "phone" for cell in row)


def _is_title_of(header: Row, row: Row) -> bool:
    return _filled(row) < _filled(header) or _is_label(row) or _names(row)


def _first_filled(sample: Sequence[Row]) -> int:
    return next(at for at, row in enumerate(sample) if _filled(row) or isinstance(row, BrokenRow))


def _has_phone(row: Row, is_phone: Callable[[str], bool]) -> bool:
    return not isinstance(row, BrokenRow) and any(map(is_phone, row))


def _filled(row: Row) -> int:
    return 0 if isinstance(row, BrokenRow) else sum(map(bool, map(str.strip, row)))


def _understood(row: Row) -> int:
    return 0 if isinstance(row, BrokenRow) else sum(meaning_of(cell).role is not Role.UNKNOWN for cell in row)


def _names(row: Row) -> bool:
    return not isinstance(row, BrokenRow) and not any(cell.strip() and not any(map(str.isalpha, cell)) for cell in row)

"""Which sheet of a workbook holds the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from autodialer_async.errors import CallListError

__all__ = ["Choice", "SheetName", "chosen_sheet"]

_MOST_SHEETS = 1000


@attrs.frozen
class SheetName:
    """A sheet by its tab.

    Attributes:
        name: As its tab shows it.
        hidden: Whether its tab is hidden.
    """

    name: str
    hidden: bool


@attrs.frozen
class Choice:
    """The sheet to read.

    Attributes:
        at: Its position from 0.
        shown: Names of all sheets that are shown and hold anything.
    """

    at: int
    shown: tuple[str, ...]


def chosen_sheet(
    sheets: Sequence[SheetName], wanted: str | int | None, filled: Callable[[int], bool], name: str
) -> Choice:
    """The sheet that the user named, else the first that is shown and holds anything.

    Args:
        sheets: All sheets in their order.
        wanted: A name, or a position from 1.
        filled: Whether the sheet at a position from 0 holds anything.
        name: What to call the file in a message.

    Raises:
        CallListError: No such sheet, or none that holds anything.
    """
    if len(sheets) > _MOST_SHEETS:
        raise CallListError(f"{name} has {len(sheets):,} sheets, more than any workbook of lists")
    shown = [at for at, sheet in enumerate(sheets) if not sheet.hidden and filled(at)]
    names = tuple(sheets[at].name for at in shown)
    if wanted is not None:
        return Choice(_named(sheets, wanted, name), names)
    if shown:
        return Choice(shown[0], names)
    hidden = ", ".join(repr(sheet.name[:40]) for sheet in sheets[:20] if sheet.hidden)
    if hidden:
        raise CallListError(
            f"{name}: no sheet that is shown holds anything; hidden: {hidden}; choose with sheet= (--sheet)"
        )
    raise CallListError(f"{name} is empty: no sheet holds anything")


def _named(sheets: Sequence[SheetName], wanted: str | int, name: str) -> int:
    for at, sheet in enumerate(sheets):
        if sheet.name == wanted:
            return at
    position = int(wanted) if isinstance(wanted, int) or (wanted.isdecimal() and int(wanted) <= len(sheets)) else 0
    if 1 <= position <= len(sheets):
        return position - 1
    listed = ", ".join(repr(sheet.name[:40]) for sheet in sheets[:20])
    raise CallListError(f"{name} has no sheet {wanted!r}; it has: {listed}")

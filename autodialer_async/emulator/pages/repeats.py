"""Numbers that were taken to be dialled more than once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from autodialer_async.emulator.pages.paging import open_page

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["repeats_region"]

_PAGE: Final = 8


def repeats_region(emulator: Emulator, _tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the repeated numbers is given."""
    repeats, pager = open_page(lambda offset, limit: emulator.repeats(offset=offset, limit=limit), place.repeats, _PAGE)
    rows = [(key, repeat, key in place.numbers) for key, repeat in enumerate(repeats.items, start=pager.offset)]
    return {"rows": rows, "pager": pager, "records": emulator.counts.records}

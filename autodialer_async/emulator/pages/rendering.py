"""From what a region shows to HTML. The one door to the template engine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from autodialer_async.emulator.pages.masking import masked_name, masked_phone, spaced_phone
from autodialer_async.emulator.pages.place import Place
from autodialer_async.emulator.pages.regions import REGIONS
from autodialer_async.emulator.pages.visitor import THEMES

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.visitor import Visitor

__all__ = ["Rendering"]


class Rendering:
    """Renders one emulator's page.

    Args:
        emulator: Whose page it is.
        visitor: For whom.
        base: The path under which the page is mounted.
    """

    def __init__(self, emulator: Emulator, visitor: Visitor, base: str) -> None:
        self._emulator = emulator
        self._tongue = visitor.tongue
        self._common = {"t": visitor.tongue, "visitor": visitor, "base": base, "themes": THEMES}

    def page(self, place: Place, *, problem: str | None = None) -> str:
        """The whole page; `problem` says why the last wish was not granted."""
        parts = {name: self.region(name, place) for name in REGIONS}
        return self._render("page.html", place=place, parts=parts, problem=problem)

    def region(self, name: str, place: Place) -> str:
        """One region."""
        return self._render(f"regions/{name}.html", place=place, **REGIONS[name](self._emulator, self._tongue, place))

    def feed_rows(self, rows: list[Any], more: int) -> str:
        """New rows of the feed; `more` are not among them."""
        return self._render("regions/feed_rows.html", rows=rows, more=more)

    def payload(self, view: dict[str, Any], place: Place, *, alone: bool) -> str:
        """One delivery, as a page of its own or to be put into a window of the page."""
        return self._render("payload.html" if alone else "regions/payload.html", place=place, **view)

    def _render(self, template: str, **values: Any) -> str:
        return _environment.get_template(template).render(self._common, **values)


def _clock_time(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")


def _day_and_time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


_environment = Environment(
    loader=PackageLoader("autodialer_async.emulator.pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "clock_time": _clock_time,
    "day_and_time": _day_and_time,
    "masked_name": masked_name,
    "masked_phone": masked_phone,
    "spaced_phone": spaced_phone,
}

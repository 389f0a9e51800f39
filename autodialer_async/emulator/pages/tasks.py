"""Accepted lists and how far their calls are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from autodialer_async.emulator.pages.paging import open_page

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place
    from autodialer_async.emulator.views import TaskState

__all__ = ["Segment", "segments", "tasks_region"]

_PAGE: Final = 8


@attrs.frozen
class Segment:
    """A part of a progress bar.

    Attributes:
        state: Which records it stands for.
        begin: Where it begins, in percent of the bar.
        width: In percent of the bar.
    """

    state: str
    begin: float
    width: float


def segments(task: TaskState) -> tuple[Segment, ...]:
    """The bar of a task: finished records, those on the line, those between attempts."""
    begin = 0.0
    bar: list[Segment] = []
    for state, count in (("done", task.done), ("dialling", task.dialling), ("waiting", task.waiting)):
        if count:
            width = 100 * count / task.size
            bar.append(Segment(state, begin, width))
            begin += width
    return tuple(bar)


def tasks_region(emulator: Emulator, _tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the tasks is given."""
    tasks, pager = open_page(lambda offset, limit: emulator.task_states(offset=offset, limit=limit), place.tasks, _PAGE)
    return {"tasks": [(task, segments(task)) for task in tasks.items], "pager": pager, "base_url": emulator.base_url}

"""The hours of each row: its own, those of a row above it, or the list's; in the server's time."""

from __future__ import annotations

from datetime import date, time, tzinfo
from functools import lru_cache

import attrs

from autodialer_async.call_list.hours import Weekdays, convert_window, read_window, zone_of
from autodialer_async.models import CallWindow

__all__ = ["HoursError", "HoursRules", "RowHours"]

# What the service's page gives a record without hours.
_PAGE_HOURS = CallWindow(time(10), time(19))
_NO_SERVER_TZ = (
    "hours in the subscriber's zone need the service's own: --server-tz (server_tz=); or leave the column out: "
    '--column zone= (columns={"zone": None})'
)


class HoursError(ValueError):
    """Hours, a zone or days that cannot be kept.

    Attributes:
        field: The field at fault.
        unreadable: Whether the cell is at fault; else the row just is not to be called now.
    """

    def __init__(self, problem: str, field: str, *, unreadable: bool = True) -> None:
        super().__init__(problem)
        self.field = field
        self.unreadable = unreadable


@attrs.frozen
class HoursRules:
    """What holds for a list as a whole.

    Attributes:
        on: The day of loading.
        window: Hours of the rows that have none, in the subscriber's time where the row names a zone, else in the
            server's. None: they go without, and take those of the record before them.
        weekdays: Days of the rows that name none; None: any.
        server_tz: Zone of the service.
    """

    on: date
    window: CallWindow | None = None
    weekdays: Weekdays | None = None
    server_tz: tzinfo | None = None


class RowHours:
    """Hours of the rows of one list, asked for from the top: a row without hours takes those of the row above.

    That is the page's rule. It is kept here as well as in the client, because the client does not see the rows that
    were set aside, and because hours are inherited as they were written, each row in its own zone.

    Args:
        rules: What holds for the whole list.
        zoned: Whether the list names zones: then every row gets hours, so that none inherits converted ones.
    """

    def __init__(self, rules: HoursRules, *, zoned: bool = False) -> None:
        self._rules = rules
        self._inherited = rules.window or (_PAGE_HOURS if zoned else None)
        # Lists have few different cells.
        self._read_once = lru_cache(maxsize=4096)(self._read)

    def of_row(
        self, start: str = "", stop: str = "", hours: str = "", zone: str = "", weekdays: str = ""
    ) -> CallWindow | None:
        """The hours of the next row by its cells, `""` where it has none.

        Raises:
            HoursError: A cell that cannot be read, hours that cross the server's midnight, or a row that is not to be
                called on this day.
        """
        own = self._read_once(start, stop, hours, zone, weekdays, self._inherited)
        if isinstance(own, HoursError):
            raise own
        self._inherited = own.inherited
        if own.problem is not None:
            raise own.problem
        return own.window

    def _read(  # noqa: PLR0917 - cells of one row, and the key under which they are remembered
        self, start: str, stop: str, hours: str, zone: str, weekdays: str, inherited: CallWindow | None
    ) -> _Own | HoursError:
        field = "hours" if hours else "start"
        try:
            if bool(start) != bool(stop):
                raise ValueError("one time of the two: give both or none")  # noqa: TRY301 - as the readers' own
            written = read_window(start or hours, stop or None) if start or hours else inherited
        except ValueError as error:
            return HoursError(str(error), field)
        rules = self._rules
        window, problem, field = written, None, "zone"
        try:
            if zone and written is not None:
                if rules.server_tz is None:
                    raise ValueError(_NO_SERVER_TZ)  # noqa: TRY301 - told as the readers tell theirs
                window = convert_window(written, zone_of(zone), rules.server_tz, rules.on)
            field = "weekdays"
            days = Weekdays.from_text(weekdays) if weekdays else rules.weekdays
            if days is not None and rules.on not in days:
                today = Weekdays(frozenset({rules.on.weekday()}))
                problem = HoursError(f"to be called on {days}, not on {today}", field, unreadable=False)
        except ValueError as error:
            problem = HoursError(str(error), field)
        return _Own(written, window, problem)


@attrs.frozen
class _Own:
    """What the cells of a row say: hours as written, as they go to the service, and why it cannot be called."""

    inherited: CallWindow | None
    window: CallWindow | None
    problem: HoursError | None

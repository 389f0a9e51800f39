"""`read_calls`: what a user says of a list, made ready once and checked."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import IO, Literal

from autodialer_async.call_list.call_list import CallList
from autodialer_async.call_list.columns import ColumnChoice
from autodialer_async.call_list.hours import Weekdays, read_window
from autodialer_async.call_list.number_set import NumberSet
from autodialer_async.call_list.options import DuplicatesBy, ListOptions
from autodialer_async.call_list.phones import PhoneKind, PhoneRules
from autodialer_async.call_list.readers import ReadOptions, TableSource
from autodialer_async.call_list.row_hours import HoursRules
from autodialer_async.call_list.stop_numbers import read_stop_numbers
from autodialer_async.errors import ConfigurationError, InvalidCall
from autodialer_async.models import CallWindow, canonical_phone

__all__ = ["read_calls"]


def read_calls(
    source: str | os.PathLike[str] | IO[str] | IO[bytes],
    *,
    columns: Mapping[str, ColumnChoice] | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | int | None = None,
    header: int | None = None,
    hidden: Literal["skip", "read"] = "skip",
    phones: Literal["first", "each"] = "first",
    default_area_code: str | None = None,
    allow: Iterable[PhoneKind | str] = (),
    duplicates: Literal["drop", "keep"] = "drop",
    duplicates_by: DuplicatesBy = "phone",
    stop_lists: Iterable[str | os.PathLike[str]] = (),
    only_numbers: Collection[str | int] | None = None,
    max_rows: int | None = None,
    hours: CallWindow | str | None = None,
    weekdays: Weekdays | str | None = None,
    server_tz: tzinfo | None = None,
    on: date | None = None,
    generation_type: str | int | None = None,
    max_rejected: int = 1000,
) -> CallList:
    r"""Reads a call list as people have it: CSV and text, XLSX, XLS, ODS, JSON Lines, Parquet, also packed with gzip.

    What the file is, its encoding, its delimiter, its header and its columns are found out; what is said here goes
    before that. Every row gives a call or is listed with the reason why not.

    Args:
        source: A path, `"-"` for standard input, or an open file, which is left open.
        columns: Field to column: `{"phone": "Контакт", "var1": "Сумма"}`. Fields are those of `Call`; `start`, `stop`
            or `hours`, `zone` and `weekdays`; and `extra.NAME`. Columns are named by their header, by their number from
            1 or by their letter; `phone` and `name` may have several; None: the list has no such field. Fields
            that are not given are looked for by the columns' names.
        encoding: Of a text, by any name Python knows it.
        delimiter: One character between the cells of a text, or `"tab"`.
        sheet: Name of a workbook's sheet, or its number from 1; the first that holds anything by default.
        header: Row of the header, from 1, counted over the whole file; 0: there is none.
        hidden: What to do with rows that a sheet does not show.
        phones: `"first"` calls the first number of a row, `"each"` gives a call for each; the second has the id of
            its row with `-2` behind it, and so on.
        default_area_code: Code of the town whose numbers stand in the list without one, such as `"343"`.
        allow: Further kinds of numbers that may be called: `foreign`, `toll_free`, `premium`, `short`.
        duplicates: What to do with a phone that stands in an earlier row: `"drop"` keeps the first row only and lists
            the others as rejected, over the whole list; `"keep"` gives them all, and such people may be called twice.
        duplicates_by: `"phone_and_scenario"` lets one phone stand once for each scenario.
        stop_lists: Files of numbers that are not to be called, of any kind that is read here.
        only_numbers: The only numbers that may be called: your own phone, for a first try.
        max_rows: Refuse a longer list: a file given as a path before anything of it is given out.
        hours: Hours of the rows that have none, such as `"10:00-19:00"`.
        weekdays: Days of the rows that name none, such as `"пн-пт"`; rows for other days than `on` are set aside.
        server_tz: The service's time zone; hours of rows that name the subscriber's are converted to it.
        on: The day of loading; today in `server_tz`, else on this machine.
        generation_type: Scenario of the rows that name none.
        max_rejected: How many rejected rows to keep for `CallList.rejected`; their counts are always exact.

    Returns:
        The list. The beginning of a file given as a path is read at once, the rows as they are asked for.

    Raises:
        CallListError: A file that cannot be read as a list; also while iterating.
        ConfigurationError: An argument that makes no sense.

    Example:
        >>> import io
        >>> calls = read_calls(io.StringIO("Код;ФИО;Телефон\n7;Петров;8 (922) 222-00-00\n8;Иванов;8922\n"))
        >>> list(calls)
        [Call(id='7', phone='89*******00', name='***')]
        >>> calls.counts.read, calls.counts.valid, calls.rejected[0].row
        (2, 1, 2)
    """
    try:
        rules = PhoneRules(default_area_code, frozenset(map(PhoneKind, allow)))
        window = read_window(hours) if isinstance(hours, str) else hours
        days = Weekdays.from_text(weekdays) if isinstance(weekdays, str) else weekdays
        only = None if only_numbers is None else NumberSet(map(canonical_phone, only_numbers))
    except InvalidCall as error:
        raise ConfigurationError(f"only_numbers: {error.reason}") from None
    # A missing extra: it is named, with the install command.
    except (TypeError, ValueError, ImportError) as error:
        raise ConfigurationError(str(error)) from None
    if (header is not None and header < 0) or (max_rows is not None and max_rows < 1):
        raise ConfigurationError("header is a row from 1, or 0 for none; max_rows is at least 1")
    day = on or datetime.now(server_tz).astimezone(server_tz).date()
    stops = [read_stop_numbers(path, default_area_code) for path in stop_lists]
    options = ListOptions(
        HoursRules(day, window, days, server_tz),
        columns=dict(columns or {}),
        header=header,
        rules=rules,
        phones=phones,
        duplicates=duplicates,
        duplicates_by=duplicates_by,
        stop_lists={stop.name: stop.numbers for stop in stops},
        only_numbers=only,
        max_rows=max_rows,
        generation_type=None if generation_type in (None, "") else str(generation_type),
        max_rejected=max_rejected,
    )
    remarks = {
        f"rows of the stop list {stop.name} hold no number that can be read: whom they mean may be called": count
        for stop in stops
        if (count := stop.unreadable)
    }
    calls = CallList(TableSource(source, ReadOptions(encoding, delimiter, sheet, hidden)), options, remarks)
    calls.check_header()
    return calls

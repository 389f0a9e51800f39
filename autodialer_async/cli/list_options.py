"""What `check` and `upload` are told about a list: one set of options."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from autodialer_async.call_list import PhoneKind, Weekdays, zone_of
from autodialer_async.errors import ConfigurationError

__all__ = [
    "Allow",
    "Clean",
    "Columns",
    "DefaultAreaCode",
    "Delimiter",
    "Duplicates",
    "DuplicatesBy",
    "Encoding",
    "HeaderRow",
    "Hidden",
    "ListFile",
    "MaxRows",
    "On",
    "OnlyNumbers",
    "PhoneColumns",
    "Phones",
    "Rejected",
    "ServerTz",
    "Sheet",
    "ShowNumbers",
    "StopLists",
    "WeekdaysOption",
    "list_arguments",
]


def _weekdays(text: str) -> Weekdays:
    try:
        return Weekdays.from_text(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _zone(text: str) -> tzinfo:
    try:
        return zone_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a day looks like 2026-11-23") from None


ListFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A list: CSV, text, XLSX, XLS, ODS, JSON Lines, Parquet, also .gz; - reads standard input."
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FIELD=COLUMN",
        help="Take a field from this column, by its name, number or letter: --column var1=Сумма. Repeatable; "
        "FIELD= takes it from nowhere.",
    ),
]
PhoneColumns = Annotated[
    list[str] | None,
    typer.Option("--phone-column", metavar="COLUMN", help="The phone's column; several are tried in this order."),
]
Encoding = Annotated[str | None, typer.Option(metavar="NAME", help="Encoding of a text, such as cp1251.")]
Delimiter = Annotated[str | None, typer.Option(metavar="CHARACTER", help="Between the cells of a text; tab for TAB.")]
Sheet = Annotated[str | None, typer.Option(metavar="NAME", help="Sheet of a workbook, by its name or number.")]
HeaderRow = Annotated[
    int | None,
    typer.Option("--header", min=0, metavar="ROW", help="Row of the column names, from 1; 0: there is none."),
]
Hidden = Annotated[Literal["skip", "read"], typer.Option(help="What to do with hidden rows of a sheet.")]
Phones = Annotated[
    Literal["first", "each"], typer.Option(help="Call the first number of a row, or each of its numbers.")
]
DefaultAreaCode = Annotated[
    str | None, typer.Option(metavar="CODE", help="Area code of local numbers that stand without one, such as 343.")
]
Allow = Annotated[
    list[PhoneKind] | None, typer.Option(metavar="KIND", help="Also call foreign, toll_free, premium or short numbers.")
]
Duplicates = Annotated[
    Literal["drop", "keep"], typer.Option(help="What to do with a phone that stands in an earlier row.")
]
DuplicatesBy = Annotated[Literal["phone", "phone_and_scenario"], typer.Option(help="What makes two rows the same.")]
StopLists = Annotated[
    list[Path] | None,
    typer.Option("--stop-list", metavar="FILE", help="A list of numbers that are not to be called. Repeatable."),
]
OnlyNumbers = Annotated[
    list[str] | None,
    typer.Option(metavar="PHONE", help="Call nobody but these: your own phone, for a first try. Repeatable."),
]
MaxRows = Annotated[int | None, typer.Option(min=1, metavar="N", help="Refuse a longer list.")]
WeekdaysOption = Annotated[
    Weekdays | None,
    typer.Option("--weekdays", parser=_weekdays, metavar="DAYS", help="Days of the list, such as пн-пт or mon-fri."),
]
ServerTz = Annotated[
    tzinfo | None,
    typer.Option(
        parser=_zone,
        metavar="ZONE",
        help="The service's time zone, such as МСК: hours in the subscriber's zone need it.",
    ),
]
On = Annotated[
    date | None, typer.Option(parser=_date, metavar="DATE", help="The day of loading, where it is not today.")
]
Rejected = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the rows set aside, with the reason, as a CSV for Excel.")
]
Clean = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write the calls as a CSV for Excel that is read as it is.")
]
ShowNumbers = Annotated[bool, typer.Option("--show-numbers", help="Show the cells of the examples unmasked.")]


def list_arguments(*, columns: Iterable[str] | None, phone_columns: list[str] | None, **others: Any) -> dict[str, Any]:
    """The arguments of `read_calls`.

    Raises:
        ConfigurationError: A `--column` that is not FIELD=COLUMN, or the phone's column said twice.
    """
    chosen: dict[str, Any] = {}
    for text in columns or ():
        field, equals, column = (part.strip() for part in text.partition("="))
        if not equals or not field:
            raise ConfigurationError(f"--column {text[:40]!r}: it looks like --column var1=Сумма")
        if field in chosen:
            raise ConfigurationError(f"--column {field}=… stands twice")
        chosen[field] = column or None
    if phone_columns:
        if "phone" in chosen:
            raise ConfigurationError("give --phone-column or --column phone=…, not both")
        chosen["phone"] = phone_columns
    only = others.pop("only_numbers", None)
    return {
        "columns": chosen,
        "only_numbers": [number for text in only for number in text.split(",")] if only else None,
        **{name: value for name, value in others.items() if value is not None},
    }

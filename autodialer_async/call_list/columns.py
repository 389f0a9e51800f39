"""Which column of a list holds which field of a call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from autodialer_async.errors import CallListError

__all__ = ["fields_of_header"]

# The names of `Call` and, where they differ, those of the service's page, both without regard to case.
_FIELDS = {
    name.lower(): field
    for field, names in {
        "id": ("id",),
        "phone": ("phone",),
        "name": ("name",),
        "uuid": ("uuid", "UUID"),
        "var1": ("var1",),
        "var2": ("var2",),
        "var3": ("var3",),
        "generation_type": ("generation_type", "generationtype"),
    }.items()
    for name in names
}
_REQUIRED = ("id", "phone")
_LIKE_A_NUMBER = re.compile(r"\+?[\d\s().-]{10,}")


def fields_of_header(header: Sequence[str], name: str) -> list[str]:
    """The field of `Call` that each column holds, in the order of the columns.

    Args:
        header: Cells of the first row.
        name: What to call the file in an error.

    Raises:
        CallListError: The row is no header, a column is not understood or stands twice, `id` or `phone` is missing.
    """
    if any(_LIKE_A_NUMBER.fullmatch(cell.strip()) for cell in header):
        raise CallListError(
            f"{name}: the first row holds a number, so it is no header; put the column names above it; {_understood()}"
        )
    fields = [_FIELDS.get(cell.strip().lower()) for cell in header]
    found = f"columns found: {', '.join(repr(cell[:40]) for cell in header[:40])}; {_understood()}"
    unknown = [cell for cell, field in zip(header, fields, strict=True) if field is None]
    if unknown:
        raise CallListError(f"{name}: column {unknown[0][:40]!r} is not understood; {found}")
    known = [field for field in fields if field is not None]
    twice = [field for field in known if known.count(field) > 1]
    if twice:
        raise CallListError(f"{name}: two columns for {twice[0]}; {found}")
    missing = [field for field in _REQUIRED if field not in known]
    if missing:
        raise CallListError(f"{name}: no column {missing[0]!r}; {found}")
    return known


def _understood() -> str:
    return f"understood: {', '.join(_FIELDS)}, separated by commas"

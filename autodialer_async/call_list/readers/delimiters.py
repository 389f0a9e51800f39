"""What stands between the cells of a text: found from its rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from autodialer_async.errors import CallListError

__all__ = ["given_delimiter", "likely_delimiter", "told_delimiter"]

# The comma is last: it is also what stands before kopecks and between a surname and a name.
_DELIMITERS = (";", "\t", "|", ",")
_TOLD = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def told_delimiter(line: str) -> str | None:
    """What a first line such as `sep=;` says to Excel, or None where the line is none.

    Example:
        >>> told_delimiter("sep=;")
        ';'
    """
    told = _TOLD.fullmatch(line)
    return told[1] if told else None


def given_delimiter(given: str, name: str) -> str:
    """The delimiter that a user means: one character, or the tabulator by its name."""
    if given.lower() in ("tab", "\\t"):
        return "\t"
    if len(given) != 1 or given in '\r\n"':
        raise CallListError(f"{name}: delimiter= (--delimiter) is one character such as ; or , or tab, not {given!r}")
    return given


def likely_delimiter(lines: Sequence[str]) -> str | None:
    r"""The delimiter that cuts the rows most evenly, or None where none cuts half of them: a list of one column.

    What counts is the share of rows cut from the first one on (a title above the header may hold a comma, and its
    header none), then their number. A delimiter within quotes cuts nothing.

    Args:
        lines: The first lines with their ends; a quoted cell may run over several.

    Example:
        >>> likely_delimiter(["Телефон;Сумма\n", "89222220000;85819,06\n"])
        ';'
    """
    best, most = None, (0.0, 0)
    for delimiter in _DELIMITERS:
        cut, rows, above = _cut(lines, delimiter)
        if cut and 2 * cut >= rows and (cut / (rows - above), cut) > most:
            best, most = delimiter, (cut / (rows - above), cut)
    return best


def _cut(lines: Sequence[str], delimiter: str) -> tuple[int, int, int]:
    """How many rows it cuts, how many rows hold anything, and how many of these stand above the first cut one."""
    cut = rows = above = 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        try:
            for cells in reader:
                if any(map(str.strip, cells)):
                    rows += 1
                    cut += len(cells) > 1
                    above += not cut
        except csv.Error:
            # Its quotes may be at fault, or else the delimiter: then it does not stand beside them.
            rows += 1
            line = lines[reader.line_num - 1]
            cut += f'{delimiter}"' in line or f'"{delimiter}' in line
            above += not cut
        else:
            return cut, rows, above

"""Reading back what `autodialer history --out rows.jsonl` wrote."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallDetail, Disposition, ResultCode

__all__ = ["read_json_lines"]


def read_json_lines(file: str | os.PathLike[str]) -> Iterator[CallDetail]:
    """Rows of history from a JSON Lines file, one at a time; codes are read as they were when it was written.

    Args:
        file: As `autodialer history --out rows.jsonl` or `write_table` wrote it.

    Raises:
        ConfigurationError: The file cannot be read, or a line is no row; names file and line.

    Example:
        >>> from datetime import date
        >>> receipt = await dialer.newcall(phone="89222220007", generation_type=1, immediate=True)
        >>> done = await dialer.export_history("rows.jsonl", date.today())
        >>> [row.code.raw for row in read_json_lines("rows.jsonl")]
        ['ANSWERED 16']
    """
    path = Path(file)
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _row(orjson.loads(line))
                    except (ValueError, KeyError, TypeError) as error:
                        raise ConfigurationError(f"{path}, line {number}: no row of history ({_why(error)})") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error


def _row(fields: dict[str, Any]) -> CallDetail:
    dst = _text(fields["dst"])
    if dst is not None and "*" in dst:
        raise ValueError("its number is masked: `autodialer history --out FILE` writes whole ones")
    task, time, code, seconds = (fields[name] for name in ("query_id", "time", "code", "seconds"))
    if seconds is not None and type(seconds) is not int:
        raise ValueError("seconds is no whole number")
    return CallDetail(
        None if task is None else int(task),
        dst,
        None if time is None else datetime.fromisoformat(time),
        None
        if code is None
        else ResultCode(code, fields.get("word"), fields.get("number"), Disposition(fields["disposition"])),
        seconds,
        {},
        _text(fields.get("problem")),
    )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ValueError("a text was expected")


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing"
    # Parsers quote what they read, and that may be somebody's number.
    return str(error) if type(error) is ValueError and "its number" in str(error) else "unreadable"

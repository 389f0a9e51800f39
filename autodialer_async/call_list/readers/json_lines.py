"""JSON Lines: one object a line, numbers with all their digits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from autodialer_async.call_list.readers.cells import float_text
from autodialer_async.call_list.readers.damage import readable
from autodialer_async.call_list.readers.row import BrokenRow, Row
from autodialer_async.errors import CallListError

__all__ = ["json_names", "json_object", "json_rows"]

# A header of more would make every row that long.
_MOST_NAMES = 16_384


def json_object(line: str) -> dict[str, Any] | None:
    """The object that a line holds, its numbers as text; None where it holds none."""
    value = _parsed(line)
    return value if isinstance(value, dict) else None


def json_names(lines: Iterable[str], name: str) -> list[str]:
    """The names of all objects, in the order in which they first stand."""
    names: dict[str, None] = {}
    for line in lines:
        names.update(dict.fromkeys(json_object(line) or ()))
        if len(names) > _MOST_NAMES:
            raise CallListError(f"{name}: over {_MOST_NAMES:,} different names in its JSON objects; a list has columns")
    return list(names)


def json_rows(lines: Iterable[str], names: list[str], name: str) -> Iterator[Row]:
    """The names as header, then a row a line: lists and objects within as JSON, null as an empty cell."""
    yield list(names)
    with readable(name):
        for line in lines:
            if not line.strip():
                yield []
                continue
            value = _parsed(line)
            if isinstance(value, dict):
                yield [_text(value.get(column)) for column in names]
            else:
                yield BrokenRow(value if isinstance(value, str) else "no JSON object")


def _parsed(line: str) -> Any:
    """The value, or what is wrong in words."""
    try:
        value = _DECODER.decode(line.strip())
    except json.JSONDecodeError as error:
        return f"no JSON ({error.msg} at character {error.pos + 1})"
    except _TwiceNamed:
        return "a name stands twice in its JSON object"
    except RecursionError:
        return "JSON nested too deep"
    return None if isinstance(value, str) else value


class _TwiceNamed(Exception):
    pass


def _named(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise _TwiceNamed
    return named


class _Number(str):
    __slots__ = ()


def _float(text: str) -> _Number:
    # An exponent may have lost digits: it is handed on for the phone reader to judge.
    return _Number(text if "e" in text.lower() else float_text(float(text)))


_DECODER = json.JSONDecoder(object_pairs_hook=_named, parse_int=_Number, parse_float=_float, parse_constant=_Number)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return json.dumps(value, ensure_ascii=False)

"""The shapes in which an answer may come: protocol.md, row 11 of 'Choices where the page is silent'."""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

__all__ = [
    "ShapeError",
    "body_text",
    "error_named_in",
    "fields_of",
    "mentions",
    "number_in",
    "objects_in",
    "parse",
    "whole_number",
]

# Where JSON may begin behind a server's notices: at a line's start, or right after a tag of its HTML.
_BEGINNING = re.compile(r"(?:^|>)[ \t]*([\[{])", re.MULTILINE)
_MOST_BEGINNINGS = 50


class ShapeError(ValueError):
    """An answer, or a part of it, that is not what it should be; the text is fit for an error."""


class _Ambiguous(dict[str, Any]):
    """A JSON object in which one name stands twice, but for its case."""


def body_text(body: bytes) -> str:
    """The body as text: UTF-8, else cp1251; a BOM is cut off."""
    try:
        return body.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError:
        return body.decode("cp1251", "replace")


def parse(text: str) -> object:
    """The JSON value in an answer, with integers of any size; notices before it are cut off.

    Raises:
        ShapeError: There is no JSON, or it does not run to the end of the text.
    """
    text = text.strip()
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        pass
    for count, beginning in enumerate(_BEGINNING.finditer(text)):
        if count == _MOST_BEGINNINGS:
            break
        try:
            value, end = _DECODER.raw_decode(text, beginning.start(1))
        except (ValueError, RecursionError):
            continue
        if end == len(text):
            return cast("object", value)
        break
    raise ShapeError("the answer is not JSON")


def _refuse_constant(name: str) -> NoReturn:
    raise ShapeError(f"{name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len({name.casefold() for name in fields}) < len(pairs):
        return _Ambiguous(fields)
    return fields


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_refuse_constant)


def fields_of(value: object) -> dict[str, Any]:
    """The fields of a JSON object, names in lower case; one object in a list counts as the object.

    Raises:
        ShapeError: It is no object, or one name stands in it twice.
    """
    value = _only(value)
    if not isinstance(value, dict):
        raise ShapeError("not a JSON object")
    fields = {name.casefold(): held for name, held in cast("dict[str, Any]", value).items()}
    if isinstance(value, _Ambiguous) or len(fields) < len(cast("dict[str, Any]", value)):
        raise ShapeError("a field stands twice in the answer")
    return fields


def objects_in(value: object) -> list[dict[str, Any]]:
    """The answer's object and those one level below it, as `fields_of` gives them; none where it is no object.

    Raises:
        ShapeError: One name stands twice in one of them.
    """
    if not isinstance(_only(value), dict):
        return []
    top = fields_of(value)
    return [top, *(fields_of(held) for held in top.values() if isinstance(_only(held), dict))]


def _only(value: object) -> object:
    if not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    return items[0] if len(items) == 1 else items


def whole_number(fields: Mapping[str, Any], name: str) -> int:
    """A field that is an integer or text of decimal digits, not negative; of any size.

    Raises:
        ShapeError: It is absent or anything else; the text does not show it.
    """
    value = fields.get(name)
    if isinstance(value, str):
        try:
            return number_in(value)
        except ValueError:
            pass
    elif isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ShapeError(f"{name} is {'missing' if name not in fields else 'not a whole number'}")


def number_in(text: str) -> int:
    """The integer of any size in text of decimal digits.

    Raises:
        ValueError: It is anything else, or has more digits than the interpreter turns into a number.
    """
    if text.isascii() and text.isdigit():
        return int(text)
    raise ValueError("not a whole number")


def mentions(value: object, names: AbstractSet[str]) -> bool:
    """Whether an object at the top or one level below has one of the fields, readable or not."""
    top = _only(value)
    if not isinstance(top, dict):
        return False
    levels = [cast("dict[str, object]", top)]
    levels += [cast("dict[str, object]", held) for held in map(_only, levels[0].values()) if isinstance(held, dict)]
    return any(name.casefold() in names for fields in levels for name in fields)


def error_named_in(value: object) -> str | None:
    """What an object (or one that it wraps) gives as `error`, `errors` or `message`, or None.

    An object that says that there is no error (`"error": 0`, `"errors": []`) names none by its `message`.
    """
    try:
        for fields in objects_in(value):
            errors = [fields[name] for name in ("error", "errors") if name in fields]
            named = [held for held in errors if not _says_nothing(held)]
            message = fields.get("message")
            if not _says_nothing(message) and (named or not errors):
                named.append(message)
            if named:
                # `"error": true` beside a message: the message says it.
                text = next((held for held in named if held is not True), True)
                return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
    except ShapeError:
        pass
    return None


def _says_nothing(held: object) -> bool:
    return not held or (isinstance(held, str) and held.strip().lower() in ("", "0", "false"))

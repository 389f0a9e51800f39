"""The emulator's records as JSON."""

from __future__ import annotations

from math import isinf
from typing import Any, Final, cast

import attrs
import orjson

__all__ = ["as_json", "plain"]

# A number in JavaScript holds no more, and a task's number has 17 digits.
_LARGEST: Final = 2**53


def as_json(value: object) -> bytes:
    """A value with our records in it, written."""
    return orjson.dumps(plain(value), default=lambda other: type(other).__name__)


def plain(value: Any) -> Any:
    """Records as objects by the names of their attributes; infinite is "now", integers over 2⁵³ are texts.

    >>> plain((1.0, float("inf"), 40133707428585176))
    [1.0, 'now', '40133707428585176']
    """
    if isinstance(value, float):
        return "now" if isinf(value) else value
    if isinstance(value, int):
        return value if abs(value) < _LARGEST else str(value)
    if attrs.has(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, dict):
        return {str(name): plain(held) for name, held in cast("dict[object, object]", value).items()}
    if isinstance(value, tuple | list | frozenset | set):
        return [plain(entry) for entry in cast("tuple[object, ...]", value)]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

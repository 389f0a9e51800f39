"""A run of digits and separators, cut into phones where it can be cut in one way only."""

from __future__ import annotations

import re

import attrs

from autodialer_async.call_list.phones.numbering import national_kind
from autodialer_async.call_list.phones.reading import PhoneKind

__all__ = ["Number", "local_number", "numbers_of"]

_GROUP = re.compile(r"([^0-9]*)([0-9]+)")
_NATIONAL_DIGITS = 10
# Two have ten each, or seven behind a `+` and ten.
_ONE_NUMBER = 13
# 8-10 and fifteen digits.
_MOST_DIGITS = 18
_FOREIGN = re.compile(r"(?!7|89)[1-9][0-9]{6,14}")
_LOCAL_FIRST = "12345679"


@attrs.frozen
class Number:
    """A number that the numbering plan knows.

    Attributes:
        wire: As it is sent.
        kind: What sort of number it is.
    """

    wire: str
    kind: PhoneKind


def numbers_of(run: str) -> list[Number]:
    """The numbers of a run, in order, none of its digits left over; empty where there is no way or more than one.

    Cuts fall between groups of digits only: `8922222000089121112233` is no two numbers.
    """
    groups = _GROUP.findall(run)
    digits = "".join([group[1] for group in groups])
    if len(digits) <= _ONE_NUMBER:
        # So few are one number or none; most runs are such.
        whole = None if any("+" in before for before, _ in groups[1:]) else _number(groups[0][0], digits)
        return [] if whole is None else [whole]
    # The ways to cut what follows each group: no way, the only way, or more than one.
    ways: list[list[list[Number]]] = [[] for _ in groups] + [[[]]]
    for first in range(len(groups) - 1, -1, -1):
        digits = ""
        for last in range(first, len(groups)):
            if last > first and "+" in groups[last][0]:
                break
            digits += groups[last][1]
            if len(digits) > _MOST_DIGITS or len(ways[first]) > 1:
                break
            if ways[last + 1] and (number := _number(groups[first][0], digits)):
                ways[first] += [[number, *rest] for rest in ways[last + 1]]
    return ways[0][0] if len(ways[0]) == 1 else []


def local_number(run: str, area_code: str) -> Number | None:
    """The number of a run that is a town's number without its code, or None."""
    digits = re.sub(r"[^0-9]", "", run)
    if "+" in run or len(area_code) + len(digits) != _NATIONAL_DIGITS or digits[0] not in _LOCAL_FIRST:
        return None
    kind = national_kind(area_code + digits)
    return None if kind is None else Number(f"8{area_code}{digits}", PhoneKind(kind))


def _number(before: str, digits: str) -> Number | None:
    """A number of these digits, by what stands before them."""
    if "+" in before:
        return _international(digits)
    if len(digits) == _NATIONAL_DIGITS + 1 and digits[0] in "78":
        return _national(digits[1:])
    # Ten digits that begin with 8 may be eleven that lost one, with 7 a company's INN, unless brackets show the code.
    if len(digits) == _NATIONAL_DIGITS and (digits[0] not in "78" or before.endswith("(")):
        return _national(digits)
    for prefix in ("810", "00"):
        if digits.startswith(prefix) and len(digits) > _NATIONAL_DIGITS + 1:
            return _international(digits.removeprefix(prefix))
    return None


def _international(digits: str) -> Number | None:
    if digits[0] == "7" and len(digits) == _NATIONAL_DIGITS + 1:
        return _national(digits[1:])
    return Number(f"+{digits}", PhoneKind.FOREIGN) if _FOREIGN.fullmatch(digits) else None


def _national(digits: str) -> Number | None:
    kind = national_kind(digits)
    return None if kind is None else Number(f"8{digits}", PhoneKind(kind))

"""The numbers in the text of a cell, and the digits that are none."""

from __future__ import annotations

import re

import attrs

from autodialer_async.call_list.phones.split import Number, local_number, numbers_of
from autodialer_async.call_list.phones.words import EXTENSION, stands_for_other

__all__ = ["Scan", "Spotted", "scan"]

_EXTENSION = re.compile(EXTENSION)
_TOKEN = re.compile(rf"{EXTENSION}|(?P<run>(?:\(\+?|\+[ (]{{0,2}})?[0-9](?:[ ().\-/+]*[0-9])*)")
# 8922222.0000 is an amount; the point of 8.9222220000 and 343.2259631 ends a prefix or a code.
_AMOUNT = re.compile(r"[0-9]{5,9}\.[0-9]+|[0-9]{10,}[.,][0-9]{1,6}")
# A number that a spreadsheet held as one, beside other text.
_WITH_POINT = re.compile(r"([0-9]{10,11})\.0")
# Typed for 0, 1 and 3; the text is in lower case.
_LIKE_DIGITS = frozenset("oоliз")
# What touches a run: letters, or signs of number of other scripts; and whether digits touch its other end.
_WORD = re.compile(r"((?:(?![0-9_])\w)+)([0-9]?)")
# «Тел1 8922…»
_NUMBERED_LABEL = re.compile(r"[^\W\d_]{2}[1-9] $")
_LONGEST_LABEL = 30


@attrs.define
class Spotted:
    """A number at its place in the cell.

    Attributes:
        number: The number.
        extension: Digits of the extension behind it, or None.
    """

    number: Number
    extension: str | None = None


@attrs.define
class Scan:
    """What a cell's text holds.

    Attributes:
        spotted: Its numbers, in order, also repeated ones.
        left: Runs of digits that are no numbers.
        others: What runs are that stand behind a word such as «факс» or «ИНН».
        broken: Whether a letter, or a digit of another script, stands among the digits of a run.
    """

    spotted: list[Spotted] = attrs.field(factory=list[Spotted])
    left: list[str] = attrs.field(factory=list[str])
    others: list[str] = attrs.field(factory=list[str])
    broken: bool = False


def scan(text: str, area_code: str | None) -> Scan:
    """Finds the numbers of a text in lower case, without typography and without the digits of dates and the like.

    Args:
        text: The text.
        area_code: Code of the town whose numbers stand without one, or None.
    """
    found = Scan()
    if _AMOUNT.fullmatch(text):
        found.left.append(text)
        return found
    end, dialled, loose = 0, False, False
    for token in _TOKEN.finditer(text):
        label = text[end : token.start()]
        end = token.end()
        run = token["run"]
        if run is None:
            # Behind digits that were no number it is nobody's.
            if dialled and not label.strip(" \n,;(."):
                found.spotted[-1].extension = token["extension"]
            dialled = False
        elif other := stands_for_other(label):
            found.others.append(other)
            dialled = False
        else:
            broken = _is_broken(text, *token.span("run"))
            found.broken = found.broken or broken
            # Behind digits that are no number it may be their second half, on a line of its own.
            parts = [] if broken else _parts(run, None if loose and not label.islower() else area_code)
            if not parts and _NUMBERED_LABEL.search(label + run[:2]):
                parts = _parts(run[2:], area_code)
            if not parts:
                found.left.append(run)
            for part in parts:
                if isinstance(part, str):
                    found.left.append(part)
                else:
                    found.spotted += map(Spotted, part)
            dialled = bool(parts) and not isinstance(parts[-1], str)
            loose = not parts
    return found


def _parts(run: str, area_code: str | None) -> list[list[Number] | str]:
    """A run's numbers: together, or else between its slashes; what is none stays text."""
    if numbers := _numbers(run, area_code):
        return [numbers]
    if (match := _WITH_POINT.fullmatch(run)) and (numbers := numbers_of(match[1])):
        return [numbers]
    if "/" not in run:
        return []
    return [_numbers(part, area_code) or part for part in filter(None, run.split("/"))]


def _numbers(run: str, area_code: str | None) -> list[Number]:
    if numbers := numbers_of(run):
        return numbers
    local = local_number(run, area_code) if area_code else None
    return [local] if local else []


def _is_broken(text: str, start: int, stop: int) -> bool:
    """Whether what may stand for digits touches the run: `8922222000O`, `8922З220000`, digits of another script."""
    before = _WORD.match(text[max(start - _LONGEST_LABEL, 0) : start][::-1])
    after = None if _EXTENSION.match(text, stop) else _WORD.match(text, stop)
    return any(
        word and (_LIKE_DIGITS.issuperset(word[1]) or (word[2] and len(word[1]) == 1) or word[1][0].isnumeric())
        for word in (before, after)
    )

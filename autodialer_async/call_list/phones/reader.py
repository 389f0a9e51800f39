"""A cell of a phone's column, read."""

from __future__ import annotations

import re

from autodialer_async.call_list.phones import foreign
from autodialer_async.call_list.phones.cell import CellError, cell_text
from autodialer_async.call_list.phones.lossy import restored
from autodialer_async.call_list.phones.quick import quick_phone
from autodialer_async.call_list.phones.reading import FoundPhone, PhoneKind, PhoneReading, PhoneRules
from autodialer_async.call_list.phones.scan import Scan, scan
from autodialer_async.call_list.phones.text import without_other_digits, without_typography
from autodialer_async.call_list.phones.words import is_empty, says_stop
from autodialer_async.call_list.rejected import RejectReason
from autodialer_async.models import masked_phone

__all__ = ["read_phone"]

_LONGEST_CELL = 500
_SHORT = re.compile(r"[0-9]{3,4}")
_EMERGENCY = frozenset({"112", "101", "102", "103", "104", "911"})
_FREE = frozenset({PhoneKind.MOBILE, PhoneKind.LANDLINE, PhoneKind.KAZAKHSTAN})
# Fewer digits beside a phone are a flat, an hour, a count.
_FEWEST_TOLD = 5
_FEWEST_DIGITS, _MOST_DIGITS = 10, 11
_LOCAL_DIGITS = range(5, 8)
_NAMES = {
    PhoneKind.FOREIGN: "a foreign number",
    PhoneKind.TOLL_FREE: "a toll-free number",
    PhoneKind.PREMIUM: "a number of a service that costs extra",
    PhoneKind.SHORT: "a short number",
}


def read_phone(cell: object, rules: PhoneRules = PhoneRules()) -> PhoneReading:
    """Reads a cell of a phone's column: its numbers, or why it has none that may be called.

    Nothing is padded, cut or guessed: each number found stands in the cell with all its digits, in their order.

    Args:
        cell: Text, or what a table holds in its place: a whole number, a float of one, None, NaN.
        rules: Which kinds of numbers may be called.

    Example:
        >>> reading = read_phone("тел. +7 922 222-00-00 доб. 12, моб. 8.912.111.22.33")
        >>> [phone.phone for phone in reading.phones], reading.phones[0].extension
        (['89222220000', '89121112233'], '12')
        >>> read_phone("8,92222E+10").reason
        <RejectReason.LOSSY: 'lossy'>
    """
    try:
        text = cell_text(cell)
    except CellError as error:
        return PhoneReading((), RejectReason.LOSSY if error.lossy else RejectReason.INVALID, str(error))
    return _read_text(text, rules)


def _read_text(text: str, rules: PhoneRules) -> PhoneReading:
    if phone := quick_phone(text):
        kind = PhoneKind.MOBILE if phone[1] == "9" else PhoneKind.LANDLINE
        return PhoneReading((FoundPhone(phone, None, kind),))
    if len(text) > _LONGEST_CELL:
        return PhoneReading((), RejectReason.INVALID, f"{len(text)} characters are no phone's cell")
    plain = without_typography(text).lower()
    if says_stop(plain):
        return PhoneReading((), RejectReason.STOP, "the cell says not to call")
    if is_empty(plain):
        return PhoneReading((), RejectReason.EMPTY, "no phone")
    return _reading(text, plain, rules)


def _reading(text: str, plain: str, rules: PhoneRules) -> PhoneReading:
    """What the digits of a cell give, if anything."""
    if PhoneKind.SHORT in rules.allow and _SHORT.fullmatch(plain) and plain not in _EMERGENCY:
        return PhoneReading((FoundPhone(plain, None, PhoneKind.SHORT),))
    whole, lost = restored(plain)
    found = scan(without_other_digits(whole), rules.default_area_code)
    phones: dict[str, FoundPhone] = {}
    refused: list[PhoneKind] = []
    for spotted in found.spotted:
        number = spotted.number
        if number.kind is PhoneKind.FOREIGN and not foreign.exists(number.wire):
            found.left.append(number.wire)
        elif number.kind in _FREE or number.kind in rules.allow:
            phones.setdefault(number.wire, FoundPhone(number.wire, spotted.extension, number.kind))
        else:
            refused.append(number.kind)
    if phones:
        numbers = tuple(phones.values())
        return PhoneReading(numbers, warnings=_warnings(numbers, refused, found, lost=lost))
    if refused:
        kind = refused[0]
        return PhoneReading((), RejectReason.NOT_ALLOWED, f"{_NAMES[kind]}; allow {kind} to call it")
    if lost:
        problem = "the file no longer holds all digits; format the column as text and export again"
        return PhoneReading((), RejectReason.LOSSY, problem)
    return PhoneReading((), RejectReason.INVALID, f"{masked_phone(text.strip())!r} {_problem(found)}")


def _warnings(phones: tuple[FoundPhone, ...], refused: list[PhoneKind], found: Scan, *, lost: bool) -> tuple[str, ...]:
    warnings = [
        f"the extension of {_masked(phone)} was kept apart: the service dials the number alone"
        for phone in phones
        if phone.extension is not None
    ]
    if len(phones) > 1:
        warnings.append(f"{len(phones)} numbers: {', '.join(map(_masked, phones))}")
    warnings += [f"{_NAMES[kind]} was set aside" for kind in refused]
    warnings += [f"{other} was set aside" for other in found.others]
    if lost or any(sum(map(str.isdigit, run)) >= _FEWEST_TOLD for run in found.left):
        warnings.append("other digits were set aside: they are no number")
    return tuple(warnings)


def _masked(phone: FoundPhone) -> str:
    # As `masked_phone` does it, which has to look at each character of a text that may be anything.
    return f"{phone.phone[:2]}{'*' * (len(phone.phone) - 4)}{phone.phone[-2:]}"


def _problem(found: Scan) -> str:
    """Why there is no number in a cell, as the end of a sentence."""
    if not found.left:
        return f"is {found.others[0]}, not a phone" if found.others else "has no number in it"
    if found.broken:
        return "is not a phone number: a letter or a foreign sign stands among its digits"
    digits = re.sub(r"[^0-9]", "", max(found.left, key=len))
    count = f"{len(digits)} digits"
    if digits in _EMERGENCY:
        problem = "is an emergency number"
    elif _SHORT.fullmatch(digits):
        problem = f"is not a phone number: {count}; allow short to call short numbers"
    elif len(digits) in _LOCAL_DIGITS:
        problem = f"has no area code: {count}; give default_area_code if all such are of one town"
    elif _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS:
        problem = f"is not a phone number: {count}, and no such number exists; one may be missing"
    else:
        problem = f"is not a phone number: {count}"
    return problem

"""What a cell of a phone's column holds, and which kinds of numbers may be called."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import attrs

from autodialer_async.call_list.phones.foreign import require_library
from autodialer_async.call_list.phones.numbering import is_area_code
from autodialer_async.call_list.rejected import RejectReason
from autodialer_async.models import masked_phone

__all__ = ["FoundPhone", "PhoneKind", "PhoneReading", "PhoneRules"]


class PhoneKind(StrEnum):
    """What sort of number it is.

    Members:
        MOBILE: A Russian mobile number, +7 9xx.
        LANDLINE: A Russian number of a town.
        KAZAKHSTAN: A number of Kazakhstan, which shares +7 and is dialled as `8XXXXXXXXXX` too.
        FOREIGN: A number of another country; on the wire `+…`.
        TOLL_FREE: 8-800 and 8-804, where the called one pays.
        PREMIUM: The other services of 8-80x, where the caller pays extra.
        SHORT: Three or four digits of a town's or an operator's service. Emergency numbers are never called.
    """

    MOBILE = "mobile"
    LANDLINE = "landline"
    KAZAKHSTAN = "kazakhstan"
    FOREIGN = "foreign"
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    SHORT = "short"


def _kinds(kinds: Iterable[PhoneKind | str]) -> frozenset[PhoneKind]:
    if isinstance(kinds, str):
        raise TypeError("allow is a set of PhoneKind, not a str")
    return frozenset(map(PhoneKind, kinds))


@attrs.frozen
class PhoneRules:
    """Which numbers of a list may be called. Subscribers of Russia and Kazakhstan always may.

    Attributes:
        default_area_code: Code of the town whose numbers stand in the list without one, 3 to 5 digits; code and
            number have 10 digits together. None: such numbers are refused.
        allow: Further kinds that may be called: `foreign`, `toll_free`, `premium`, `short`.

    Raises:
        ValueError: No area code of Russia or Kazakhstan; no kind of number.
        TypeError: `allow` is no set of kinds.
        ImportError: Foreign numbers are allowed and the phone library is not installed.

    Example:
        >>> rules = PhoneRules(default_area_code="343", allow={PhoneKind.FOREIGN})
        >>> sorted(rules.allow)
        [<PhoneKind.FOREIGN: 'foreign'>]
    """

    default_area_code: str | None = None
    allow: frozenset[PhoneKind] = attrs.field(default=frozenset[PhoneKind](), converter=_kinds)

    def __attrs_post_init__(self) -> None:
        code = self.default_area_code
        if code is not None and not is_area_code(code):
            raise ValueError(f"default_area_code {code!r} is no area code: 3 to 5 digits, such as 343 or 8342")
        if PhoneKind.FOREIGN in self.allow:
            require_library()


@attrs.frozen(repr=False)
class FoundPhone:
    """One number of a cell. Its repr hides it.

    Attributes:
        phone: As it goes on the wire: `8XXXXXXXXXX`, or `+…` for a foreign number.
        extension: Digits of the extension behind it, which the service cannot dial.
        kind: What sort of number it is.
    """

    phone: str
    extension: str | None
    kind: PhoneKind

    def __repr__(self) -> str:
        return f"FoundPhone({masked_phone(self.phone)!r}, kind={str(self.kind)!r})"


@attrs.frozen
class PhoneReading:
    """What a cell holds: either phones that may be called, or the reason why there are none.

    Attributes:
        phones: In the order of the cell, each once; empty where the cell is refused.
        reason: Why the cell is refused, or None.
        problem: Why, in one sentence, with numbers masked; `""` where it is not refused.
        warnings: What a person should know of the phones found, with numbers masked: an extension that was kept
            apart, a second number, a number set aside.
    """

    phones: tuple[FoundPhone, ...]
    reason: RejectReason | None = None
    problem: str = ""
    warnings: tuple[str, ...] = ()

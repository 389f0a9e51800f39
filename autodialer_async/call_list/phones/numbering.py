"""The numbering plan of +7, as far as it decides whether a number can exist.

Codes of towns and of services. Which mobile codes and ranges are assigned, and to whom, is not known here: all of 9xx
is taken for possible.
"""

from __future__ import annotations

import re
from typing import Literal

__all__ = ["AREA_CODES", "is_area_code", "national_kind"]

# First three digits of the codes of Russian towns, as a regular expression. In full they have 3 to 5 digits: order of
# the Ministry of Communications No. 205 of 25 April 2017, «Российская система и план нумерации».
AREA_CODES = (
    "(?:3(?:0[12]|36|4[1-35-79]|5[1-3]|65|8[1-58]|9[0145])"
    "|4(?:01|1[1356]|2[13467]|7[1-5]|8[1-7]|9[1-689])"
    "|8(?:1[1-8]|2[01]|3[13-6]|4[0-8]|5[15-7]|6[0-35-79]|7[1-37-9]))"
)
# Towns (71x, 72x), mobile networks and the corporate 751 of Kazakhstan; 6xx is kept for it and holds nobody.
_KAZAKHSTAN = "7(?:0[0-25-8]|1[0-8]|2[1-9]|47|51|6[0-4]|7[15-8]|85)"
_KINDS = re.compile(
    rf"(?:(?P<mobile>9\d\d)|(?P<landline>{AREA_CODES})|(?P<kazakhstan>{_KAZAKHSTAN})"
    r"|(?P<toll_free>80[04])|(?P<premium>80[1-35-9]))\d{7}",
    re.ASCII,
)
_AREA_CODE = re.compile(rf"(?:{AREA_CODES}|71[0-8]|72[1-9])\d{{0,2}}", re.ASCII)

NationalKind = Literal["mobile", "landline", "kazakhstan", "toll_free", "premium"]


def national_kind(digits: str) -> NationalKind | None:
    """The kind of a number of +7 by its ten national digits, or None where no such number can exist."""
    match = _KINDS.fullmatch(digits)
    return None if match is None else match.lastgroup  # type: ignore[return-value]  # the names of the groups


def is_area_code(text: object) -> bool:
    """Whether it is the code of a town in Russia or Kazakhstan: 3 to 5 digits."""
    return isinstance(text, str) and _AREA_CODE.fullmatch(text) is not None

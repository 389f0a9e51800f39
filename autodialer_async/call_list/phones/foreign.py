"""The one door to the phone library: can a foreign number exist?"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["exists", "require_library"]

_MISSING = 'foreign numbers need phonenumbers, which is not installed: pip install "autodialer-async[lists]"'


@cache
def _library() -> ModuleType | None:
    # 50 ms and some MB: most lists have no foreign number.
    try:
        import phonenumbers  # noqa: PLC0415 - see above
    except ModuleNotFoundError:
        return None
    return phonenumbers


def require_library() -> None:
    """Raises where numbers could not be checked.

    Raises:
        ImportError: The library is not installed; names the extra that brings it.
    """
    if _library() is None:
        raise ImportError(_MISSING)


def exists(phone: str) -> bool:
    """Whether some country's plan has the number, given as `+…`; True where the library is not there to say no."""
    library = _library()
    if library is None:
        return True
    try:
        number = library.parse(phone, None)
    except library.NumberParseException:
        return False
    # Leading zeros and extensions that the library reads into a number would change its digits.
    unchanged = library.format_number(number, library.PhoneNumberFormat.E164) == phone
    return unchanged and bool(library.is_valid_number(number))

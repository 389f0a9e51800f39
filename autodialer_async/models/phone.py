"""A subscriber's number, in the one form in which records hold it."""

from __future__ import annotations

import re

from autodialer_async.errors import InvalidCall

__all__ = ["canonical_phone", "held_phone", "is_canonical", "masked_digits", "masked_line", "masked_phone"]

_LENGTH = 11
# Blanks (no-break and thin ones too: they arrive by copy and paste), brackets, dots and hyphens.
_SEPARATORS = str.maketrans("", "", " \t\u00a0\u2009\u202f().-")
_RUSSIAN = re.compile(r"(?:8|\+?7)?(\d{10})", re.ASCII)
# Five or more digits, whatever stands between them but letters.
_MAYBE_A_NUMBER = re.compile(r"\d(?:[\W_]*\d){4,}")
_TOO_LARGE = 10**15
_FEWEST_DIGITS = 10
_LONGEST_SHOWN = 24
_SHORT = re.compile(r"\d{3,4}", re.ASCII)
# +89… is nobody's code: it is how people misspell 8 9….
_FOREIGN = re.compile(r"\+(?!7|89)[1-9]\d{6,14}", re.ASCII)


def is_canonical(phone: str) -> bool:
    """Whether `phone` is `8XXXXXXXXXX` already; `canonical_phone` says what else may be."""
    return len(phone) == _LENGTH and phone[0] == "8" and phone.isdigit() and phone.isascii()


def canonical_phone(phone: object) -> str:
    """The number as it goes on the wire: `8XXXXXXXXXX` for any +7 number, `+…` for a foreign one.

    Args:
        phone: Text or a whole number, as `Call` takes it.

    Raises:
        InvalidCall: Anything that is not surely one number; the text shows it masked.

    Example:
        >>> canonical_phone("+7 (922) 222-00-00"), canonical_phone("+375 29 111-22-33")
        ('89222220000', '+375291112233')
    """
    if isinstance(phone, str):
        if is_canonical(phone):
            return phone
        text = phone
    elif isinstance(phone, int) and not isinstance(phone, bool):
        if not 0 < phone < _TOO_LARGE:
            raise InvalidCall("a phone has 10 or 11 digits", field="phone")
        text = str(phone)
    else:
        kind = type(phone).__name__
        why = "; digits may already be lost, give the number as text" if isinstance(phone, float) else ""
        raise InvalidCall(f"a phone is text or an int, not {kind}{why}", field="phone")
    digits = text.translate(_SEPARATORS)
    if match := _RUSSIAN.fullmatch(digits):
        return "8" + match[1]
    if _FOREIGN.fullmatch(digits):
        return digits
    if not digits:
        raise InvalidCall("no phone", field="phone")
    raise InvalidCall(
        f"{masked_phone(text)!r} is not a phone number: "
        "10 digits, 11 beginning with 8 or 7, or + and a foreign country's code",
        field="phone",
    )


def held_phone(sent: str) -> str:
    """The form in which records hold a number that was on the wire: also a short one, which only a call list allows."""
    return sent if _SHORT.fullmatch(sent) else canonical_phone(sent)


def masked_phone(text: str) -> str:
    """The shape of the number in `text` with its digits hidden, but for the two at each end: `89*******00`.

    Text that is not digits and separators is hidden too: somebody's name may stand in the phone's column.
    """
    plain = "".join("*" if character.isalnum() else character for character in text[:_LONGEST_SHOWN])
    digits = sum(character.isdigit() for character in text)
    if digits < _FEWEST_DIGITS or len(text) > _LONGEST_SHOWN or any(character.isalpha() for character in text):
        return plain
    return text[:2] + plain[2:-2] + text[-2:]


def masked_digits(text: str) -> str:
    """A text of the service in which each run of five or more digits, which may be somebody's number, is hidden.

    Example:
        >>> masked_digits("FORWARDED 8 922 222-00-00 after 17 s")
        'FORWARDED *** after 17 s'
    """
    return _MAYBE_A_NUMBER.sub("***", text)


def masked_line(text: str, longest: int) -> str:
    """A text from outside as one line to be shown: as `masked_digits`, without control characters.

    It is cut at `longest` characters.

    Example:
        >>> masked_line("my   number is 8 922 222-00-00", 12)
        'my number is'
    """
    # Also characters that turn the direction of what follows them.
    plain = "".join(character if character.isprintable() else " " for character in masked_digits(text))
    return " ".join(plain.split())[:longest].rstrip()

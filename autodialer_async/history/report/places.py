"""Where a number is from: the one door to phonenumbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

__all__ = ["place_finder"]

# No place of the tables is smaller than a block of a thousand numbers: a look at each block is enough, which
# costs a fraction of one at each number (30 µs).
_IN_A_BLOCK = 3
_MOST_BLOCKS = 100_000


def place_finder(language: str = "en") -> Callable[[str], str | None]:
    """A function that tells where a number (as `Call.phone` has it) is from, or None where the number does not tell.

    Mobile numbers of Russia say nothing of a place; foreign ones give at least the country.

    Args:
        language: Of the names, `en` or `ru`.

    Raises:
        ImportError: The extra `report` is not installed; names the install command.

    Example:
        >>> place_finder()("88123104567")
        'St Petersburg'
    """
    try:
        import phonenumbers  # noqa: PLC0415 - its extra may be missing, and its tables cost 0.3 s
        from phonenumbers import geocoder  # noqa: PLC0415 - as above
    except ModuleNotFoundError as missing:
        raise ImportError(
            f'regions need {missing.name}, which is not installed: pip install "autodialer-async[report]"'
        ) from None

    @lru_cache(_MOST_BLOCKS)
    def place_of_block(block: str) -> str | None:
        text = block + "0" * _IN_A_BLOCK
        try:
            number = phonenumbers.parse(text if text.startswith("+") else f"+7{text[1:]}")
        except phonenumbers.NumberParseException:
            return None
        if number.country_code == 7 and str(number.national_number).startswith("9"):  # noqa: PLR2004 - mobiles of Russia
            return None
        return geocoder.description_for_number(number, language) or None

    return lambda phone: place_of_block(phone[:-_IN_A_BLOCK])

"""The page's two languages: all its texts, and how numbers are written in them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES", "Language", "Tongue", "preferred_language", "tongue"]

Language = Literal["en", "ru"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

_GROUPED_BY: Final[dict[Language, str]] = {"en": ",", "ru": "\u00a0"}
_POINT: Final[dict[Language, str]] = {"en": ".", "ru": ","}
_PERCENT: Final[dict[Language, str]] = {"en": "%", "ru": "\u00a0%"}
_FROM_FIVE_DIGITS: Final = 10_000


@attrs.frozen
class Tongue:
    """One language: its texts by key, and its way with numbers.

    >>> tongue("en")("records.of", shown=50, n=12345)
    '50 of 12,345 records'
    >>> tongue("ru").count("unit.records", 2)
    '2 записи'

    Attributes:
        language: Its code.
        texts: The texts; a list holds the forms for one, few and many.
    """

    language: Language
    texts: Mapping[str, str | list[str]] = attrs.field(repr=False)

    def __call__(self, key: str, **values: Any) -> str:
        """The text of this key; whole numbers among the values are written as this language groups them.

        Raises:
            KeyError: There is no such text.
        """
        text = self.texts[key]
        if isinstance(text, list):
            text = text[self._form(values["n"])]
        if not values:
            return text
        return text.format_map({name: self._write(value) for name, value in values.items()})

    def count(self, key: str, n: int) -> str:
        """A number with its noun in the form that belongs to it."""
        return f"{self.number(n)} {self(key, n=n)}"

    def number(self, n: float, *, decimals: int = 0) -> str:
        """A number: `12,345.6` or `12 345,6`. Four digits are not grouped in Russian."""
        written = f"{n:,.{decimals}f}"
        whole, _, fraction = written.partition(".")
        if self.language == "ru" and abs(n) < _FROM_FIVE_DIGITS:
            whole = whole.replace(",", "")
        whole = whole.replace(",", _GROUPED_BY[self.language])
        return f"{whole}{_POINT[self.language]}{fraction}" if fraction else whole

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in whole percent; what is neither none nor all never reads 0 % or 100 %."""
        percent = round(share * 100)
        nearly = {0: "<1", 100: ">99"} if 0 < share < 1 else {}
        return nearly.get(percent, str(percent)) + _PERCENT[self.language]

    def _form(self, n: int) -> int:
        if self.language == "en":
            return 0 if n == 1 else 1
        last, last_two = n % 10, n % 100
        if last == 1 and last_two != 11:  # noqa: PLR2004 - Russian grammar
            return 0
        return 1 if last in {2, 3, 4} and last_two not in {12, 13, 14} else 2

    def _write(self, value: Any) -> Any:
        return self.number(value) if isinstance(value, int) and not isinstance(value, bool) else value


@cache
def tongue(language: Language) -> Tongue:
    """A language with its texts."""
    catalogue = tomllib.loads(
        files("autodialer_async.emulator.pages").joinpath("catalogue.toml").read_text(encoding="utf-8")
    )
    texts = {
        f"{section}.{name}": entry[language]
        for section, entries in catalogue.items()
        for name, entry in entries.items()
    }
    return Tongue(language, texts)


def preferred_language(accept_language: str) -> Language:
    """The one of our languages that an `Accept-Language` header likes best; English where it likes none.

    >>> preferred_language("de, ru;q=0.8, en;q=0.5")
    'ru'
    """
    liked: list[tuple[float, Language]] = []
    for entry in accept_language.split(","):
        name, _, quality = entry.partition(";")
        code = name.strip().lower().partition("-")[0]
        language: Language | None = next((known for known in LANGUAGES if known == code), None)
        if language is not None:
            liked.append((_quality(quality), language))
    best = max(liked, key=lambda entry: entry[0], default=(0.0, "en"))
    return best[1] if best[0] > 0 else "en"


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0

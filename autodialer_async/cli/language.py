"""The language of the command line: Russian where the locale says so, English otherwise.

Nothing of it is decided by importing: `main` chooses once, for its own process.
"""

from __future__ import annotations

import gettext
import locale
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from autodialer_async.history.report.words import Language, Words
from autodialer_async.models import Disposition

__all__ = [
    "decimal",
    "language_of",
    "language_of_process",
    "number",
    "outcome",
    "percent",
    "say",
    "say_count",
    "speak",
    "spoken",
]

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "autodialer"
# The long ones are how Windows names them: Russian_Russia.1251.
_KNOWN: Mapping[str, Language] = {"ru": "ru", "en": "en", "russian": "ru", "english": "en"}


class _Tongue:
    """What this process speaks at the moment."""

    language: Language = "en"
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


_tongue = _Tongue()


def language_of(variables: Mapping[str, str], system: str | None = None) -> Language:
    """The language that a locale asks for, as gettext finds it.

    Args:
        variables: The environment. The first of LC_ALL, LC_MESSAGES and LANG that is not empty is the locale; before
            it go the languages of LANGUAGE, divided by colons, unless the locale is plain C.
        system: The locale where the environment names none, as on Windows.

    Example:
        >>> language_of({"LANG": "ru_RU.UTF-8"}), language_of({"LANG": "ru_RU.UTF-8", "LC_ALL": "C"})
        ('ru', 'en')
    """
    named = (variables.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    wanted = next(filter(None, named), None) or system or ""
    if wanted in ("C", "POSIX"):
        return "en"
    for name in [*variables.get("LANGUAGE", "").split(":"), wanted]:
        code = re.split(r"[_.@-]", name.strip().lower(), maxsplit=1)[0]
        known = _KNOWN.get(code)
        if known is not None:
            return known
    return "en"


def language_of_process() -> Language:
    """The language of this process: as its locale has it, and English where a stream cannot write Cyrillic."""
    language = language_of(os.environ, locale.getlocale()[0])
    if language == "ru" and not all(map(_writes_cyrillic, (sys.stdout, sys.stderr))):
        return "en"
    return language


def _writes_cyrillic(stream: TextIO | None) -> bool:
    try:
        "Ё".encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def speak(language: Language) -> None:
    """Speak this language from now on, in this process."""
    _tongue.language = language
    # The English texts stand in the code.
    _tongue.catalogue = (
        gettext.NullTranslations() if language == "en" else gettext.translation(DOMAIN, CATALOGUES, [language])
    )


def spoken() -> Language:
    """The language that is spoken."""
    return _tongue.language


def say(text: str, /, **values: object) -> str:
    """The text in the language that is spoken.

    Args:
        text: The English text, as it stands in the catalogue; with gaps such as `{name}` where there are values.
        values: What to put into the gaps.
    """
    # The catalogue keeps its own header under the empty text.
    said = _tongue.catalogue.gettext(text) if text else text
    return said.format_map(values) if values else said


def say_count(one: str, many: str, n: int, /, **values: object) -> str:
    """The text in the form that a number asks for: 1 звонок, 2 звонка, 5 звонков.

    Args:
        one: The English text for one.
        many: The English text for any other number.
        n: The number; it fills the gap `{n}`, as it is unless `values` hold another writing of it.
        values: What to put into the gaps.
    """
    return _tongue.catalogue.ngettext(one, many, n).format_map({"n": n} | values)


def number(value: int) -> str:
    """A whole number to be read: `12,345`, or `12 345` with a no-break blank."""
    return Words(_tongue.language).number(value)


def decimal(value: float, places: int) -> str:
    """A number with a fraction: `1.50`, or `1,50`."""
    return _with_point(f"{value:.{places}f}")


def percent(share: float) -> str:
    """A share from 0 to 1: `12.3%`, or `12,3 %` with a no-break blank."""
    return _with_point(f"{share:.1%}") if _tongue.language == "en" else f"{_with_point(f'{100 * share:.1f}')}\u00a0%"


def outcome(disposition: Disposition) -> str:
    """How a call ended: the name in English, the report's word in any other language."""
    return str(disposition) if _tongue.language == "en" else Words(_tongue.language)(f"outcome.{disposition}")


def _with_point(text: str) -> str:
    return text if _tongue.language == "en" else text.replace(".", ",")

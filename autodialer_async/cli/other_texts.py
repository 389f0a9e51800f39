"""Finished English texts of others, the library's and typer's, in the language that is spoken.

Exceptions speak English, whoever reads them. The command line knows the forms of their sentences (`library_texts`,
`list_texts`, `typer_texts`) and says them again in its own language, with what stands in their gaps; a sentence that it
does not know stays as it is rather than be lost.
"""

from __future__ import annotations

import re
from functools import lru_cache

from autodialer_async.cli.language import say, spoken
from autodialer_async.cli.library_texts import LIBRARY_TEXTS
from autodialer_async.cli.list_texts import LIST_TEXTS
from autodialer_async.cli.typer_texts import TYPER_TEXTS

__all__ = ["form_of", "in_our_words"]

_GAP = re.compile(r"{(\w+)}")
_DEEPEST = 4


def in_our_words(text: str) -> str:
    """The text in the language that is spoken; what is not known stays as it is.

    Args:
        text: An English text without a secret or a number in full, such as that of an error.
    """
    return text if spoken() == "en" else _translated(text, spoken(), _DEEPEST)


def form_of(text: str) -> str | None:
    """The known form that a text has, or None."""
    found = _matched(text)
    return None if found is None else found[0]


# Rows set aside repeat their problems. The language belongs to the key.
@lru_cache(maxsize=4096)
def _translated(text: str, language: str, depth: int) -> str:
    found = _matched(text)
    if found is None:
        return text
    form, gaps = found
    if depth > 0:
        # What stands in a gap may be a sentence of its own: the problem of a file, the cause of a refusal.
        gaps = {name: _translated(value, language, depth - 1) for name, value in gaps.items()}
    # Not `format`: some of these texts hold braces of Python.
    return _GAP.sub(lambda gap: gaps[gap[1]], say(form))


def _matched(text: str) -> tuple[str, dict[str, str]] | None:
    for form, pattern in _patterns():
        match = pattern.fullmatch(text)
        if match is not None:
            return form, match.groupdict()
    return None


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    # The form with the most words of its own goes first: `{name}: {problem}` would fit nearly all.
    forms = sorted({*LIBRARY_TEXTS, *LIST_TEXTS, *TYPER_TEXTS}, key=lambda form: -len(_GAP.sub("", form)))
    return [(form, _pattern(form)) for form in forms]


def _pattern(form: str) -> re.Pattern[str]:
    pieces = _GAP.split(form)
    text = "".join(f"(?P<{piece}>.+?)" if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    return re.compile(text, re.DOTALL)

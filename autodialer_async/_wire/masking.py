"""Answers shortened for errors, without secrets and people's data."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

__all__ = ["Masker"]

_LOOKED_AT = 4096
_LONGEST = 512
_MASK = "***"
# Shorter values stand in every other word, and are masked only as words of their own.
_SHORT = 4
_TRIVIAL = re.compile(r"\d{1,4}|.?", re.DOTALL)
# Five or more digits, also with blanks, brackets, dots and hyphens between them.
_DIGITS = re.compile(r"\d(?:[\s+()\[\].\-\u2010-\u2015\u2212]*\d){4,}")
# In a text about a connection dots and few digits are addresses and ports; a phone has more.
_PHONE = re.compile(r"\d(?:[\s()\-]*\d){8,}")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|([\"\\/bfnrt]))")
# Most values need no look at their escapes, and a batch has thousands of them.
_MAY_CHANGE = re.compile(r"[^\w .,:;()+/@-]")
# Bytes as Python prints them: debug pages of Django and Flask quote a request so.
_BYTES_ESCAPE = re.compile(r"(?:\\x[0-9a-fA-F]{2})+")
_SIMPLE = {"b": " ", "f": " ", "n": " ", "r": " ", "t": " "}
# An escape, or a character in several bytes, that the end of the text cut in two.
_CUT_ESCAPE = re.compile(r"(?:\\[ux]?[0-9a-fA-F]{0,4}|%[0-9a-fA-F]?|&#?\w{0,8}|[\ufffd\ud800-\udfff])+\Z")
_MOST_ROUNDS = 10


class Masker:
    """Hides the secrets of one account, numbers, and what was sent.

    Args:
        secrets: Key and token in every spelling in which a text may hold them.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        self._secrets = tuple(dict.fromkeys(_key(_plain(secret)) for secret in secrets if secret))

    def __repr__(self) -> str:
        return "Masker()"

    def excerpt(self, body: bytes, sent: Callable[[], Iterable[str]] = tuple) -> str:
        """At most 512 characters of a body: one line, escapes undone, with everything of the list below masked.

        Masked are secrets, runs of five or more digits, and the values that `sent` gives, without regard to case;
        values below four characters only as words, single characters and numbers of up to four digits not at all.
        """
        text = _plain(_start_of(body), _CUT_ESCAPE)
        key = _key(text)
        pairs = {key[place : place + 2] for place in range(len(key))}
        spans = [match.span() for match in _DIGITS.finditer(text)]
        for value in self._secrets:
            spans += _occurrences(value, key)
        for value in {_key(_plain(value) if _MAY_CHANGE.search(value) else value).strip() for value in sent()}:
            if value[:2] in pairs and not _TRIVIAL.fullmatch(value):
                spans += _occurrences(value, key)
        return _masked(text, spans)[:_LONGEST]

    def text(self, text: str) -> str:
        """A message of a library with secrets and phone numbers masked; addresses and ports stay readable."""
        plain = _plain(text)
        if not any(secret in _key(plain) for secret in self._secrets):
            plain = text
        key = _key(plain)
        spans = [match.span() for match in _PHONE.finditer(plain)]
        for secret in self._secrets:
            spans += _occurrences(secret, key)
        return _masked(plain, spans)


def _start_of(body: bytes) -> str:
    start = body[: 4 * _LOOKED_AT].removeprefix(codecs.BOM_UTF8)
    try:
        # Not final: a character that the cut divided is no reason to doubt the encoding.
        text = codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        text = start.decode("cp1251", "replace")
    return text[:_LOOKED_AT]


def _plain(text: str, cut_off: re.Pattern[str] | None = None) -> str:
    """The text with JSON, percent and HTML escapes undone until none is left, and blanks for control characters.

    What `cut_off` finds is taken away before and after each round: half an escape would read as another character.
    """
    import html  # noqa: PLC0415 - its table of entities costs 2 ms, and only errors need it

    for _ in range(_MOST_ROUNDS):
        before = text
        text = cut_off.sub("", text) if cut_off else text
        text = _BYTES_ESCAPE.sub(_printed_bytes, text)
        text = html.unescape(unquote(_JSON_ESCAPE.sub(_unescaped, text)))
        if text == before:
            break
    # Halves of a character that were escaped apart come together.
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return "".join(character if character.isprintable() else " " for character in text)


def _printed_bytes(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\x", "")).decode("utf-8", "replace")


def _unescaped(match: re.Match[str]) -> str:
    code, simple = match.groups()
    return chr(int(code, 16)) if code else _SIMPLE.get(simple, simple)


def _key(text: str) -> str:
    """The text as it is compared, character by character: without case, and with blanks as forms write them."""
    folded = text.casefold()
    if len(folded) != len(text):  # a letter such as ß folds into two, and places would shift
        folded = "".join(one if len(one := character.casefold()) == 1 else character for character in text)
    return folded.replace("+", " ")


def _occurrences(value: str, text: str) -> Iterator[tuple[int, int]]:
    """Where the value stands in the text, and where its beginning stands at the text's very end."""
    size = len(value)
    start = text.find(value)
    while start >= 0:
        end = start + size
        if size >= _SHORT or not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1])):
            yield start, end
        start = text.find(value, start + 1)
    start = text.find(value[:2], max(0, len(text) - size + 1))
    while start >= 0:
        if value.startswith(text[start:]):
            yield start, len(text)
            return
        start = text.find(value[:2], start + 1)


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _masked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(spans):
        if start > done or not pieces:
            pieces += [text[done:start], _MASK]
        done = max(done, end)
    return "".join((*pieces, text[done:]))

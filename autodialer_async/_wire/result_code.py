"""CODE of a history row: status words, Q.850 causes, SIP statuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import normalize

from autodialer_async.models import Disposition, ResultCode

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_code"]

_IGNORED = re.compile(r"[\s\-_\u2010-\u2015\u2212]+")
_NUMBER = re.compile(r"[0-9]+")
# What stands between or around a word and its number: `BUSY/17`, `BUSY(17)`, `FAILED:34`.
_AROUND = " \t\r\n\u00a0-_\u2010\u2011\u2012\u2013\u2014\u2015\u2212/\\|()[]{}<>:;,.=#\"'"


def _folded(text: str) -> str:
    # NFKC: an accent may stand apart from its letter, and letters, blanks and hyphens may be as wide as their height.
    together = normalize("NFKC", _IGNORED.sub("", text))
    return _IGNORED.sub("", together).casefold().replace("ё", "е")


# The table of protocol.md, 'Result codes'.
_WORDS: dict[str, Disposition] = {
    _folded(word): disposition
    for disposition, words in {
        Disposition.ANSWERED: ("ANSWERED", "ANSWER", "Отвечен", "Отвечено"),
        Disposition.BUSY: ("BUSY", "Занято", "Занят"),
        Disposition.NO_ANSWER: ("NO ANSWER", "Нет ответа", "Не отвечен"),
        Disposition.REJECTED: ("CANCEL", "REJECTED", "Сброс", "Сброшен", "Отклонён"),
        Disposition.UNREACHABLE: ("CHANUNAVAIL", "UNAVAILABLE", "Абонент недоступен", "Недоступен"),
        Disposition.INVALID_NUMBER: ("INVALID NUMBER", "Неверный номер"),
        Disposition.CONGESTION: ("CONGESTION", "Перегрузка"),
        Disposition.FAILED: ("FAILED", "ERROR", "Ошибка"),
        Disposition.MACHINE: ("MACHINE", "VOICEMAIL", "Автоответчик"),
        Disposition.IN_PROGRESS: ("NEW", "QUEUED", "DIALING", "В работе", "В очереди"),
    }.items()
    for word in words
}
_NUMBERS: dict[int, Disposition] = {
    # From the general to the particular: later rows overrule earlier ones. Q.850 102 and 127 lie inside SIP's 1xx.
    **dict.fromkeys(range(100, 184), Disposition.IN_PROGRESS),
    **dict.fromkeys(range(400, 700), Disposition.FAILED),
    **{
        number: disposition
        for disposition, numbers in {
            Disposition.ANSWERED: (16, 200),
            Disposition.BUSY: (17, 486, 600),
            Disposition.NO_ANSWER: (18, 19, 408, 480, 487),
            Disposition.REJECTED: (21, 401, 403, 407, 603),
            Disposition.UNREACHABLE: (20, 410),
            Disposition.INVALID_NUMBER: (1, 22, 28, 404, 484, 485, 604),
            Disposition.CONGESTION: (34, 42, 44, 503),
            Disposition.FAILED: (3, 27, 31, 38, 41, 47, 102, 127),
        }.items()
        for number in numbers
    },
}
_LARGEST = 699


def read_code(raw: str, status_map: Mapping[str, Disposition | str]) -> ResultCode:
    """The word and the number in a CODE, and what they mean; never raises.

    `status_map` goes first: its keys are compared with the whole text, the word and the number. Then the word wins
    over the number, also where it is unknown. More than one number is no number.
    """
    numbers = {text.lstrip("0") for text in _NUMBER.findall(raw)}
    only = numbers.pop() if len(numbers) == 1 else ""
    number = int(only) if only and len(only) <= 3 and int(only) <= _LARGEST else None  # noqa: PLR2004 - no cause or status is longer
    word = _NUMBER.sub(" ", raw).strip(_AROUND) or None
    return ResultCode(raw, word, number, _disposition(raw, word, number, status_map))


def _disposition(
    raw: str, word: str | None, number: int | None, status_map: Mapping[str, Disposition | str]
) -> Disposition:
    if status_map:
        own = {_folded(key): Disposition(value) for key, value in status_map.items()}
        for text in (raw, *([word] if word else []), *([str(number)] if number else [])):
            if reading := own.get(_folded(text)):
                return reading
    if word is not None:
        return _WORDS.get(_folded(word), Disposition.UNKNOWN)
    return Disposition.UNKNOWN if number is None else _NUMBERS.get(number, Disposition.UNKNOWN)

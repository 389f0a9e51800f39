"""How senders name the four values of an event: the page's words, their transliterations, and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal, get_args

from autodialer_async.errors import ConfigurationError

__all__ = ["CALL_NAMES", "FieldMap", "FieldName", "FieldNames", "folded", "innermost"]

FieldName = Literal["phone", "duration", "recording", "answer"]
FieldMap = Mapping[str, str | Iterable[str]]
"""Our name -> the sender's name or names. The other direction, one sender's name -> our name, is understood too."""

# By rank: where an event has several of them, the first is taken. Transliterations are found by `folded`.
_ALIASES: Final[Mapping[FieldName, tuple[str, ...]]] = {
    "phone": (
        "номер_абонента", "номер_телефона", "телефон_абонента", "номер", "телефон", "абонент", "phone", "phone_number",
        "subscriber_number", "subscriber_phone", "client_phone", "abonent_number", "subscriber", "msisdn", "dst",
        "number", "telephone", "mobile", "tel", "callee", "called", "destination", "to",
    ),
    "duration": (
        "продолжительность_вызова", "продолжительность_звонка", "продолжительность_разговора", "продолжительность",
        "длительность_вызова", "длительность_звонка", "длительность_разговора", "длительность", "duration",
        "call_duration", "duration_sec", "duration_seconds", "billsec", "talk_time", "seconds", "sec", "length",
    ),
    "recording": (
        "запись(wav)", "запись", "запись_разговора", "запись_звонка", "запись_вызова", "файл_записи",
        "ссылка_на_запись", "аудиозапись", "аудио", "recording(wav)", "recording", "record", "record(wav)",
        "recording_url", "record_url", "recording_link", "record_link", "recording_file", "record_file", "wav",
        "wav_url", "audio", "audio_url", "voice", "файл", "file", "ссылка", "link", "url",
    ),
    "answer": (
        "распознанный_ответ_человека", "распознанный_ответ", "распознанный_текст", "ответ_человека", "ответ_абонента",
        "ответ", "текст", "recognized_answer", "recognised_answer", "recognized_human_answer", "human_answer",
        "person_answer", "recognized_text", "recognised_text", "recognized", "recognised", "answer_text", "answer",
        "speech_text", "speech", "transcript", "transcription", "text", "utterance",
    ),
}  # fmt: skip

# A name of one call: two events in which it differs are two calls, whatever else they have in common.
_CALL: Final = (
    "call_id", "callid", "call_uuid", "uniqueid", "unique_id", "linkedid", "session_id", "event_id", "cdr_id", "id",
    "uuid", "query_id", "ид_звонка", "ид_вызова", "номер_звонка", "номер_вызова",
)  # fmt: skip

_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхцыэ", "abvgdeziiklmnoprstufhcie", strict=True)),
        "ё": "e", "ж": "j", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "iu", "я": "ia", "ь": "", "ъ": "",
    }
)  # fmt: skip
# Where the schemes of transliteration differ; applied to every name, so that all of them meet.
_LATIN = (("shch", "sh"), ("sch", "sh"), ("zh", "j"), ("kh", "h"), ("ts", "c"), ("y", "i"), ("j", "i"))


def folded(name: str) -> str:
    """The name without case, punctuation, and the differences between ways to transliterate it.

    Example:
        >>> folded("Номер_абонента") == folded("nomer-abonenta") == folded("NomerAbonenta")
        True
    """
    # A sender's names are always the same few; others may come with any, and must not fill the memory.
    return _remembered(name) if len(name) <= _LONGEST_REMEMBERED else _fold(name)


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    text = "".join(character for character in plain if character.isalnum()).translate(_CYRILLIC)
    for theirs, ours in _LATIN:
        text = text.replace(theirs, ours)
    while "ii" in text:
        text = text.replace("ii", "i")
    return text


def innermost(name: str) -> str:
    """`phone` of `data[phone]`, as forms write what stands in an object; any other name as it is.

    Example:
        >>> innermost("data[phone]"), innermost("phone[]")
        ('phone', 'phone[]')
    """
    match = _INNERMOST.search(name)
    return match[1] if match else name


_INNERMOST = re.compile(r"\[([^\[\]]+)\]\Z")
_LONGEST_REMEMBERED: Final = 64
_remembered = lru_cache(maxsize=2048)(_fold)

CALL_NAMES: Final = frozenset(map(folded, _CALL))


class FieldNames:
    """Finds the four values among the names of an event.

    Args:
        field_map: Names of this sender. A value that it names is looked for under those names alone.

    Raises:
        ConfigurationError: The map names something that is none of the four values.
    """

    def __init__(self, field_map: FieldMap | None = None) -> None:
        self._ranks: dict[FieldName, dict[str, int]] = {
            field: {folded(alias): rank for rank, alias in reversed(tuple(enumerate(aliases)))}
            for field, aliases in _ALIASES.items()
        }
        mapped: dict[FieldName, list[str]] = {}
        for left, right in (field_map or {}).items():
            ours, theirs = _direction(left, right)
            mapped.setdefault(ours, []).extend(theirs)
        taken = {folded(name) for names in mapped.values() for name in names}
        for field, ranks in self._ranks.items():
            for name in taken:
                ranks.pop(name, None)
            if field in mapped:
                self._ranks[field] = {folded(name): rank for rank, name in enumerate(mapped[field])}

    def __call__(self, field: FieldName, names: Iterable[str]) -> list[str]:
        """Those of the names that mean this value, the likeliest first; those of inner objects after all others."""
        ranks = self._ranks[field]
        found = [
            (depth, ranks[key], name)
            for name in names
            for depth, meant in enumerate(dict.fromkeys((name, innermost(name))))
            if (key := folded(meant)) in ranks
        ]
        return [name for _, _, name in sorted(found, key=lambda each: each[:2])]


def _direction(left: str, right: str | Iterable[str]) -> tuple[FieldName, list[str]]:
    fields: tuple[FieldName, ...] = get_args(FieldName)
    for field in fields:
        if left == field:
            return field, [right] if isinstance(right, str) else list(right)
    for field in fields:
        if right == field:
            return field, [left]
    raise ConfigurationError(
        f"field_map: {left!r} is none of {', '.join(fields)}: give our name and the sender's, {{'phone': 'msisdn'}}"
    )

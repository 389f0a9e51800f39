"""Words that stand in the cells of phones, and what they say of the digits beside them."""

from __future__ import annotations

import re

__all__ = ["EXTENSION", "is_empty", "says_stop", "stands_for_other"]

_STOP = re.compile(
    r"\bне\s*(?:надо\s+|нужно\s+|стоит\s+)?(?:звон(?!ил)|зв\b|перезванива|обзван|беспоко|связыва|набира|тревож)"
    r"|\b(?:нельзя|запрет|запрещ\w*|не\s*разреш\w*|против)\b.{0,20}\bзвон"
    r"|\bзвон\w*\s+(?:нельзя|запрещ|не\s+(?:надо|нужно|разреш))"
    r"|\bотказ(?!н)|\bстоп\b|\bстоп-?лист|\bч[её]рн\w+\s+спис|\bчс\b|\bотписа"
    r"|\bstop\b|\bstop-?list|\bdo\s*n[o']?t\s+(?:call|dial|ring|phone)|\bdon.?t\s+call|\bdo[\s-]+not[\s-]+(?:call|disturb)|\bбез\s+звонков"
    r"|\bno\s+calls?\b|\bdnc\b|\bblack\s?list|\bunsubscribe|\bopt(?:ed)?[ -]?out"
)
_EMPTY = re.compile(
    # The mask of a web form that nobody filled.
    r"\+7"
    r"|(?:телефона?|номера?|тел\.?) (?:нет|отсутствует)"
    r"|нет|нету|нет (?:данных|телефона|номера|тел|связи|информации)|без (?:телефона|номера|тел)|б/?[нт]|н/?[дт]"
    r"|не (?:указан[оы]?|известен|известно|определ[её]н|задан|заполнено|имеет(?:ся)?|знаю)|неизвест(?:ен|но|ный)"
    r"|отсут(?:ств(?:ует)?)?|пусто|прочерк|none|null|nil|nan|nat|na|n/a|<na>|#n/a|#н/д|no(?: phone| number)?|unknown"
    r"|empty|undefined|missing|not (?:set|available|specified)"
)
# Behind a number: digits to be dialled after the answer.
EXTENSION = (
    r"[;,]?(?:(?<![a-zа-яё])(?:доб(?:авочн[а-яё]*)?|вн(?:утр(?:енн[а-яё]*)?)?|(?:extension|extn?|ext))"
    r"(?:[ .:=№#-]|номер)*|(?<=[0-9) ])(?:[xх]|#) ?)(?P<extension>[0-9]{1,7})(?![0-9])"
)
_OTHER = re.compile(
    r"(?<!\w)(?:инн|кпп|огрн(?:ип)?|снилс|бик|паспорт\w*|серия|полис|карт[аы]|сч[её]т|р/?сч?|л/?сч?|к/?с|договор\w*|дог"
    r"|контракт\w*|заказ\w*|заявк\w*|накладн\w+|id|inn|passport|order|contract|account|invoice|card)"
    r"(?: ?(?:серии|номер|no))?[^\w+]*"
)
_FAX = re.compile(r"(?:^|[ ,;(.])(?<!/ )(?:факс|fax|пейджер|pager)[^\w+]*")
_PUNCTUATION = " \n.,;:!?-/\\|()[]{}*~"


def says_stop(text: str) -> bool:
    """Whether the text says not to call: «не звонить», «отказ», «стоп», DNC."""
    # Without any letter it says nothing.
    return text.islower() and _STOP.search(text) is not None


def is_empty(text: str) -> bool:
    """Whether the text says that there is no phone: nothing, a dash, «нет», «н/д», `null`."""
    bare = text.strip(_PUNCTUATION)
    return not bare or (not bare[0].isdecimal() and _EMPTY.fullmatch(" ".join(bare.split())) is not None)


def stands_for_other(label: str) -> str | None:
    """What the digits behind a label are where they are no phone: `"a fax or pager"`, `"another number"`; else None."""
    if not label.islower():  # no letters
        return None
    if _last(_FAX, label):
        return "a fax or pager"
    if _last(_OTHER, label):
        return "another number"
    return None


def _last(pattern: re.Pattern[str], label: str) -> bool:
    return any(match.end() == len(label) for match in pattern.finditer(label))

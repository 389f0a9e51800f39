"""What the name of a column says of its cells: the names of 1C, Bitrix24, amoCRM, hand-made lists and the page."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import attrs

from autodialer_async.call_list.columns.field_names import FIELD_NAMES

__all__ = ["Meaning", "Role", "meaning_of", "words_of"]


class Role(Enum):
    """What a column is for, as far as its name tells.

    Members:
        FIELD: A field of a call.
        NAME_PART: A surname, a first name or a patronymic.
        OTHER: Surely something else: a fax, a contract's number, a date. Never taken for a phone.
        UNKNOWN: The name tells nothing: only the cells can.
    """

    FIELD = "field"
    NAME_PART = "name part"
    OTHER = "other"
    UNKNOWN = "unknown"


@attrs.frozen
class Meaning:
    """What one name says.

    Attributes:
        role: What the column is for.
        field: Which field, or which part of a name; `""` where it is neither.
        rank: Which of several columns for one field goes first: the one with the lowest rank.
    """

    role: Role
    field: str = ""
    rank: int = 0


_UNKNOWN = Meaning(Role.UNKNOWN)
_OTHER = Meaning(Role.OTHER)
_WORD = re.compile(r"[^\W\d_]+|\d+")

# Whose phone, name or code it is, where that is the person to call.
_OWNER = re.compile(
    r"(?:контакт|клиент|контрагент|абонент|лид|должник|заемщик|покупател|заказчик|пациент|получател|подписчик|партнер)"
    r"(?:а|я|ов|ы|и|ей|ский|ского)?|основно[йе]|лиц[оа]|contact|client|customer|subscriber|lead|main|primary|the|of"
)
_PHONE = re.compile(
    r"телефон(?:а|ы|у|ов|ный)?|тел|телеф|тлф|моб|мобил\w*|сот|сотов\w*|phones?|tel|telephone|mobile|mob|cell|cellphone|"
    r"cellular|msisdn|gsm|whatsapp|ватсап|вотсап|telefon|mobilnyj|nomer(?:telefona)"
)
_MOBILE = re.compile(r"моб|мобил\w*|сот|сотов\w*|mobile|mob|cell|cellphone|cellular|msisdn|gsm")
# Tried after the others: whoever picks up there is less surely the person.
_SECOND_CHOICE = re.compile(
    r"раб|рабоч\w*|служ\w*|офис\w*|дом|домашн\w*|город|городск\w*|друг\w*|доп|дополнит\w*|запасн\w*|резерв\w*|прям\w*|"
    r"компан\w*|организац\w*|work|home|office|business|other|additional|alternative|landline|company|whatsapp|ватсап|вотсап"
)
_NEVER_A_PHONE = re.compile(
    # Other devices and ways.
    r"факс\w*|тел(?:е)?факс\w*|fax|telefax|пейдж\w*|pager|mail|email|емейл|имейл|почт\w*|skype|скайп|icq|telegram|телеграм\w*|"
    r"сайт\w*|site|web|url|www|imei|icc|iccid|imsi|ip|сим|sim|"
    # Other numbers.
    r"договор\w*|дог|contract|agreement|заказ|заказа|заказов|order|orders|сч[её]т|счета|счету|сч|account|acc|acct|invoice|накладн\w*|"
    r"инн|кпп|огрн|огрнип|снилс|окпо|оквэд|бик|рс|inn|kpp|ogrn|bik|snils|паспорт\w*|passport|полис\w*|policy|карт[аыуе]?|card|"
    r"удостоверени\w*|серия|заявк\w*|заявлени\w*|дел[оа]|ticket|сделк\w*|deal|vin|госномер|дом|квартир\w*|кв|индекс\w*|"
    r"postcode|zip|артикул\w*|sku|баркод|штрихкод\w*|barcode|id|ид|uuid|guid|код|кода|коды|code|лс|"
    # About a phone, not one.
    r"тип|типы|type|вид|kind|оператор\w*|operator|carrier|provider|модел\w*|model|марка|статус\w*|status|доб|добав\w*|"
    r"внутрен\w*|ext|extension|prefix|префикс\w*|согласи\w*|consent|подтвержд\w*|провер\w*|verified|valid|валид\w*|"
    r"коммент\w*|comment|comments|примечани\w*|прим|note|notes|remark|описани\w*|description|источник\w*|source|"
    r"результат\w*|result|длительност\w*|duration|секунд\w*|sec|попыт\w*|attempts|"
    # Time and money.
    r"дат[аы]|date|day|день|дни|врем[яе]\w*|time|год|year|месяц\w*|сумм\w*|sum|amount|total|долг\w*|debt|цен[аы]|price|"
    r"баланс\w*|balance|остат\w*|платеж\w*|payment|оплат\w*|штраф\w*|пен[ия]|процент\w*|колво|кол|количеств\w*|count|qty|"
    # Places.
    r"адрес|адреса|address|улиц\w*|street|регион\w*|region|област\w*|район\w*|страна|country|"
    # Somebody else: our own people, and those who are not to be called in the person's place.
    r"менеджер\w*|manager|ответственн\w*|responsible|куратор\w*|оператора|агент\w*|поручител\w*|guarantor|родств\w*|"
    r"relative|третьи\w*|супруг\w*|отправител\w*|sender"
)
_NAMES = {
    name: Meaning(Role.FIELD, field, rank)
    for field, *ranks in FIELD_NAMES
    for rank, names in enumerate(ranks)
    for name in names.split()
}
_NAME_PARTS = {
    "фамилия": "surname", "surname": "surname", "lastname": "surname", "familyname": "surname",
    "имя": "first name", "firstname": "first name", "givenname": "first name",
    "отчество": "patronymic", "patronymic": "patronymic", "middlename": "patronymic", "secondname": "patronymic",
}  # fmt: skip


def words_of(name: str) -> list[str]:
    """The words and numbers of a column's name, in small letters: `№ телефона (моб.)` is номер, телефона, моб."""
    text = unicodedata.normalize("NFKC", name.replace("№", " номер ")).casefold().replace("ё", "е")
    return _WORD.findall(text)


def meaning_of(name: str) -> Meaning:
    """What a column's name says.

    Example:
        >>> meaning_of("Тел. (моб.)").field, meaning_of("Номер факса").role, meaning_of("ФИО клиента").field
        ('phone', <Role.OTHER: 'other'>, 'name')
    """
    words = words_of(name)
    if not words:
        return _UNKNOWN
    own = [word for word in words if not _OWNER.fullmatch(word)]
    if named := _named("".join(words)) or _named("".join(own)):
        return named
    if "фио" in words:
        return Meaning(Role.FIELD, "name", 0)
    if _is_phone(words):
        return Meaning(Role.FIELD, "phone", _phone_rank(words))
    other = any(map(_NEVER_A_PHONE.fullmatch, words)) or own == ["номер", "п", "п"]
    return _OTHER if other else _UNKNOWN


def _named(joined: str) -> Meaning | None:
    if joined in _NAME_PARTS:
        return Meaning(Role.NAME_PART, _NAME_PARTS[joined])
    return _NAMES.get(joined)


def _is_phone(words: list[str]) -> bool:
    if any(_NEVER_A_PHONE.fullmatch(word) and not _SECOND_CHOICE.fullmatch(word) for word in words):
        return False
    if any(_PHONE.fullmatch(word) for word in words):
        return True
    joined = "".join(words)
    return joined in _NUMBERS_OF_PEOPLE


_NUMBERS_OF_PEOPLE = {
    "контактныйномер", "номерконтакта", "номерабонента", "абонентскийномер", "номердлязвонка", "номердляобзвона",
    "номердлясвязи", "contactnumber", "callnumber", "subscribernumber", "contactno", "dst",
}  # fmt: skip


def _phone_rank(words: list[str]) -> int:
    if any(map(_MOBILE.fullmatch, words)):
        return 0
    return 2 if any(map(_SECOND_CHOICE.fullmatch, words)) else 1

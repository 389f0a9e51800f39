"""How much a text looks like Russian: tells the code pages apart."""

from __future__ import annotations

import re

__all__ = ["likeness"]

_LETTERS = " абвгдежзийклмнопрстуфхцчшщъыьэюя"
# How often the second letter follows the first, the blank being a word's edge: 9 is one in two, each step half of that.
# Counted over 15,000 each of names, towns, firms, streets and posts as Faker's ru_RU locale (MIT) makes them, and over
# the usual headers of call lists; ё counts as е.
_FOLLOWS = {
    " ": "065665435607566576754442331000323",
    "а": "804645244245647546562332330000016",
    "б": "573000710704504807006000303153003",
    "в": "880023602702506714530001202053003",
    "г": "870204600604406807105000000000000",
    "д": "770320732703235806314002200045000",
    "е": "603746534045757447661343321000002",
    "ж": "573017800704027400405000000000000",
    "з": "595506600604357604005000000045003",
    "и": "642545615166667455670343631000005",
    "й": "901003001005444302650003000000002",
    "к": "880100302700504815556004010000000",
    "л": "570011700704513800134050300047045",
    "м": "683020700702044843406000100044004",
    "н": "680135630705005740554203100064004",
    "о": "735855344345656447651332421000002",
    "п": "770000700501500858334000000023002",
    "р": "683244720704345830455130020045224",
    "с": "662400600607645652584010200033005",
    "т": "770503700604124706305000200148024",
    "у": "346556255216656067770350553000020",
    "ф": "570000800801400816356400000004010",
    "х": "880210400701505804056000000010000",
    "ц": "760500800806220700001000000040000",
    "ч": "970000800705007300054000000005000",
    "ш": "570300800708647600055020000002000",
    "щ": "070000800900006300006000000000000",
    "ъ": "111111911111111111111111111111116",
    "ы": "704444302095546016550040440000000",
    "ь": "902233702304046000740103223000026",
    "э": "402217000077767065340600010000000",
    "ю": "537456254037746037560034407000000",
    "я": "904443434026016004570021430000003",
}
_BITS = {
    first + second: int(digit) - 10
    for first, follows in _FOLLOWS.items()
    for second, digit in zip(_LETTERS, follows, strict=True)
}
_WORD = re.compile("([0-9A-Za-z]?)([А-Яа-яЁё]+)([0-9A-Za-z]?)")
_CASE_DROPS = re.compile("[а-яё][А-ЯЁ]")
# Marks that people's lists do hold beside letters.
_USUAL_MARKS = frozenset("№«»–—…“”„’°§\u00a0\u2011\u202f€₽")
_USUAL_MARK, _STRANGE_SIGN = -6, -14
_CASE_DROP, _GLUED_TO_ASCII = -8, -6


def likeness(text: str) -> int:
    """About the binary logarithm of how likely the text is in a Russian list; higher is likelier.

    Comparable only among readings of the same bytes.

    Args:
        text: Some runs of letters and signs, at best with their ASCII neighbours.

    Example:
        >>> raw = "ИВАНОВ".encode("cp866")
        >>> max(["cp1251", "cp866", "koi8-r"], key=lambda page: likeness(raw.decode(page)))
        'cp866'
    """
    score = 0
    for before, word, after in _WORD.findall(text):
        letters = f" {word.lower().replace('ё', 'е')} "
        score += sum(_BITS[letters[at : at + 2]] for at in range(len(letters) - 1))
        score += _CASE_DROP * len(_CASE_DROPS.findall(word)) + _GLUED_TO_ASCII * (len(before) + len(after))
    for sign in _WORD.sub("", text):
        if not sign.isascii():
            score += _USUAL_MARK if sign in _USUAL_MARKS else _STRANGE_SIGN
    return score

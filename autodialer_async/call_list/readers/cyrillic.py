"""How much a text looks like Russian: tells the code pages apart."""

from __future__ import annotations

import re

__all__ = ["likeness"]

_LETTERS = " абвгдежзийклмнопрстуфхцчшщъыьэюя"
# How often the second letter follows the first, the blank being a word's edge: z is always, and each letter before it
# in the alphabet is rarer by the square root of two. Counted over 15,000 each of names, towns, firms, streets and posts
# as Faker's ru_RU locale (MIT) makes them, and over the usual headers and short words of call lists; ё counts as е.
_FOLLOWS = {
    " ": "aqqrqqolprasprrqsqsqoomjmmhaaalkk",
    "а": "venqnpjmojmprospnsqsjllimleaaabhq",
    "б": "rtkfgaugasanqanvasebqaaflalhplaak",
    "в": "uvadjmrajtakpdsthnpldfbgiajaqlabl",
    "г": "utajgnsaaranndqvatgbqaaaaaaaaaaaa",
    "д": "uuamiatlktaljmpueslgoaajjeaampfde",
    "е": "rflunqpmmcopsptnntqshmmmlkhaaaaak",
    "ж": "ptlaitvaauanakumbanaqcaaaaaaaaaaa",
    "з": "pworarrgasanmqsrfmgapcaafaaaoobam",
    "и": "qmjonpqiohqsqqunpqrselmlsmhaaaagq",
    "й": "yahdclaahaaponnlgirpacalcffaaaaak",
    "к": "uuagaalaitadqemvhpppqaamagaaecafc",
    "л": "ptcaihufatanoglueahmnapclaaanuanp",
    "м": "rvkfjeuabuaifmnvnkncqeedhaaamnban",
    "н": "rvehlpslduaoaapumappojamgaearmaan",
    "о": "tlovpplnnknprprpnsrphlljnjhaaadck",
    "п": "ttaeaasaaqagqadwoulknbaaeeaajlaaj",
    "р": "ruljnmskdsanknovmeopqhlegjganpjjo",
    "с": "qriobasaarauqnpsqiovofifiaaalleap",
    "т": "stapdltaasamhintdslcoaaakaahmvbjm",
    "у": "knroprkoqihrrpraqtttakpaqokaaafke",
    "ф": "ptaacavaavahneauhrloqnaaaaaaaneha",
    "х": "uvajiaoaasahpdqvaoboqaaaaaaagaeaa",
    "ц": "trgqaavaawaskiataaaahaaaaaaanaeaa",
    "ч": "wsagaauaataqaaslaaapoafaaaaaaoaaa",
    "ш": "ptakaauaduauqmsqcaaqoajaaaaaaiaaa",
    "щ": "ataaaavaaxaaaarlaaaaqaaaaaaaaaaaa",
    "ъ": "hhhhhhyhhhhhhhhhhhhhhhhhhhhhhhhhs",
    "ы": "sgoomokajaxppnrahrqpaanannaaaaaaa",
    "ь": "xaiklltajlaoanrefasnaiekjkkaaaajq",
    "э": "majjhtaaaautuqtarqkmaraaagaaaaaaa",
    "ю": "qlsmorkpoakssmsalupsaalnmfsaaaaaa",
    "я": "xaoonmnlnakqgiraaopsaajhnleaaaaek",
}
_HALF_BITS = {
    first + second: ord(rarity) - ord("z")
    for first, follows in _FOLLOWS.items()
    for second, rarity in zip(_LETTERS, follows, strict=True)
}
_WORD = re.compile("([0-9A-Za-z]?)([А-Яа-яЁё]+)([0-9A-Za-z]?)")
_CASE_DROPS = re.compile("[а-яё][А-ЯЁ]")
# Marks that people's lists do hold beside letters.
_USUAL_MARKS = frozenset("№«»–—…“”„’°§\u00a0\u2011\u202f€₽")
_USUAL_MARK, _STRANGE_SIGN = -12, -28
_CASE_DROP, _GLUED_TO_ASCII = -16, -12


def likeness(text: str) -> int:
    """How likely the text is in a Russian list, as twice its binary logarithm; higher is likelier.

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
        score += sum(_HALF_BITS[letters[at : at + 2]] for at in range(len(letters) - 1))
        score += _CASE_DROP * len(_CASE_DROPS.findall(word)) + _GLUED_TO_ASCII * (len(before) + len(after))
    for sign in _WORD.sub("", text):
        if not sign.isascii():
            score += _USUAL_MARK if sign in _USUAL_MARKS else _STRANGE_SIGN
    return score

"""A cell as plain text: one kind of blank and hyphen, nothing invisible, no digits that belong to something else."""

from __future__ import annotations

import re

__all__ = ["BREAK", "without_other_digits", "without_typography"]

# Between two pieces of text whose digits are never parts of one number.
BREAK = "\n"

_INVISIBLE = dict.fromkeys(
    [
        0xAD,
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x206A),
        0xFE0E,
        0xFE0F,
        0x20E3,
        0xFEFF,
    ]
)
_TYPOGRAPHY = (
    str.maketrans(
        {
            **dict.fromkeys(
                "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
            ),
            **dict.fromkeys("‐‑‒–—―−﹣－_", "-"),
            # Excel's apostrophe and ="…" before digits that are to stay text, and the quotes of careless exports.
            **dict.fromkeys("'\"`´‘’‚“”„«»=", " "),
            **dict.fromkeys("\r\n\t\v\f\x1c\x1d\x1e\x85\u2028\u2029", BREAK),
            **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
            "＋": "+",
            "（": "(",
            "）": ")",
            "．": ".",
            "·": ".",
            "⁄": "/",
        }
    )
    | _INVISIBLE
)

_BLANK_ENTITY = re.compile(r"&(?:nbsp|thinsp|#160|#xa0);", re.IGNORECASE)
_MESSENGER = re.compile(r"(?:https?://)?(?:wa\.me/|api\.whatsapp\.com/send/?\?phone=|t\.me/(?=\+))")
# Each behind a character that it needs and most cells lack.
_OTHER_DIGITS = (
    ("@", re.compile(r"[^ \n@]*@[^ \n]*")),  # a mail address
    ("//", re.compile(r"https?://[^ \n]+")),
    ("www.", re.compile(r"www\.[^ \n]+")),
    ("(", re.compile(r"\((?=[^()]*[^\W\d_])")),  # words in brackets, and what may stand before them: «(2-й этаж)»
    # Dates and times.
    (".", re.compile(r"(?<![0-9.:])[0-3]?[0-9]\.[01][0-9]\.(?:(?:19|20)[0-9]{2}|[0-9]{2})(?![0-9.])")),
    ("/", re.compile(r"(?<![0-9/])[0-3]?[0-9]/[01]?[0-9]/(?:19|20)[0-9]{2}(?![0-9/])")),
    ("-", re.compile(r"(?<![0-9-])(?:19|20)[0-9]{2}-[01][0-9]-[0-3][0-9](?![0-9-])")),
    (":", re.compile(r"(?<![0-9:])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![0-9:])")),
    (")", re.compile(r"\( *[0-9]{1,2} ?- ?[0-9]{1,2} *\)")),  # hours
    # The numbers of a numbered list.
    (")", re.compile(r"(?<![^ \n;,])[1-9]\) (?=[ +(]*[0-9])(?=[^\n]*[0-9]{2})")),
    (". ", re.compile(r"(?<![^ \n;,])[1-9]\. (?=[ +(]*[0-9])(?=[^\n]*[0-9]{2})")),
    ("-", re.compile(r"(?<![0-9-])[0-9]{3}-[0-9]{3}-[0-9]{3}[ -][0-9]{2}(?![0-9-])")),  # СНИЛС
)
_ZERO_FRACTION = re.compile(r"(?<![0-9.,])([0-9]{10,11})[.,]0{1,6}(?![0-9.,]|[ -][0-9])")
# A town's number without its code, in a column of numbers: groups of one digit are no phone's.
_SHORT_ZERO_FRACTION = re.compile(r" *([0-9]{5,9})[.,]0 *")
_THOUSANDS = re.compile(r" *([0-9]{1,2}(?:,[0-9]{3}){3})(?:\.0{1,6})? *")


def without_typography(text: str) -> str:
    """The text with plain blanks, hyphens and digits; line breaks and tabs are `BREAK`s, invisible characters gone."""
    if "&" in text:
        text = _BLANK_ENTITY.sub(" ", text)
    return text.translate(_TYPOGRAPHY).strip(" ")


def without_other_digits(text: str) -> str:
    """A text in lower case without the digits of mail addresses, dates, times and the like, and without `.0`."""
    if number := _THOUSANDS.fullmatch(text) or _SHORT_ZERO_FRACTION.fullmatch(text):
        return number[1].replace(",", "")
    if "me/" in text or "whatsapp" in text:
        text = _MESSENGER.sub(BREAK, text)
    for sign, pattern in _OTHER_DIGITS:
        if sign in text:
            text = pattern.sub(BREAK, text)
    return _ZERO_FRACTION.sub(r"\1", text)

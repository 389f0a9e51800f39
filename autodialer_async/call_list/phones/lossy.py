"""Numbers whose digits a spreadsheet has thrown away."""

from __future__ import annotations

import re

__all__ = ["restored"]

_SCIENTIFIC = re.compile(
    r"(?<![0-9.,])(?P<whole>[0-9]{1,3})(?:[.,](?P<fraction>[0-9]*))? ?[eе] ?(?P<plus>\+?) ?(?P<exponent>[0-9]{1,3})"
    r"(?![0-9.,])"
)
# Excel's column that is too narrow, and numbers masked by a CRM.
_HIDDEN = re.compile(r"#{3,}|[0-9][0-9 ()-]*(?:[*•●]+[ ()-]*){2,}|[0-9][0-9 ()-]*[*•●]{2,}|[*•●]{2,}[ ()-]*[0-9]")
# What either of them needs: most cells have none of it, and are done.
_SIGNS = re.compile(r"[0-9] ?[eе]|[#*•●]")
_BREAK = "\n"


def restored(text: str) -> tuple[str, bool]:
    """A text in lower case with numbers like `8,92222220000E+10` written out, and whether others have lost digits.

    `8.92222E+10` is Excel's short form: five of its zeros were digits of somebody's number. Only a mantissa that holds
    them all is a number; the others are taken out of the text.
    """
    lost = False
    if not _SIGNS.search(text):
        return text, False

    def written_out(match: re.Match[str]) -> str:
        nonlocal lost
        fraction, exponent = match["fraction"] or "", int(match["exponent"])
        if not match["plus"] and match["fraction"] is None:
            return match[0]
        if len(fraction) >= exponent > 0 and not fraction[exponent:].strip("0"):
            return match["whole"] + fraction[:exponent]
        lost = True
        return _BREAK

    text = _SCIENTIFIC.sub(written_out, text)
    hidden = _HIDDEN.sub(_BREAK, text)
    return hidden, lost or hidden != text

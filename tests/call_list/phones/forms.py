r"""The forms of phones in lists, where each was seen, and what becomes of it: the one place for them.

`python -m tests.call_list.phones.forms` prints the page docs/phones.md.
"""

from __future__ import annotations

import attrs

from autodialer_async.call_list.phones import PhoneRules

__all__ = ["FORMS", "Form", "page"]

_PAGE = "the service's page"
_ISSUE = "issue 5"
_1C = "1C export (`1c_debtors.xlsx`)"
_BITRIX = "Bitrix24 export (`bitrix24_leads.csv`)"
_EXCEL = "Excel list (`excel_cp1251.csv`)"
_EXCEL_UTF8 = "Excel list (`excel_utf8_bom.csv`)"
_CELL = "Excel, number cells"
_FRAME = "pandas, a column with gaps"
_HAND = "lists kept by hand"
_WEB = "copied from a web page"
_WORD = "copied from a word processor"
_E123 = "ITU-T E.123"
_E164 = "ITU-T E.164"
_3966 = "RFC 3966"
_PLAN = "Russian numbering plan"
_OTHER = "a column of another kind"


@attrs.frozen
class Form:
    """A cell and what it is read as.

    Attributes:
        cell: The cell.
        source: Where the form was seen.
        phones: Numbers as they go on the wire, each with ` ext. …` behind it where an extension is kept apart.
        reason: Why it is refused, where it is.
        rules: The rules it is read by.
        note: What a reader may wonder about.
    """

    cell: object
    source: str
    phones: tuple[str, ...] = ()
    reason: str | None = None
    rules: PhoneRules = attrs.field(factory=PhoneRules)
    note: str = ""


def _read(cell: object, source: str, *phones: str, note: str = "", **rules: object) -> Form:
    return Form(cell, source, phones, None, PhoneRules(**rules), note)  # type: ignore[arg-type]  # a table of keywords


def _refused(cell: object, source: str, reason: str, note: str = "", **rules: object) -> Form:
    return Form(cell, source, (), reason, PhoneRules(**rules), note)  # type: ignore[arg-type]  # a table of keywords


_A, _B, _LAND = "89222220000", "89121112233", "83432220001"

FORMS: dict[str, tuple[Form, ...]] = {
    "One Russian number": (
        _read("89222220000", _PAGE, _A),
        _read("79222220000", _EXCEL, _A),
        _read("9222220000", _EXCEL, _A),
        _read("+79222220000", _E164, _A),
        _read("+79222220000 ", _BITRIX, _A),
        _read("8 (922) 222-00-00", _1C, _A),
        _read("8(922)2220000", _HAND, _A),
        _read("+7 (922) 222-00-00", f"{_E123}, as Russians write it", _A),
        _read("+7 (922) 222 00 00", _1C, _A),
        _read("+7 922 222 00 00", f"{_E123}, international notation", _A),
        _read("(922) 222-00-00", f"{_E123}, national notation", _A),
        _read("+7-922-222-00-00", _EXCEL, _A),
        _read("8 922 222 00 00", _EXCEL, _A),
        _read("8-922-222-0000", _HAND, _A),
        _read("8.922.222.00.00", _BITRIX, _A),
        _read("8_922_222_00_00", _HAND, _A),
        _read("8/922/222-00-00", _HAND, _A, note="the old way to set off a code"),
        _read("+ 7 922 222-00-00", _HAND, _A),
        _read("(+7) 922 222-00-00", _HAND, _A),
        _read("8 10 7 922 222 00 00", _PLAN, _A, note="dialled as from abroad"),
        _read("8 (343) 222-00-01", _1C, _LAND),
        _read("+7 (343) 222-00-01", _EXCEL_UTF8, _LAND),
        _read("8 (34322) 2-00-01", _PLAN, _LAND, note="a code of five digits"),
        _read("(8342) 22-00-01", _HAND, "88342220001", note="ten digits that begin with 8: brackets show the code"),
    ),
    "Typography": (
        _read("8\u00a0922\u00a0222\u00a000\u00a000", _1C, _A, note="no-break blanks"),
        _read("8\u2009922\u2009222\u200900\u200900", _WEB, _A, note="thin blanks"),
        _read("+7\u202f922\u202f222\u201100\u201100", _WEB, _A),
        _read("8 922 222\u201100\u201100", _BITRIX, _A, note="no-break hyphens"),
        _read("8\u2013922\u2013222\u201300\u201300", _WORD, _A, note="dashes"),
        _read("8 922 222\u221200\u221200", _WORD, _A, note="minus signs"),
        _read("\u202a+7 922 222-00-00\u202c", "contacts of an iPhone", _A, note="marks of writing direction"),
        _read("8\u200b922\u200b2220000", _WEB, _A, note="blanks of no width"),
        _read("\ufeff89222220000", "files glued together", _A, note="a BOM in mid-file"),
        _read("８９２２２２２００００", "Asian input methods", _A),
        _read("&nbsp;8&nbsp;922&nbsp;222-00-00", "exports of web forms", _A),
    ),
    "Spreadsheets and tables": (
        _read("'89222220000", _EXCEL, _A, note="the apostrophe that keeps digits text"),
        _read('="89222220000"', "CSV made for Excel", _A),
        _read("89222220000.0", _EXCEL_UTF8, _A),
        _read("89222220000,00", "Excel, Russian number format", _A),
        _read("89,222,220,000", "Excel, English number format", _A),
        _read(89222220000, _CELL, _A),
        _read(9222220000, _CELL, _A),
        _read(89222220000.0, _FRAME, _A),
        _read("8,92222220000E+10", _ISSUE, "89222222000", note="the mantissa has every digit of 89222222000"),
        _refused("8,92222E+10", _EXCEL, "lossy"),
        _refused("8.92222E+10", _EXCEL_UTF8, "lossy"),
        _refused("8.9222222e10", _ISSUE, "lossy", "eight digits of eleven: three zeros would be a guess"),
        _refused("########", "Excel, a narrow column printed or copied", "lossy"),
        _refused("8 (922) ***-**-00", "a CRM that masks numbers", "lossy"),
        _refused("8922222.0000", _OTHER, "invalid", "an amount"),
        _refused(float("nan"), _FRAME, "empty"),
        _refused(None, _1C, "empty"),
    ),
    "Words and addresses around it": (
        _read("моб.: 8-922-222-00-00", _1C, _A),
        _read("тел. +7 922 222-00-00 (после 18)", _EXCEL, _A),
        _read("89222220000 (после 18:00)", _ISSUE, _A),
        _read("8 922 222-00-00 (10-19)", _HAND, _A),
        _read("Иван 8922 222 0000", _HAND, _A),
        _read("Тел1 8922 222 0000", _HAND, _A),
        _read("8 922 222-00-00 (2-й этаж)", _HAND, _A),
        _read("+7 922 222-00-00 (Viber, WhatsApp)", _HAND, _A),
        _read("tel:+79222220000", _3966, _A),
        _read('<a href="tel:+79222220000">8 (922) 222-00-00</a>', _WEB, _A),
        _read("https://wa.me/79222220000", "links to a messenger", _A),
        _read("ivan1985@mail.ru, 89222220000", _HAND, _A),
        _read("ИНН 7701234567, тел. 89222220000", _HAND, _A),
        _read("тел/факс 8 (343) 222-00-01", _HAND, _LAND),
    ),
    "Extensions": (
        _read("+7 (343) 222-00-01 доб. 694", _EXCEL_UTF8, f"{_LAND} ext. 694"),
        _read("8 (343) 222-00-01 (доб. 12)", _HAND, f"{_LAND} ext. 12"),
        _read("8 (343) 222-00-01, вн. 12", _HAND, f"{_LAND} ext. 12"),
        _read("+7 343 222 00 01 ext. 12", _E123, f"{_LAND} ext. 12"),
        _read("8(343)2220001x12", "address books", f"{_LAND} ext. 12"),
        _read("8 343 222-00-01 #12", "address books", f"{_LAND} ext. 12"),
        _read("tel:+7-343-222-00-01;ext=12", _3966, f"{_LAND} ext. 12"),
    ),
    "Two numbers": (
        _read("89222220000;89121112233", _EXCEL, _A, _B),
        _read("89222220000, 89121112233", _1C, _A, _B),
        _read("+79222220000 / +79121112233", _BITRIX, _A, _B),
        _read("89222220000 89121112233", _HAND, _A, _B),
        _read("8 922 222 00 00 8 912 111 22 33", _HAND, _A, _B),
        _read("89222220000\n89121112233", "Excel, two lines in a cell", _A, _B),
        _read("1) 89222220000 2) 89121112233", _HAND, _A, _B),
        _read("8 (343) 222-00-01 доб. 12, моб. 89222220000", _HAND, f"{_LAND} ext. 12", _A),
        _read("8 343 222-00-01/02", _E123, _LAND, note="the second is not written out, and set aside"),
        _read("т. 8 343 222-00-01, факс 8 343 222-00-02", _HAND, _LAND),
        _refused("8922222000089121112233", "cells glued together", "invalid", "no place to cut shows"),
    ),
    "Other plans and kinds": (
        _read("+7 701 123-45-67", _PLAN, "87011234567", note="Kazakhstan shares +7 and is dialled through 8"),
        _read("8 (7172) 12-34-56", _PLAN, "87172123456", note="Astana"),
        _refused("+375 29 111-22-33", _E164, "not_allowed"),
        _read("+375 29 111-22-33", _E164, "+375291112233", allow={"foreign"}),
        _read("8-10-375-29-111-22-33", _PLAN, "+375291112233", allow={"foreign"}, note="8-10 is + in Russia"),
        _refused("375291112233", _HAND, "invalid", "foreign numbers need their +"),
        _refused("+999 123 456 789", _E164, "invalid", "no such country"),
        _refused("8-800-555-35-35", _PLAN, "not_allowed"),
        _read("8-800-555-35-35", _PLAN, "88005553535", allow={"toll_free"}),
        _refused("8 804 333-00-00", _PLAN, "not_allowed"),
        _refused("8-809-505-12-34", _PLAN, "not_allowed", "the caller pays extra"),
        _refused("112", _1C, "invalid", "emergency numbers are never called"),
        _refused("0611", _PLAN, "invalid"),
        _read("0611", _PLAN, "0611", allow={"short"}),
        _refused("222-33-44", _EXCEL, "invalid"),
        _read("222-33-44", _EXCEL, "83432223344", default_area_code="343"),
        _read("22-33-44", _HAND, "88342223344", default_area_code="8342"),
        _read("2223344.0", _FRAME, "83432223344", default_area_code="343"),
        _refused("22-33-44", _HAND, "invalid", "six digits do not fit a code of three", default_area_code="343"),
    ),
    "No number": (
        _refused("", _EXCEL, "empty"),
        _refused("-", _1C, "empty"),
        _refused("нет", _EXCEL, "empty"),
        _refused("н/д", _HAND, "empty"),
        _refused("#N/A", "Excel, a lookup that found nothing", "empty"),
        _refused("+7 (___) ___-__-__", "a web form that nobody filled", "empty"),
        _refused("не звонить", _EXCEL, "stop"),
        _refused("89222220000 не звонить", _ISSUE, "stop"),
        _refused("отказ", _HAND, "stop"),
        _refused("DNC", _HAND, "stop"),
        _refused("892222200", _EXCEL, "invalid", "nine digits"),
        _refused("8922222000O", _EXCEL, "invalid", "a letter O"),
        _refused("8 922 222-00-0", _HAND, "invalid", "ten digits of eleven"),
        _refused("8 922 222-00-00-1", _HAND, "invalid", "a digit too many"),
        _refused("+7 (000) 000-00-00", _BITRIX, "invalid"),
        _refused("+89222220000", _HAND, "invalid", "+8 9… is nobody's: +7 or 8 would be a guess"),
        _refused("21.11.2026", _OTHER, "invalid", "a date"),
        _refused("7701234567", _OTHER, "invalid", "a company's INN, or a Kazakh number without its prefix"),
        _refused("770123456789", _OTHER, "invalid", "a person's INN"),
        _refused("112-233-445 95", _OTHER, "invalid", "a SNILS"),
        _refused("40702810938000000001", _OTHER, "invalid", "an account"),
        _refused("договор № 89222220000", _OTHER, "invalid"),
        _refused("ivan9222220000@mail.ru", _OTHER, "invalid"),
        _refused("факс 8 (343) 222-00-01", _HAND, "invalid"),
    ),
}

_FOOT = "\nWhat becomes of the rows: [call lists](call-lists.md).\n"
_HEAD = """\
# Phones in lists

What `read_calls` and `autodialer check` make of a cell in a phone's column. The rule behind the table: nothing is
padded, cut or guessed. A number is taken when all its digits stand in the cell, in their order, and when the cell can
be read in one way only; everything else is refused with its reason.

- Numbers leave as `8XXXXXXXXXX`, foreign ones as `+…`.
- Of two numbers in a cell both are found. An extension is kept apart, with a warning: the service dials the number
  alone.
- Foreign, toll-free, premium and short numbers are refused unless `allow` names them (`not_allowed`; three or four
  digits are more often a flat or a year than a phone, so they are `invalid`). Kazakhstan shares +7 and is read like
  Russia.
- Whether a number can exist is decided by the codes of towns and services in `call_list/phones/numbering.py` and, for
  foreign numbers, by the library `phonenumbers`. Which mobile ranges are assigned is not known here.
- A word such as «не звонить», «отказ», «стоп» or DNC refuses the cell (`stop`), also beside a number.

Every row is a test (`tests/call_list/phones/test_forms.py`); this page is printed by
`python -m tests.call_list.phones.forms`. `\\uXXXX` stands for a character that cannot be seen, `\\n` for a line break.
Sources: the sample lists of the project by file name, standards by number; the other words say where the form is met.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [_HEAD]
    for title, forms in FORMS.items():
        parts.append(f"\n## {title}\n\n| cell | read as | seen in | |\n| --- | --- | --- | --- |\n")
        parts += [
            f"| {_code(_shown(form.cell))} | {_result(form)} | {form.source} | {_remark(form)} |\n" for form in forms
        ]
    return "".join([*parts, _FOOT])


def _shown(cell: object) -> str:
    if not isinstance(cell, str):
        return repr(cell)
    visible = "".join(
        character
        if character.isprintable() and (character == " " or not character.isspace())
        else f"\\u{ord(character):04x}"
        for character in cell.replace("\n", "\\n")
    )
    for odd in "\u2011\u2013\u2212":
        visible = visible.replace(odd, _escaped(odd))
    return visible


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}"


def _code(text: str) -> str:
    return f"`{text}`" if text else "(nothing)"


def _result(form: Form) -> str:
    return ", ".join(map(_code, form.phones)) if form.reason is None else f"**{form.reason}**"


def _remark(form: Form) -> str:
    rules = [f"`default_area_code={form.rules.default_area_code!r}`"] if form.rules.default_area_code else []
    rules += [f"`allow` {kind}" for kind in sorted(form.rules.allow)]
    return "; ".join([*rules, *([form.note] if form.note else [])])


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - what the command is for

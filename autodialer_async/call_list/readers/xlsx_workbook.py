"""What stands around the sheets of an XLSX file: their names and places, the shared texts, the formats of dates."""

from __future__ import annotations

import posixpath
import re

import attrs

from autodialer_async.call_list.readers.date_formats import DateFormat, date_format
from autodialer_async.call_list.readers.xml_parts import XmlReader
from autodialer_async.call_list.readers.zipped import Archive
from autodialer_async.errors import CallListError

__all__ = ["Sheet", "Workbook", "plain_text", "shared_texts"]

_MOST_TEXT = 512 << 20
_SMALL_PART = 64 << 20
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


@attrs.frozen
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: As its tab shows it.
        part: Where it is in the archive.
        hidden: Whether its tab is hidden.
    """

    name: str
    part: str
    hidden: bool


@attrs.define
class Workbook:
    """What is needed to read the sheets.

    Attributes:
        sheets: In the order of their tabs; sheets of charts are left out.
        strings: Where the shared texts are, or None.
        of_1904: Whether days are counted from 1904.
        dates: The cell styles that show a number as a moment.
    """

    sheets: list[Sheet] = attrs.field(factory=list[Sheet])
    strings: str | None = None
    of_1904: bool = False
    dates: dict[str, DateFormat] = attrs.field(factory=dict[str, DateFormat])

    @classmethod
    def of(cls, archive: Archive, name: str) -> Workbook:
        """Reads the small parts of a workbook.

        Raises:
            CallListError: Parts are missing or broken.
        """
        workbook = cls()
        root = _main_part(archive, name)
        targets = _relations(archive, root, name)
        listed: list[tuple[str, str, bool]] = []

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "sheet":
                hidden = attributes.get("state", "visible") != "visible"
                listed.append((attributes.get("name", ""), attributes.get("id", ""), hidden))
            elif element == "workbookPr":
                workbook.of_1904 = attributes.get("date1904") in ("1", "true", "on")

        XmlReader(name, start).read(archive.open(root, most=_SMALL_PART))
        for sheet_name, relation, hidden in listed:
            kind, part = targets.get(relation, ("", ""))
            if kind == "worksheet":
                workbook.sheets.append(Sheet(sheet_name, part, hidden))
        parts = dict(targets.values())
        workbook.strings = parts.get("sharedStrings")
        if "styles" in parts:
            workbook.dates = _date_styles(archive, parts["styles"], name)
        return workbook


def shared_texts(archive: Archive, part: str, name: str) -> list[str]:
    """The texts that cells refer to by their position."""
    texts: list[str] = []
    pieces: list[str] = []
    # Text counts within <t>, but not where it spells how a Japanese word is read.
    within = {"t": 0, "rPh": 0}

    def start(element: str, _: dict[str, str]) -> None:
        if element in within:
            within[element] += 1
        elif element == "si":
            pieces.clear()

    def end(element: str) -> None:
        if element in within:
            within[element] -= 1
        elif element == "si":
            texts.append(plain_text("".join(pieces)))

    def text(piece: str) -> None:
        if within["t"] and not within["rPh"]:
            pieces.append(piece)

    XmlReader(name, start, end, text).read(archive.open(part, most=_MOST_TEXT))
    return texts


def plain_text(text: str) -> str:
    """A text without the escapes that Excel writes for what XML cannot hold, such as `_x000D_`."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _main_part(archive: Archive, name: str) -> str:
    if "_rels/.rels" in archive:
        for kind, part in _relations(archive, "", name).values():
            if kind == "officeDocument":
                return part
    if "xl/workbook.xml" in archive:
        return "xl/workbook.xml"
    raise CallListError(f"{name} is damaged: its workbook is missing")


def _relations(archive: Archive, part: str, name: str) -> dict[str, tuple[str, str]]:
    """Kind and place of each part that a part points at, by its id."""
    folder, file = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/")
            found[attributes.get("Id", "")] = (kind, target)

    XmlReader(name, start).read(archive.open(posixpath.join(folder, "_rels", f"{file}.rels"), most=_SMALL_PART))
    return found


def _date_styles(archive: Archive, part: str, name: str) -> dict[str, DateFormat]:
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if element == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif element == "cellXfs":
            inside.append(element)
        elif element == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    def end(element: str) -> None:
        if element == "cellXfs":
            inside.clear()

    XmlReader(name, start, end).read(archive.open(part, most=_SMALL_PART))
    formats = {number: date_format(number, codes.get(number)) for number in set(styles)}
    return {str(at): found for at, number in enumerate(styles) if (found := formats[number]) is not None}

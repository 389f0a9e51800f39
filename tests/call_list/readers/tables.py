"""Reading in one line, and workbooks of all makers, for the tests of the readers."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

import openpyxl

from autodialer_async.call_list.readers import BrokenRow, Detected, HiddenRow, ReadOptions, TableSource

__all__ = [
    "broken",
    "detected",
    "hidden",
    "mutated_parts",
    "ods_of",
    "rows_of",
    "workbook_of",
    "xlsx_of_parts",
    "xlsx_of_sheet",
]

Source = bytes | str | IO[bytes] | IO[str]


def rows_of(source: Source, **options: Any) -> list[Any]:
    """All rows; bytes are a file's contents, a str is a path."""
    with _source(source, options).open() as table:
        return list(table.rows)


def detected(source: Source, **options: Any) -> Detected:
    with _source(source, options).open() as table:
        return table.detected


def hidden(source: Source, **options: Any) -> list[list[str]]:
    return [list(row) for row in rows_of(source, **options) if isinstance(row, HiddenRow)]


def broken(source: Source, **options: Any) -> list[int]:
    return [at for at, row in enumerate(rows_of(source, **options)) if isinstance(row, BrokenRow)]


def _source(source: Source, options: Mapping[str, Any]) -> TableSource:
    return TableSource(io.BytesIO(source) if isinstance(source, bytes) else source, ReadOptions(**options))


def workbook_of(rows: Sequence[Sequence[Any]], change: Callable[[Any], object] | None = None) -> bytes:
    """An XLSX by openpyxl, with its sheet changed before it is saved."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    if change is not None:
        change(sheet)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def mutated_parts(workbook: bytes, changed: Mapping[str, bytes]) -> bytes:
    """The same archive with some parts put in the place of others."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, changed.get(part, old.read(part)))
    return file.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def xlsx_of_sheet(sheet_data: str, *, strings: str | None = None, styles: str | None = None) -> bytes:
    """An XLSX of one sheet, from the XML that stands within `<worksheet>`."""
    return xlsx_of_parts(
        f'<worksheet xmlns="{_MAIN}">{sheet_data}</worksheet>'.encode(), strings=strings, styles=styles
    )


def xlsx_of_parts(
    sheet: bytes, *, strings: str | None = None, styles: str | None = None, properties: str = ""
) -> bytes:
    relations = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    parts: dict[str, bytes] = {"xl/worksheets/sheet1.xml": sheet}
    if strings is not None:
        relations.append(("rId2", "sharedStrings", "sharedStrings.xml"))
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}">{strings}</sst>'.encode()
    if styles is not None:
        relations.append(("rId3", "styles", "/xl/styles.xml"))
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>'.encode()
    parts["_rels/.rels"] = _relations([("rId1", "officeDocument", "xl/workbook.xml")])
    parts["xl/_rels/workbook.xml.rels"] = _relations(relations)
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}">{properties}'
        '<sheets><sheet name="Лист1" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ).encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()


def _relations(relations: Sequence[tuple[str, str, str]]) -> bytes:
    listed = "".join(
        f'<Relationship Id="{ident}" Type="{_DOCUMENT}/{kind}" Target="{target}"/>' for ident, kind, target in relations
    )
    return f'<Relationships xmlns="{_PACKAGE}">{listed}</Relationships>'.encode()


def ods_of(tables: str, *, styles: str = "", manifest: str = "") -> bytes:
    """An ODS, from the XML of its tables as LibreOffice writes them."""
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "style", "draw")
    )
    content = (
        f'<office:document-content{names} xmlns:calcext="urn:calcext"><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
    return file.getvalue()


MOMENT = dt.datetime(2026, 11, 21, 10, 5, 1)  # noqa: DTZ001 - a cell has no zone

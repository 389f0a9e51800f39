"""Files to damage, and the one promise: a table, or one CallListError. Shared by the short form and by atheris."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlwt

from autodialer_async.call_list.readers import BrokenRow, TableSource
from autodialer_async.errors import CallListError

__all__ = ["damaged_part", "read_or_refused", "seeds"]

_ROWS: list[list[Any]] = [
    ["Код", "ФИО", "Телефон", "Сумма"],
    ["07", "Иванов Пётр", 89222220000, 85819.06],
    ["08", 'ООО "Ромашка" & Ко', "8 (922) 222-00-01", None],
]


def seeds() -> list[bytes]:
    """One small file of each kind."""
    text = 'Код;ФИО;Телефон\r\n07;Иванов Пётр;8 (922) 222-00-00\r\n08;"ООО ""Ромашка""\r\nдве";8922\r\n'
    lines = '{"id": 1, "phone": 89222220000.0}\n{"phone": ["8922"], "ФИО": null}\n'.encode()
    encodings = ("cp1251", "cp866", "koi8-r", "utf-8-sig", "utf-16", "utf-16-le")
    return [
        *(text.encode(encoding) for encoding in encodings),
        ("sep=|\n" + text.replace(";", "|")).encode(),
        lines,
        gzip.compress(text.encode("cp1251")),
        _xlsx(),
        _xls(),
        _ods(),
        _parquet(),
    ]


def read_or_refused(contents: bytes) -> int | None:
    """How many rows it has, or None where it was refused; anything else is a fault that this lets through."""
    count = 0
    try:
        with TableSource(io.BytesIO(contents)).open() as table:
            for row in table.rows:
                assert isinstance(row, BrokenRow) or all(isinstance(cell, str) for cell in row)
                count += 1
    except CallListError as error:
        refusal = str(error)
    else:
        return count
    assert len(refusal) < 1000
    return None


def damaged_part(archive: bytes, part: int, damage: Any) -> bytes:
    """A ZIP archive, whole but for one part, so that the damage reaches what reads the part."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        for at, name in enumerate(names):
            contents = old.read(name)
            new.writestr(name, damage(contents) if at == part % len(names) else contents)
    return file.getvalue()


def _xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in _ROWS:
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Лист1")
    for at, row in enumerate(_ROWS):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    sheet.row(1).hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _ods() -> bytes:
    return (Path(__file__).parent / "libreoffice.ods").read_bytes()


def _parquet() -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"Телефон": [89222220000.0, None], "ФИО": ["Пётр", "x"], "номера": [["1"], []]}), file)
    return file.getvalue()

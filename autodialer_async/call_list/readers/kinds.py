"""What a file is, by its first bytes."""

from __future__ import annotations

import re

from autodialer_async.call_list.readers.zipped import Archive

__all__ = ["HEAD", "foreign_kind", "is_excel_5", "is_ole", "is_parquet", "is_zip", "ole_problem", "zip_kind"]

HEAD = 512
"""How many bytes are looked at."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = re.compile(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08\x10]\x00", re.DOTALL)
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"Rar!\x1a", "a RAR archive; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
    (b"BZh", "packed by bzip2; unpack it first"),
    (b"\xfd7zXZ\x00", "packed by xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed by zstd; unpack it first"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"{\\rtf", "an RTF document"),
    (b"PARE", "an encrypted Parquet file; save it without encryption"),
)


def is_zip(head: bytes) -> bool:
    """Whether it is a ZIP archive, as XLSX and ODS files are."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def is_ole(head: bytes) -> bool:
    """Whether it is a compound file, as XLS files and all locked workbooks are."""
    return head.startswith(_OLE)


def is_excel_5(head: bytes) -> bool:
    """Whether it is an XLS of old, without a container."""
    return _BIFF.match(head) is not None


def is_parquet(head: bytes) -> bool:
    """Whether it is a Parquet file."""
    return head.startswith(b"PAR1")


def foreign_kind(head: bytes) -> str | None:
    """What a file is that is no list at all, or None."""
    return next((kind for magic, kind in _FOREIGN if head.startswith(magic)), None)


def ole_problem(contents: bytes) -> str | None:
    """Why a compound file is no XLS, or None. Its streams are told by their names, which stand in it in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in contents:
        return "is locked by a password; save it without one"
    if any(stream.encode("utf-16-le") in contents for stream in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        return None
    return "is no workbook, but another document of an office program; save the list as XLSX or CSV"


def zip_kind(archive: Archive) -> str:
    """`"xlsx"` or `"ods"`, or what else the archive is in words."""
    names = archive.names()
    if "xl/workbook.bin" in names:
        return "a binary workbook (XLSB); save it as XLSX"
    if any(name.endswith("workbook.xml") for name in names):
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    if "word/document.xml" in names:
        return "a Word document; save its table as XLSX or CSV"
    return "a ZIP archive without a workbook; unpack it first"

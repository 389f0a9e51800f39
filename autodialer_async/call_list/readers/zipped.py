"""Parts of a workbook's ZIP archive, unpacked within bounds."""

from __future__ import annotations

import zipfile
from typing import IO

from autodialer_async.errors import CallListError

__all__ = ["Archive"]

# A sheet of a million rows and twenty columns has 0.8 GB of XML; its XML shrinks ten- to forty-fold.
_MOST_UNPACKED = 2 << 30
_SMALL_ENOUGH, _SHRINKS = 16 << 20, 200
_MOST_PARTS = 10_000


class Archive:
    """A ZIP archive that is no bomb.

    What an entry declares bounds it (`zipfile` gives no byte more), and what all declare together is bounded here.
    """

    def __init__(self, file: IO[bytes], name: str) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (NotImplementedError, ValueError, RuntimeError) as error:
            raise CallListError(f"{name} is a ZIP archive that cannot be read: {str(error)[:200]}") from error
        self._name = name
        self._parts = {part.filename.replace("\\", "/").lstrip("/").lower(): part for part in self._zip.infolist()}
        self._refuse_bombs()

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._parts

    def names(self) -> list[str]:
        """The parts' names in small letters, as Excel compares them."""
        return list(self._parts)

    def open(self, part: str, *, most: int = _MOST_UNPACKED) -> IO[bytes]:
        """A part to read from.

        Raises:
            CallListError: No such part, one that is locked by a password, or one of more than `most` bytes.
        """
        entry = self._parts.get(part.lower())
        if entry is None:
            raise CallListError(f"{self._name} is damaged: its part {part[:80]!r} is missing")
        if entry.flag_bits & 0x1:
            raise CallListError(f"{self._name} is locked by a password; save it without one")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise CallListError(f"{self._name} is packed in a way that no spreadsheet program uses")
        if entry.file_size > most:
            raise self._bomb(entry.file_size)
        try:
            return self._zip.open(entry)
        except (NotImplementedError, RuntimeError, ValueError) as error:
            raise CallListError(f"{self._name} is damaged: {str(error)[:200]}") from error

    def _refuse_bombs(self) -> None:
        entries = self._zip.infolist()
        if len(entries) > _MOST_PARTS:
            raise CallListError(f"{self._name} is an archive of {len(entries):,} files, not one workbook")
        unpacked = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        # Entries may share one packed text, so the whole is measured as well as each.
        if unpacked > _MOST_UNPACKED or (unpacked > _SMALL_ENOUGH and unpacked > _SHRINKS * packed):
            raise self._bomb(unpacked)
        for entry in entries:
            if entry.file_size > _SMALL_ENOUGH and entry.file_size > _SHRINKS * entry.compress_size:
                raise self._bomb(entry.file_size)

    def _bomb(self, size: int) -> CallListError:
        return CallListError(
            f"{self._name} unpacks to {size >> 20:,} MiB, more than a list ever does: a ZIP bomb, not read"
        )

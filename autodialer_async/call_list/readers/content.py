"""The bytes of a source: opened, made seekable, unpacked from gzip; never without a bound."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import sys
import tempfile
from collections.abc import Generator
from typing import IO, cast

import attrs

from autodialer_async.errors import CallListError

__all__ = ["Content", "opened", "spooled"]

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
# What a stream is shows only at its end, so it is kept whole: in memory, then in a temporary file.
_IN_MEMORY, _ON_DISK = 16 << 20, 4 << 30
# Lists shrink five- to fifty-fold; what shrinks more is made to fill a disk.
_SMALL_ENOUGH, _SHRINKS = 64 << 20, 250


@attrs.frozen
class Content:
    """Bytes to read a table from.

    Attributes:
        file: Seekable, at its start.
        compressed: Whether it comes out of gzip; going back then means unpacking anew.
    """

    file: IO[bytes]
    compressed: bool


@contextlib.contextmanager
def opened(source: str | os.PathLike[str] | IO[bytes], name: str) -> Generator[Content]:
    """Opens a path, `-` for standard input, or takes an open file, which stays open.

    Raises:
        CallListError: No such file, a directory, a stream or an archive beyond its bound.
    """
    with contextlib.ExitStack() as stack:
        file: IO[bytes]
        if not isinstance(source, str | os.PathLike):
            file = source if _at_start(source) else stack.enter_context(spooled(source, name))
        elif os.fspath(source) == "-":
            if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - so it is where there is no console
                raise CallListError("there is no standard input to read a list from")
            file = stack.enter_context(spooled(sys.stdin.buffer, name))
        else:
            file = stack.enter_context(_opened_path(os.fspath(source), name))
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                file = stack.enter_context(spooled(file, name))
        head = file.read(2)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if head != _GZIP:
            yield Content(file, compressed=False)
            return
        # It must outlive no one: closing it leaves the file below open.
        unpacked = stack.enter_context(gzip.GzipFile(fileobj=file, mode="rb"))
        yield Content(cast("IO[bytes]", _Bounded(unpacked, max(_SMALL_ENOUGH, size * _SHRINKS), name)), compressed=True)


@contextlib.contextmanager
def spooled(stream: IO[bytes], name: str) -> Generator[IO[bytes]]:
    """A seekable copy of what is left of a stream, at most 4 GiB."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        size = 0
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > _ON_DISK:
                raise CallListError(f"{name} is a stream of over {_ON_DISK >> 30} GiB; give the path of a file")
            copy.write(block)
        copy.seek(0)
        yield cast("IO[bytes]", copy)


def _opened_path(path: str, name: str) -> IO[bytes]:
    try:
        # A directory cannot be opened, but says so in other words on each system.
        if os.path.isdir(path):  # noqa: PTH112 - a path may be a str
            raise CallListError(f"{name} is a directory, not a file")
        return open(path, "rb")  # noqa: PTH123 - a path may be a str; the stack closes
    except ValueError as error:
        raise CallListError(f"{name!r} is no path of a file: {error}") from error


def _at_start(file: IO[bytes]) -> bool:
    seekable = getattr(file, "seekable", None)
    return seekable is not None and seekable() and file.tell() == 0


class _Bounded:
    """Unpacks gzip for as long as it is no bomb: a reader that can go back."""

    def __init__(self, file: gzip.GzipFile, most: int, name: str) -> None:
        self._file = file
        self._most = most
        self._name = name
        self.closed = False

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size if size >= 0 else _BLOCK)
        if self._file.tell() > self._most:
            raise CallListError(
                f"{self._name} unpacks to over {self._most >> 20:,} MiB, more than a list ever does: not read"
            )
        return data

    read1 = read

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return True

    def flush(self) -> None:
        """Has nothing to flush."""

    def close(self) -> None:
        self.closed = True

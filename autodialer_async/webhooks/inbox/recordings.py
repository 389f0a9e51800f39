"""Recordings in files, under names made of their content."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from autodialer_async._sqlite import sync_folder
from autodialer_async.webhooks.records import Recording

__all__ = ["RecordingFolder", "Spool"]

_READ_AT_ONCE: Final = 256 * 1024
# A file that was just kept belongs to an event that is about to be written down.
_YOUNG_SECONDS: Final = 3600
_SUFFIXES: Final = ((b"RIFF", ".wav"), (b"OggS", ".ogg"), (b"ID3", ".mp3"), (b"\xff\xfb", ".mp3"), (b"fLaC", ".flac"))


class RecordingFolder:
    """Files `ab/abcd….wav`, each named by the SHA-256 of what it holds. Every method blocks.

    Args:
        path: The folder, made when it is needed and readable by its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, digest: str, suffix: str) -> Path:
        """Where a recording is kept."""
        return self.path / digest[:2] / f"{digest}{suffix}"

    def spool(self) -> Spool:
        """A place for what is on its way."""
        return Spool(self)

    def keep(self, source: BinaryIO, name: str | None) -> Recording:
        """Keep what a file holds; durable on return.

        Raises:
            OSError: It cannot be written.
        """
        source.seek(0)
        digest, size, head = sha256(), 0, b""
        while piece := source.read(_READ_AT_ONCE):
            head = head or piece[:4]
            digest.update(piece)
            size += len(piece)
        suffix = next((suffix for start, suffix in _SUFFIXES if head.startswith(start)), ".bin")
        path = self.path_of(digest.hexdigest(), suffix)
        if not self._is_there(path, size):
            self._write(source, path)
        return Recording(path=path, sha256=digest.hexdigest(), size=size, name=name)

    def _is_there(self, path: Path, size: int) -> bool:
        try:
            if path.stat().st_size != size:
                return False
            # Young again, so that a purge leaves it.
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _write(self, source: BinaryIO, path: Path) -> None:
        is_new = not path.parent.exists()
        self.make()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        source.seek(0)
        # Made under another name and moved into place, so that a kill leaves a whole file or none.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="new-", delete=False) as new:
            try:
                while piece := source.read(_READ_AT_ONCE):
                    new.write(piece)
                new.flush()
                os.fsync(new.fileno())
                Path(new.name).replace(path)
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise
        sync_folder(path.parent)
        if is_new:
            sync_folder(self.path)
            sync_folder(self.path.parent)

    def make(self) -> None:
        """Make the folder, readable by its owner alone."""
        # One by one: the mode is for the last folder of a path alone.
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def remove(self, recordings: Iterable[tuple[str, str]], is_wanted: Callable[[str], bool]) -> int:
        """Remove recordings whose events were removed, unless others have them.

        Args:
            recordings: Digest and suffix of each.
            is_wanted: Whether an event has the recording with this digest.

        Returns:
            How many were removed.
        """
        removed = 0
        for digest, suffix in recordings:
            with suppress(FileNotFoundError):
                if not is_wanted(digest):
                    self.path_of(digest, suffix).unlink()
                    removed += 1
        return removed

    def purge(self, is_wanted: Callable[[str], bool]) -> int:
        """Remove the recordings that no event ever had, and what kills left half-written.

        Args:
            is_wanted: Whether an event has the recording with this digest.

        Returns:
            How many were removed.
        """
        removed = 0
        latest = time.time() - _YOUNG_SECONDS
        for path in sorted(self.path.glob("*/*")) + sorted(self.path.glob("spool-*")):
            with suppress(FileNotFoundError):
                # Once more under the same look: a file that became young is about to be used.
                if path.stat().st_mtime < latest and not is_wanted(path.stem):
                    path.unlink()
                    removed += 1
        return removed


class Spool:
    """Temporary files of one request, gone when it is left.

    Args:
        folder: Beside whose recordings they lie: the system's own folder for such files is often kept in memory.
    """

    def __init__(self, folder: RecordingFolder) -> None:
        self._folder = folder
        self._files: list[BinaryIO] = []

    def __call__(self) -> BinaryIO:
        """A file.

        Raises:
            OSError: It cannot be made.
        """
        self._folder.make()
        # A wrapper on Windows, a file elsewhere, and used as one.
        file = cast(
            "BinaryIO",
            tempfile.TemporaryFile(dir=self._folder.path, prefix="spool-"),  # noqa: SIM115 - closed on leaving
        )
        self._files.append(file)
        return file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for file in self._files:
            # What could not be written at last is thrown away anyway.
            with suppress(OSError):
                file.close()

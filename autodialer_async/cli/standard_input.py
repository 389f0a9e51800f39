"""A list on standard input, kept for as long as it is needed: it is read once to be checked and once to be sent."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["readable_twice"]


@contextmanager
def readable_twice(file: str) -> Generator[str]:
    """The path of a list that can be read again and again: standard input (`-`) is copied into a file of its own."""
    if file != "-":
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="autodialer-") as directory:
        path = Path(directory) / "standard input"
        with path.open("wb") as copy:
            shutil.copyfileobj(sys.stdin.buffer, copy)
        yield str(path)

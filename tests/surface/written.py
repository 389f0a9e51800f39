"""The surface as it is written down, and as it is now."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import attrs

from tests.surface.answers import answers
from tests.surface.command_line import command_line
from tests.surface.names import names

__all__ = ["SURFACES", "Surface"]


@attrs.frozen
class Surface:
    """One part of what users see, and the file where it is written down."""

    file: Path
    now: Callable[[], str]

    def difference(self) -> str:
        """A diff from what is written to what is; empty where they agree."""
        written = self.file.read_text(encoding="utf-8").splitlines()
        name = self.file.name
        return "\n".join(difflib.unified_diff(written, self.now().splitlines(), name, f"{name}, now", n=6, lineterm=""))

    def write(self) -> str:
        """Write it down; says what changed."""
        if not self.file.exists():
            self.file.write_text("", encoding="utf-8")
        changed = self.difference() or f"{self.file.name} is up to date"
        self.file.write_text(self.now(), encoding="utf-8")
        return changed


_FOLDER = Path(__file__).parent
SURFACES = (
    Surface(_FOLDER / "names.txt", names),
    Surface(_FOLDER / "command_line.txt", command_line),
    Surface(_FOLDER / "answers.txt", answers),
)

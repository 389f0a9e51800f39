"""What a command prints: results on stdout, everything else on stderr, control characters on terminals only."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

import attrs
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autodialer_async.cli.errors_told import told
from autodialer_async.cli.language import say
from autodialer_async.errors import AutodialerError

__all__ = ["Field", "Output", "error_object", "is_terminal", "write"]


@attrs.frozen
class Field:
    """One line of a small table: a name, a value, and the colour of the value on a terminal."""

    name: str
    value: str
    style: str = ""


@attrs.frozen
class Output:
    """How one command was asked to print.

    Attributes:
        json: One JSON object on stdout and nothing else there.
        quiet: No progress and no remarks.
    """

    json: bool = False
    quiet: bool = False

    def table(self, fields: Iterable[Field]) -> None:
        """A small table on stdout."""
        fields = list(fields)
        if is_terminal(sys.stdout):
            grid = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
            for field in fields:
                grid.add_row(Text(plain(field.name), style="dim"), Text(plain(field.value), style=field.style))
            Console(file=sys.stdout, highlight=False).print(grid)
            return
        width = max((len(field.name) for field in fields), default=0)
        for field in fields:
            self.line(f"{field.name:<{width}}  {field.value}")

    def line(self, text: str) -> bool:
        """A line on stdout; False where its reader has just gone away."""
        return write(sys.stdout, text)

    def object(self, value: Mapping[str, Any]) -> bool:
        """A JSON object on stdout, in ASCII, so that no terminal or pipe can spoil it; False as for `line`."""
        return write(sys.stdout, json.dumps(value))

    def remark(self, text: str) -> None:
        """A line on stderr that `--quiet` leaves out."""
        if not self.quiet:
            write(sys.stderr, text)

    def warning(self, text: str) -> None:
        """A line on stderr that is never left out."""
        write(sys.stderr, say("warning: {text}", text=text))

    def error(self, error: AutodialerError) -> None:
        """One line on stderr, and with `--json` the error as an object on stdout."""
        if self.json:
            self.object({"error": error_object(error)})
        self.error_line(error)

    def error_line(self, error: AutodialerError) -> None:
        """One line on stderr."""
        write(sys.stderr, say("error: {text}", text=told(error)))


def error_object(error: AutodialerError) -> dict[str, Any]:
    """The error as JSON values."""
    known = {name: getattr(error, name, None) for name in ("status", "tries", "retry_after")}
    return {
        "type": type(error).__name__,
        "message": str(error),
        "may_have_dialled": error.may_have_dialled,
        **{name: value for name, value in known.items() if value is not None},
    }


def is_terminal(stream: TextIO | None) -> bool:
    """Whether the stream is a terminal that understands control characters."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def plain(text: str) -> str:
    """The text on one line and without control characters: cells and answers may hold any."""
    return "".join(character if character.isprintable() else " " for character in text)


def write(stream: TextIO | None, text: str) -> bool:
    """Writes one line; a closed stream, or a reader that goes away (`| head`), is no error.

    Returns:
        False where the reader has just gone away; what is written later vanishes silently.
    """
    if stream is None:
        return True
    try:
        stream.write(plain(text) + "\n")
        stream.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end and would complain.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        return False
    return True

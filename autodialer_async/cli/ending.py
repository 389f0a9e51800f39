"""From a command's work to the exit code of the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import anyio
import typer

from autodialer_async.cli.language import say
from autodialer_async.cli.output import Output
from autodialer_async.errors import (
    AutodialerError,
    CallListError,
    ConfigurationError,
    InboxError,
    InvalidCall,
    JournalError,
)

__all__ = ["ExitCode", "carry_out", "exit_code_of", "leaving_on_errors"]


class ExitCode(IntEnum):
    """What the exit code of the process tells.

    Members:
        COMPLETE: All was done, or a server was stopped.
        INCOMPLETE: Something was refused, is unknown, or was not sent.
        WRONG_USE: Arguments, settings, the list, the journal or the inbox are wrong; nothing was sent.
        INTERRUPTED: Ctrl-C came before the end (where SIGTERM is handled: 143).
    """

    COMPLETE = 0
    INCOMPLETE = 1
    WRONG_USE = 2
    INTERRUPTED = 130


def carry_out(output: Output, work: Callable[[], Awaitable[int]], *, if_interrupted: str | None = None) -> NoReturn:
    """Runs the work on an event loop of its own and leaves with the exit code that it returns, or that of its error.

    Args:
        output: Where to tell of an error.
        work: The work.
        if_interrupted: What to say where Ctrl-C ends it, more than that.
    """
    with leaving_on_errors(output, if_interrupted=if_interrupted):
        raise typer.Exit(int(anyio.run(work)))


@contextmanager
def leaving_on_errors(output: Output, *, if_interrupted: str | None = None) -> Generator[None]:
    """Leaves with the exit code of an error, or of Ctrl-C, after telling of it in one line."""
    try:
        yield
    except AutodialerError as error:
        output.error(error)
        raise typer.Exit(int(exit_code_of(error))) from error
    except KeyboardInterrupt:
        output.warning(if_interrupted or say("interrupted"))
        raise typer.Exit(int(ExitCode.INTERRUPTED)) from None


def exit_code_of(error: AutodialerError) -> ExitCode:
    """The exit code for an error that ended a command."""
    wrong_use = isinstance(error, ConfigurationError | CallListError | InvalidCall | JournalError | InboxError)
    return ExitCode.WRONG_USE if wrong_use else ExitCode.INCOMPLETE

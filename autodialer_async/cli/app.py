"""The commands under one name, and the last net below them."""

from __future__ import annotations

import io
import sys
import traceback
from typing import Annotated, cast

import typer

from autodialer_async import __version__
from autodialer_async.cli.call import call
from autodialer_async.cli.check import check
from autodialer_async.cli.demo import demo
from autodialer_async.cli.emulator import emulator
from autodialer_async.cli.help_texts import Command, Group
from autodialer_async.cli.history import history
from autodialer_async.cli.journal import journal
from autodialer_async.cli.language import say
from autodialer_async.cli.output import write
from autodialer_async.cli.ping import ping
from autodialer_async.cli.report import report
from autodialer_async.cli.status import status
from autodialer_async.cli.upload import upload
from autodialer_async.cli.webhook import webhook

__all__ = ["app", "run"]

# Plain help and no pretty exceptions: rich would draw boxes into pipes and print local variables, secrets included.
app: typer.Typer = typer.Typer(
    name="autodialer",
    cls=Group,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (demo, check, upload, status, report, call, history, ping, emulator):
    app.command(cls=Command)(_command)
app.add_typer(journal)
app.add_typer(webhook)


def _print_version(wanted: bool) -> None:
    if wanted:
        write(sys.stdout, f"autodialer {__version__}")
        raise typer.Exit


@app.callback()
def autodialer(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Load call lists into the «Автодайлер» service, nothing dialled twice, nothing lost.

    The service's address and secrets come from AUTODIALER_BASE_URL, AUTODIALER_API_KEY and AUTODIALER_ACCESS_TOKEN.
    `autodialer demo` needs none of them.
    """


def run() -> None:
    """Runs the command line and ends the process with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last net
        mistake = say("{what}; this is a mistake in autodialer-async, please report it", what=_where(error))
        write(sys.stderr, say("error: {text}", text=mistake))
        raise SystemExit(1) from None


def _where(error: BaseException) -> str:
    # Without its message: that may quote an address with the key in it, or a row of a list.
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    unexpected = say("unexpected {kind}", kind=type(error).__name__)
    if not frames:
        return unexpected
    return say("{what} at {place}", what=unexpected, place=f"{frames[-1].filename}:{frames[-1].lineno}")

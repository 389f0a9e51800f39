"""The command `autodialer`: one small module a command, each of which parses, calls the public API and prints.

Exit codes: 0 complete, 1 incomplete or refused, 2 wrong use or configuration, 130 and 143 interrupted.
"""

from __future__ import annotations

import sys

from autodialer_async.cli.language import language_of_process, say, speak

__all__ = ["main"]

_BROUGHT_BY_THE_EXTRA = {"typer", "rich", "click", "shellingham"}


def main() -> None:
    """Runs the command line of this process, in the language of its locale, and ends it with its exit code."""
    speak(language_of_process())
    try:
        from autodialer_async.cli.app import run  # noqa: PLC0415 - the extra may be missing
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in _BROUGHT_BY_THE_EXTRA:
            raise
        missing = say('the command line needs {name}: pip install "autodialer-async[cli,emulator]"', name=name)
        print(say("error: {text}", text=missing), file=sys.stderr)  # noqa: T201 - the one thing this module says
        raise SystemExit(2) from None
    run()

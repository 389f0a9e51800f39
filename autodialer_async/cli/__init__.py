"""The command `autodialer`: one small module a command, each of which parses, calls the public API and prints.

Exit codes: 0 complete, 1 incomplete or refused, 2 wrong use or configuration, 130 and 143 interrupted.
"""

from __future__ import annotations

import sys

__all__ = ["main"]

_BROUGHT_BY_THE_EXTRA = {"typer", "rich", "click", "shellingham"}


def main() -> None:
    """Runs the command line of this process and ends the process with its exit code."""
    try:
        from autodialer_async.cli.app import run  # noqa: PLC0415 - the extra may be missing
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in _BROUGHT_BY_THE_EXTRA:
            raise
        print(  # noqa: T201 - the one thing this module says
            f'error: the command line needs {name}: pip install "autodialer-async[cli,emulator]"', file=sys.stderr
        )
        raise SystemExit(2) from None
    run()

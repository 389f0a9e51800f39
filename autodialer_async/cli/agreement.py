"""A question to the person at the terminal, to be answered by yes or no."""

from __future__ import annotations

import sys

import typer

from autodialer_async.cli.language import say
from autodialer_async.cli.output import write

__all__ = ["agrees"]

# In both languages, whichever asks: hands have their habits.
_YES = frozenset({"y", "yes", "д", "да"})
_NO = frozenset({"", "n", "no", "н", "нет"})


def agrees(question: str, *, err: bool) -> bool:
    """Asks until the answer is yes or no; no answer is a no.

    Args:
        question: What to agree to.
        err: Whether to ask on stderr.

    Raises:
        typer.Abort: Ctrl-C, or the end of the input.
    """
    while True:
        text = f"{question} {say('[y/N]')}"
        answer: str = typer.prompt(text, default="", show_default=False, err=err)
        if answer.strip().lower() in _YES | _NO:
            return answer.strip().lower() in _YES
        write(sys.stderr if err else sys.stdout, say("Error: {message}", message=say("answer yes or no")))

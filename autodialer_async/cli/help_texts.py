"""Help and wrong use, where typer speaks English, in the language that is spoken."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from autodialer_async.cli.language import say, spoken
from autodialer_async.cli.other_texts import in_our_words
from autodialer_async.cli.output import write

__all__ = ["Command", "Group", "in_words_of_the_language"]

# What typer puts behind the help of an option: [default: 8; 1<=x<=100].
_NOTES = re.compile(r"(?P<help>.*?)(?P<gap>(?:  )?)\[(?P<notes>[^][]+)\]", re.DOTALL)
_KIND = re.compile(r"<(str|path|int|float)>")


class _Formatter:
    """A formatter of help that says typer's own words in the language that is spoken."""

    def __init__(self, formatter: Any) -> None:
        self._formatter = formatter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formatter, name)

    def write_usage(self, program: str, arguments: str = "", prefix: str | None = None) -> None:
        self._formatter.write_usage(program, arguments, say("Usage: ") if prefix is None else prefix)

    def section(self, name: str) -> AbstractContextManager[None]:
        section: AbstractContextManager[None] = self._formatter.section(in_our_words(name))
        return section

    def write_dl(self, rows: Iterable[tuple[str, str]], *arguments: Any, **options: Any) -> None:
        said = [(_KIND.sub(lambda kind: say(kind[0]), name), _with_notes(text)) for name, text in rows]
        self._formatter.write_dl(said, *arguments, **options)


def _with_notes(text: str) -> str:
    found = _NOTES.fullmatch(text)
    if found is None:
        return in_our_words(text)
    notes = "; ".join(in_our_words(note) for note in found["notes"].split("; "))
    return f"{found['help']}{found['gap']}[{notes}]"


class Command(TyperCommand):
    """A command whose help and usage are in the language that is spoken."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line of usage."""
        super().format_usage(ctx, _Formatter(formatter))  # type: ignore[arg-type]  # stands in for what it holds

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole help."""
        super().format_help(ctx, _Formatter(formatter))  # type: ignore[arg-type]  # stands in for what it holds


class Group(TyperGroup):
    """A group of commands whose help, usage and errors are in the language that is spoken."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line of usage."""
        super().format_usage(ctx, _Formatter(formatter))  # type: ignore[arg-type]  # stands in for what it holds

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole help."""
        super().format_help(ctx, _Formatter(formatter))  # type: ignore[arg-type]  # stands in for what it holds

    def main(self, *arguments: Any, **options: Any) -> Any:
        """Run the command line and leave with its exit code."""
        if spoken() == "en":
            return super().main(*arguments, **options)
        in_words_of_the_language(self)
        try:
            code = super().main(*arguments, **(options | {"standalone_mode": False}))
        except typer.Abort:
            write(sys.stderr, say("Aborted!"))
            code = 1
        except Exception as error:
            # The family of typer's errors has no public root in all of its versions.
            if not hasattr(error, "format_message"):
                raise
            code = _wrong_use(error)
        sys.exit(code if isinstance(code, int) else 0)


def _wrong_use(error: Any) -> int:
    context = getattr(error, "ctx", None)
    message: str = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        # Its message is the help.
        print(message, file=sys.stderr)  # noqa: T201 - many lines, made here
        return int(error.exit_code)
    if context is not None:
        print(context.get_usage(), file=sys.stderr)  # noqa: T201 - as above
        hint = say("Try '{command} {option}' for help.", command=context.command_path, option="-h")
        print(hint + "\n", file=sys.stderr)  # noqa: T201 - as above
    write(sys.stderr, say("Error: {message}", message=in_our_words(message)))
    return int(error.exit_code)


def in_words_of_the_language(command: Any) -> None:
    """Replace the English texts of a command and of all below it, once: the tree is made anew for each run."""
    command.help = _said(command.help)
    command.short_help = _said(command.short_help)
    command.options_metavar = _said(command.options_metavar)
    for parameter in command.params:
        parameter.help = _said(parameter.help)
        parameter.metavar = _said(parameter.metavar)
        if isinstance(parameter.show_default, str):
            parameter.show_default = say(parameter.show_default)
    if hasattr(command, "commands"):
        command.subcommand_metavar = _said(command.subcommand_metavar)
        for below in command.commands.values():
            in_words_of_the_language(below)


def _said(text: str | None) -> str | None:
    if text is None:
        return None
    # A paragraph stands in the catalogue without the line ends that the source gave it.
    return "\n\n".join(say(" ".join(paragraph.split())) for paragraph in text.split("\n\n"))

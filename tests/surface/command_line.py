"""The command line: commands, arguments, options, exit codes. Without the texts of the help, which may get better."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

import typer
from typer.models import ArgumentInfo, OptionInfo

from autodialer_async.cli.app import app
from autodialer_async.cli.ending import ExitCode

__all__ = ["command_line"]


def command_line() -> str:
    """The text: a block for each command, a line for each of its arguments and options."""
    exits = [f"{code.value} {code.name.lower()}" for code in ExitCode]
    return "\n".join([*_group("autodialer", app), "# exit codes", *exits]) + "\n"


def _group(path: str, group: typer.Typer) -> Iterator[str]:
    callback = group.registered_callback
    yield from _command(path, callback.callback if callback is not None else None)
    for command in sorted(group.registered_commands, key=lambda command: _name(command.name, command.callback)):
        yield from _command(f"{path} {_name(command.name, command.callback)}", command.callback)
    for below in sorted(group.registered_groups, key=lambda below: _below(below.typer_instance)):
        instance = below.typer_instance
        if instance is not None:
            yield from _group(f"{path} {_below(instance)}", instance)


def _below(group: typer.Typer | None) -> str:
    return str(group.info.name) if group is not None else ""


def _name(given: str | None, callback: Callable[..., Any] | None) -> str:
    return given or (callback.__name__.rstrip("_").replace("_", "-") if callback is not None else "")


def _command(path: str, callback: Callable[..., Any] | None) -> Iterator[str]:
    yield f"# {path}"
    if callback is not None:
        hints = typing.get_type_hints(callback, include_extras=True)
        given = {name: one for name, one in inspect.signature(callback).parameters.items() if name != "context"}
        told = [_parameter(one, hints[name]) for name, one in given.items()]
        # Arguments in their order, then options by name.
        yield from [line for line in told if not line.startswith("-")]
        yield from sorted(line for line in told if line.startswith("-"))
    yield ""


def _parameter(given: inspect.Parameter, hint: Any) -> str:
    annotated = typing.get_origin(hint) is typing.Annotated
    kind, *extras = typing.get_args(hint) if annotated else (hint,)
    info = next((extra for extra in extras if isinstance(extra, OptionInfo | ArgumentInfo)), None)
    dashed = given.name.rstrip("_").replace("_", "-")
    if isinstance(info, ArgumentInfo):
        names = dashed.upper()
    else:
        # Inside Annotated the first name stands where the default would.
        said = [info.default, *(info.param_decls or ())] if info is not None else []
        names = " ".join(name for name in said if isinstance(name, str)) or f"--{dashed}"
    told = [names, _kind(kind)]
    told += ["required"] if given.default is inspect.Parameter.empty else []
    # A default of None or nothing says nothing.
    told += [f"default {given.default}"] if given.default not in (inspect.Parameter.empty, None, False, (), []) else []
    told += [f"from {info.envvar}"] if info is not None and info.envvar else []
    return "  ".join(told)


def _kind(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "|".join(str(member.value) for member in kind)
    if isinstance(kind, type) and not typing.get_args(kind):
        return kind.__name__
    # Where a type is defined is its library's business, and differs between versions of Python.
    return re.sub(r"(\w+\.)+", "", str(kind))

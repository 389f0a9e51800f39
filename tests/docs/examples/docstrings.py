"""The examples of docstrings: found as the stdlib's doctest finds them, run with `await` allowed."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import io
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from types import FunctionType, ModuleType
from typing import Any

import autodialer_async

__all__ = ["examples_of", "modules", "run_examples"]

_OPTIONS = doctest.ELLIPSIS
_CHECKER = doctest.OutputChecker()


def modules() -> Iterator[ModuleType]:
    """Every module of the package, those of the extras too."""
    yield autodialer_async
    for found in pkgutil.walk_packages(autodialer_async.__path__, "autodialer_async."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def examples_of(module: ModuleType) -> list[doctest.DocTest]:
    """The docstrings of a module that have examples."""
    found = doctest.DocTestFinder(exclude_empty=True).find(module, module.__name__)
    return [test for test in found if test.examples]


async def run_examples(test: doctest.DocTest, names: dict[str, Any]) -> None:
    """Run a docstring's examples in order.

    Args:
        test: The docstring; its own module's names are known, as doctest has it.
        names: More names.

    Raises:
        AssertionError: An example printed or raised something else than is written there.
    """
    known = {**test.globs, "__name__": "__main__", **names}
    for example in test.examples:
        options = _OPTIONS
        for option, is_on in example.options.items():
            options = options | option if is_on else options & ~option
        if options & doctest.SKIP:
            continue
        got, error = await _outcome(example, known, f"<{test.name}>")
        where = f"{test.filename}, {test.name}:\n{example.source}"
        if error is None:
            assert example.exc_msg is None, f"{where}raised nothing"
            assert _CHECKER.check_output(example.want, got, options), f"{where}printed\n{got}not\n{example.want}"
        elif example.exc_msg is None:
            raise error
        else:
            told = "".join(_exception_lines(error))
            assert _CHECKER.check_output(example.exc_msg, told, options), f"{where}raised\n{told}"


async def _outcome(example: doctest.Example, known: dict[str, Any], file: str) -> tuple[str, Exception | None]:
    # As in a notebook or in `python -m asyncio`: the value of an expression is shown, also where it was awaited.
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(example.source, file, "single", flags=flags, dont_inherit=True)
    printed = io.StringIO()
    hook, sys.displayhook = sys.displayhook, sys.__displayhook__
    try:
        with redirect_stdout(printed):
            value = FunctionType(code, known)()
            if inspect.iscoroutine(value):
                await value
    except Exception as error:  # noqa: BLE001 - what the docstring says is to be raised
        return printed.getvalue(), error
    finally:
        sys.displayhook = hook
    return printed.getvalue(), None


def _exception_lines(error: Exception) -> list[str]:
    kind = type(error)
    # As doctest compares them: the name as a traceback of this Python writes it.
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    text = str(error)
    return [f"{name}: {text}\n" if text else f"{name}\n"]

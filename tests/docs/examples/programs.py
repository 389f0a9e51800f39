"""Python as it stands in pages and docstrings: run in order, `await` at the top level allowed."""

from __future__ import annotations

import ast
import inspect
from types import CodeType, FunctionType
from typing import Any

import anyio
import anyio.to_thread

__all__ = ["compiled", "run", "run_for_a_while"]

_LOOPS = ("anyio", "asyncio", "trio", "uvloop")
_A_WHILE = 1.0


def compiled(source: str, *, file: str, line: int = 1) -> CodeType:
    """Code of a block; its tracebacks name the page's file and line."""
    tree = ast.parse(source, file)
    ast.increment_lineno(tree, line - 1)
    code: CodeType = compile(tree, file, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    return code


async def run(code: CodeType, names: dict[str, Any]) -> None:
    """Run a block in a namespace; what starts a loop of its own has a thread of its own."""
    function = FunctionType(code, names)
    if code.co_flags & inspect.CO_COROUTINE:
        await function()
    elif set(_LOOPS) & set(code.co_names) and "run" in code.co_names:
        await anyio.to_thread.run_sync(function)
    else:
        function()


async def run_for_a_while(code: CodeType, names: dict[str, Any]) -> None:
    """Run a block that never ends, and stop it.

    Raises:
        AssertionError: It ended by itself.
    """
    with anyio.move_on_after(_A_WHILE) as scope:
        await run(code, names)
    assert scope.cancelled_caught, "it is marked as endless, and ended by itself"

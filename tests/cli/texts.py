"""The texts that stand in the sources: what the command line says, and what the library's errors say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import autodialer_async
from autodialer_async import errors

HOME = Path(autodialer_async.__file__).parent
ERRORS = {*errors.__all__, "ValueError", "BadParameter", "BrokenRow", "ImportError", "TimeoutError"}


def form(node: ast.expr) -> str | None:
    """A text as it stands in the source, `{}` for what varies; None where it is no literal."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
    return None


def bare(text: str) -> str:
    """A form without the names of its gaps."""
    return re.sub(r"{\w*}", "{}", text)


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def calls(*folders: str) -> Iterator[tuple[Path, ast.Call]]:
    """All calls in the sources of these folders of the package, or of all of it."""
    for path in sorted(HOME.rglob("*.py")):
        if folders and not str(path.relative_to(HOME)).startswith(folders):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(HOME), node


def said() -> set[str | tuple[str, str]]:
    """What `say` and `say_count` are called with."""
    found: set[str | tuple[str, str]] = set()
    for _, call in calls("cli/"):
        texts = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
        if name_of(call) == "say" and texts:
            found.add(str(texts[0]))
        if name_of(call) == "say_count":
            found.add((str(texts[0]), str(texts[1])))
    return found


def errors_raised() -> Iterator[tuple[str, str]]:
    """Where errors are made with a literal text, and the text's form."""
    for path, call in calls():
        if name_of(call) in ERRORS and call.args:
            text = form(call.args[0])
            if text is not None and re.search("[a-z]", text):
                yield str(path), bare(text)


def literals() -> str:
    """All texts of the package, a line each."""
    found: list[str] = []
    for path in sorted(HOME.rglob("*.py")):
        if path.name.endswith("_texts.py"):
            continue
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        found += [form(node) or "" for node in nodes if isinstance(node, ast.Constant | ast.JoinedStr)]
    return "\n".join(found)

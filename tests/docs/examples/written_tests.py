"""Tests as they stand in pages: put into a file, and given to pytest as a reader would."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Sequence

from tests.docs.examples.blocks import Block
from tests.docs.examples.place import Place

__all__ = ["holds_tests", "run_tests"]

_SECONDS = 60


def holds_tests(block: Block) -> bool:
    """Whether a block is one for pytest."""
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
        for node in ast.walk(ast.parse(block.source))
    )


def run_tests(blocks: Sequence[Block], place: Place) -> None:
    """Run the tests of a page, with all that is given there.

    Raises:
        AssertionError: One failed, or none was found.
    """
    file = place.folder / "test_as_written.py"
    file.write_text("\n\n".join(place.filled_in(block.source) for block in blocks), encoding="utf-8")
    # Plugins that a reader need not have cost seconds.
    options = ["-q", "-W", "error", "-p", "anyio", "-p", "autodialer", "-p", "no:cacheprovider", "--noconftest"]
    # Nor are the options of this run theirs.
    environment = place.environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, f"--rootdir={place.folder}", file.name],
        cwd=place.folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, f"{blocks[-1]}:\n{ran.stdout}"
    assert re.search(r"\d+ passed", ran.stdout), ran.stdout

"""What a page of docs/ names as its proof, and whether it is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import attrs

__all__ = ["DOCS", "ROOT", "TABLE_OF_FAULTS", "Link", "Row", "links", "missing_in", "rows", "text_of"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
TABLE_OF_FAULTS = "the table of faults"
"""What the pages call the test that goes through `tests/faults/matrix.py`."""

_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)#\s]+)[^)]*\)")


@attrs.frozen
class Link:
    """A link of a page: its words, and its target relative to docs/."""

    words: str
    target: str

    @property
    def is_proof(self) -> bool:
        """Whether it leads to a test or a benchmark."""
        return self.target.startswith(("../tests/", "../benchmarks/"))


@attrs.frozen
class Row:
    """A row of a table, its cells by the table's head."""

    cells: dict[str, str]

    @property
    def proofs(self) -> list[Link]:
        """Links of any cell to tests and benchmarks."""
        return [link for cell in self.cells.values() for link in links(cell) if link.is_proof]


def text_of(page: str) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^```.*?^```", "", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)


def links(text: str) -> Iterator[Link]:
    """All links in a text but pictures and those to the outside."""
    for words, target in _LINK.findall(text):
        if "://" not in target:
            yield Link(" ".join(words.split()), target)


def rows(text: str) -> Iterator[Row]:
    """All rows of all tables."""
    head: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] if line.startswith("|") else []
        if not cells:
            head = []
        elif not head:
            head = cells
        elif not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            yield Row(dict(zip(head, cells, strict=True)))


def missing_in(link: Link) -> str | None:
    """Why a link proves nothing, or None where it does.

    To a test: its words are the test's name after `test_`, with blanks for underscores. To a benchmark: the command.
    """
    path = (DOCS / link.target).resolve()
    if not path.is_file():
        return f"{link.target} is not there"
    if link.target.startswith("../tests/") and path.name.startswith("test_") and link.words != TABLE_OF_FAULTS:
        name = "test_" + link.words.replace(" ", "_")
        return None if name in _functions(path) else f"{link.target} has no {name}"
    if link.target.startswith("../benchmarks/"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
        if not link.words.startswith(f"`python -m {module}") or not _is_program(path):
            return f"{link.words} is not how {link.target} is run"
    return None


@cache
def _functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ) | frozenset(
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )


def _is_program(path: Path) -> bool:
    return '__name__ == "__main__"' in path.read_text(encoding="utf-8") or path.name == "__main__.py"

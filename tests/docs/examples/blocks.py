"""The fenced blocks of a page, in order, with what the page says of them invisibly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import attrs
from markdown_it import MarkdownIt

__all__ = ["Block", "blocks_of"]

# Said in a comment of its own above a block.
_NOT_RUN = re.compile(r"<!--\s*not run:\s*(.+?)\s*-->", re.DOTALL)
_ENDLESS = re.compile(r"<!--\s*endless:\s*(.+?)\s*-->", re.DOTALL)
_FILE = re.compile(r"<!--\s*file:\s*(\S+)\s*-->")
_EXIT_CODE = re.compile(r"<!--\s*exit code: (\d+)\s*-->")
# What a reader has already, and the page need not show: `<!-- given:` and Python.
_GIVEN = re.compile(r"<!--\s*given:\n(.+?)-->", re.DOTALL)


@attrs.frozen
class Block:
    """A fenced block of a page.

    Attributes:
        page: The page's file.
        line: Its first line of text, from 1.
        language: What stands behind the fence, without options; `given` for Python in a comment.
        source: Its text.
        not_run: Why it is not run, or None.
        endless: Why it never ends by itself, or None.
        exit_code: What its commands end with.
        file: Name under which a reader saves it, or None.
    """

    page: Path
    line: int
    language: str
    source: str
    not_run: str | None = None
    endless: str | None = None
    file: str | None = None
    exit_code: int = 0

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks_of(page: Path) -> Iterator[Block]:
    """All fenced blocks, also those within lists, and what is given in comments."""
    said = ""
    for token in MarkdownIt("commonmark").parse(page.read_text(encoding="utf-8")):
        if token.map is None:
            continue
        if token.type == "html_block":
            said += token.content
            if given := _GIVEN.search(token.content):
                yield Block(page, token.map[0] + 2, "given", given[1])
            continue
        if token.type == "fence":
            language = token.info.split(maxsplit=1)[0].strip("{}") if token.info.strip() else ""
            yield Block(
                page, token.map[0] + 2, language, token.content,
                _said(_NOT_RUN, said), _said(_ENDLESS, said), _said(_FILE, said), int(_said(_EXIT_CODE, said) or 0),
            )  # fmt: skip
        if token.nesting >= 0:
            said = ""


def _said(pattern: re.Pattern[str], comment: str) -> str | None:
    found = pattern.search(comment)
    return None if found is None else " ".join(found[1].split())

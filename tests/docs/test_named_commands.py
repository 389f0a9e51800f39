"""Commands that pages and docstrings name in passing are commands that there are, with options that they have."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

import pytest
import typer.main
from markdown_it import MarkdownIt

from autodialer_async.cli.app import app
from tests.docs.proofs import DOCS, ROOT

PAGES = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
# Spans are called after operations: see docs/tracing.md.
SPANS = {"autodialer make", "autodialer newcall", "autodialer cdr"}
SOURCES = sorted((ROOT / "autodialer_async").rglob("*.py"))


def in_page(text: str) -> Iterator[str]:
    """Commands in code spans; those in blocks are run by `test_pages.py`."""
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        for token in block.children or ():
            if token.type == "code_inline" and token.content.startswith("autodialer ") and token.content not in SPANS:
                yield token.content


def unknown_in(command: str) -> list[str]:
    """Words of a command line that the command does not know."""
    current: object = typer.main.get_command(app)
    words = shlex.split(re.sub(r"[\[\]…|]", " ", command), comments=True)[1:]
    path = list(takewhile(lambda word: re.fullmatch(r"[a-z]+", word), words))
    unknown = []
    for word in path:
        commands = getattr(current, "commands", None)
        if commands is None:
            break
        if word not in commands:
            return [word]
        current = commands[word]
    known = {option for parameter in getattr(current, "params", ()) for option in parameter.opts}
    known |= {"--help", "--version", "-h"}
    unknown += [word for word in words if word.startswith("-") and word != "-" and word.split("=")[0] not in known]
    return unknown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_each_command_that_a_page_names_is_there_with_its_options(page: Path) -> None:
    named = in_page(page.read_text(encoding="utf-8"))
    assert [(command, unknown) for command in named if (unknown := unknown_in(command))] == []


def test_each_command_that_a_docstring_or_a_message_names_is_there_with_its_options() -> None:
    named = [
        command
        for source in SOURCES
        for command in re.findall(r"`(autodialer [^`\n{]+)`", source.read_text(encoding="utf-8"))
    ]
    assert len(named) > 10
    assert [(command, unknown) for command in named if (unknown := unknown_in(command))] == []


def test_a_command_that_is_not_there_is_found() -> None:
    assert unknown_in("autodialer uplaod list.csv") == ["uplaod"]
    assert unknown_in("autodialer upload list.csv --yes --twice") == ["--twice"]
    assert unknown_in("autodialer journal purge --everything campaign.db") == ["--everything"]
    assert unknown_in("autodialer webhook dead --inbox calls.db") == []

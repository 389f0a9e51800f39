"""What the Russian pages show is what the commands print."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.russian_pages import BLOCK, PAGES, as_printed_now, english_in, without_numbers

NAMED = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@NAMED
def test_the_commands_of_a_page_print_what_it_shows(path: Path, russian_commands: subprocess.Popen[str]) -> None:
    page = path.read_text(encoding="utf-8")
    printed = as_printed_now(page, russian_commands)
    assert without_numbers(printed).splitlines() == without_numbers(page).splitlines()


@NAMED
def test_what_a_page_shows_is_russian_to_the_word(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    shown = [block["text"] for block in BLOCK.finditer(page) if block["kind"] == "console"]
    assert shown
    said = "".join(line for text in shown for line in text.splitlines(keepends=True) if not line.startswith("$ "))
    # Codes of the service and names of regions are as they come.
    assert english_in(re.sub(r"\b[A-Z]+( [A-Z]+)* \d+\b", "", said)) == []


@NAMED
def test_the_links_of_a_page_within_this_folder_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([\w-]+\.md)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []

"""What the Russian pages show is what the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.russian_pages import PAGES, as_printed_now, without_numbers


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_commands_of_a_page_print_what_it_shows(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert without_numbers(as_printed_now(page)).splitlines() == without_numbers(page).splitlines()

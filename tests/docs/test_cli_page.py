"""The page of the command line says what the command line says."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("locale", ["ru_RU.UTF-8", "C"])
def test_the_kept_page_is_the_one_that_the_commands_give_in_any_locale(
    monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("LANGUAGE", locale[:2])
    made = runpy.run_path(str(DOCS / "cli_page.py"))["page"]()
    kept = (DOCS / "cli.md").read_text(encoding="utf-8")
    assert made == kept, "run: python docs/cli_page.py"


def test_every_command_has_its_section_and_its_whole_sentence() -> None:
    from autodialer_async.cli.app import app  # noqa: PLC0415 - typer reads the width of the terminal on import

    kept = (DOCS / "cli.md").read_text(encoding="utf-8")
    names = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    names += [str(group.typer_instance.info.name) for group in app.registered_groups if group.typer_instance]
    assert len(names) >= 11
    for name in names:
        assert f"\n## `autodialer {name}`\n" in kept
        assert f"\n* [`{name}`](#autodialer-{name}): " in kept
    assert not re.search(r"^\* \[.*\.\.\.$", kept, re.MULTILINE)

"""What docs/emulator.md and the docstrings say is so."""

from __future__ import annotations

import doctest
import importlib
import json
import re
from pathlib import Path

import pytest

from autodialer_async.emulator import FATES, Emulator, Fidelity, Simulation, Webhook
from autodialer_async.emulator.described import simulation_from

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
MODULES = ["described", "fault_kinds", "fidelity", "plain", "scenario", "webhook"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings_are_true(name: str) -> None:
    module = importlib.import_module(f"autodialer_async.emulator.{name}")
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


def test_table_of_fates_is_that_of_the_code() -> None:
    rows = dict(re.findall(r"^\| `([0-9]{4})` \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert rows.keys() == FATES.keys()
    for digits, text in rows.items():
        assert re.findall(r"`([A-Z]+[A-Z ]*[0-9]*)`", text) == [ending.code for ending in FATES[digits]]
        seconds = [ending.seconds[0] for ending in FATES[digits] if ending.seconds[0]]
        assert [int(length) for length in re.findall(r"([0-9]+) s", text)] == seconds


def test_scenario_of_the_page_can_be_read() -> None:
    (text,) = re.findall(r"<!-- file: scenario.json -->\n\n```json\n(.*?)```", PAGE, re.DOTALL)
    assert simulation_from(json.loads(text)).lines == 30


@pytest.mark.parametrize("settings", [Fidelity, Webhook, Simulation])
def test_every_setting_is_on_the_page(settings: type) -> None:
    named = set(re.findall(r"[a-z_]+", PAGE))
    assert {field.name for field in settings.__attrs_attrs__} <= named  # type: ignore[attr-defined]


def test_every_method_of_the_emulator_is_on_the_page() -> None:
    documented_elsewhere = {"api_key", "access_token", "add_fault", "page_url", "wait_until", "close", "counts", "now"}
    public = {name for name in dir(Emulator) if not name.startswith("_")} - documented_elsewhere
    named = set(re.findall(r"[a-z_]+", PAGE))
    assert public - named <= {"records", "tasks"}

"""The tables of settings.md say what the code says: every argument, in order of the code or not, and its default."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from autodialer_async import AsyncAutodialer, CallWindow, Dialect, RateLimit, RetryPolicy
from autodialer_async.fast import FastTransport
from autodialer_async.webhooks import Backoff, WebhookReceiver, answered_with_words

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
KNOWN = {
    kind.__name__: kind
    for kind in (Backoff, CallWindow, Dialect, RateLimit, RetryPolicy, answered_with_words, time, timedelta)
} | {"httpx": httpx}
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
# Where it is told what is sent, or for tests only.
NO_SETTINGS = {"self", "calls", "date_from", "date_to", "file", "clock"}


def rows(section: str, header: str) -> list[list[str]]:
    """The cells of the table that has this header."""
    table = re.search(rf"^\| {header} \|.*\n\| ---.*\n((?:\|.*\n?)+)", SECTIONS[section], re.MULTILINE)
    assert table is not None, f"no table {header!r} under {section!r}"
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table[1].splitlines()]


def names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def default(cell: str) -> Any:
    if cell == "required":
        return inspect.Parameter.empty
    return eval(cell.strip("`"), {**KNOWN})


def told(section: str, header: str) -> dict[str, Any]:
    return {name: default(row[1]) for row in rows(section, header) for name in names(row[0])}


def held(function: Callable[..., Any]) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in parameters if parameter.name not in NO_SETTINGS}


@pytest.mark.parametrize(
    ("section", "header", "function"),
    [
        ("The client", "argument", AsyncAutodialer.__init__),
        ("The client", "argument of `FastTransport`", FastTransport.__init__),
        ("One upload", "argument", AsyncAutodialer.make),
        ("One call", "argument", AsyncAutodialer.newcall),
        ("WebhookReceiver", "argument", WebhookReceiver.__init__),
    ],
)
def test_a_table_has_every_argument_and_its_default(section: str, header: str, function: Callable[..., Any]) -> None:
    assert told(section, header) == held(function)


@pytest.mark.parametrize("kind", [RetryPolicy, RateLimit, Dialect])
def test_a_table_has_every_field_and_its_default(kind: type[Any]) -> None:
    made = kind()
    assert told(kind.__name__, "field") == {field.name: getattr(made, field.name) for field in attrs.fields(kind)}


def test_the_table_of_the_history_has_every_argument_of_its_operations() -> None:
    operations = ("cdr", "history", "export_history", "reconcile", "campaign")
    expected = {
        (operation, name): value
        for operation in operations
        for name, value in held(getattr(AsyncAutodialer, operation)).items()
        if name != "journal"
    }
    given = {
        (operation, name): default(row[2])
        for row in rows("The call history", "argument")
        for operation in names(row[1])
        for name in names(row[0])
    }
    assert given == expected


def test_every_variable_of_the_environment_that_the_package_reads_is_told() -> None:
    # Those of the tests are read by no module of the package; AUTODIALER_{argument} is put together.
    found = {
        name
        for path in (ROOT / "autodialer_async").rglob("*.py")
        for name in re.findall(r"AUTODIALER_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }
    told = {name for row in rows("Environment variables", "variable") for name in names(row[0])}
    assert found == {name for name in told if name.startswith("AUTODIALER_")}


@pytest.mark.parametrize("argument", ["base_url", "api_key", "access_token"])
def test_an_argument_that_can_stand_in_the_environment_names_its_variable(argument: str) -> None:
    (row,) = [row for row in rows("The client", "argument") if names(row[0]) == [argument]]
    assert f"`AUTODIALER_{argument.upper()}`" in row[2]

"""Every public name has a docstring, and a place on the API page of its module."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path
from types import ModuleType

import pytest

import autodialer_async
from autodialer_async import history

API = Path(__file__).parents[2] / "docs" / "api"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(API.glob("*.md")) if path.stem != "index"}
MODULES = sorted(
    {name for page in PAGES.values() for name in re.findall(r"^\.\. automodule:: (\S+)$", page, re.MULTILINE)}
)


def page_of(module: str) -> str:
    (page,) = [text for text in PAGES.values() if f".. automodule:: {module}\n" in text]
    return page


def test_every_module_whose_name_is_public_has_a_page() -> None:
    own = {module.name for module in pkgutil.iter_modules(autodialer_async.__path__)}
    public = {"autodialer_async"} | {f"autodialer_async.{name}" for name in own if not name.startswith("_")}
    shown = {name for name in MODULES if name.count(".") < 2}
    # A package without names of its own is shown by its parts.
    assert public - shown == {"autodialer_async.history"}
    parts = {module.name for module in pkgutil.iter_modules(history.__path__) if module.ispkg}
    assert {f"autodialer_async.history.{name}" for name in parts} <= set(MODULES)


def test_every_page_is_listed_with_its_module() -> None:
    index = (API / "index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) == set(PAGES)


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_described(module: str) -> None:
    loaded: ModuleType = importlib.import_module(module)
    assert loaded.__doc__
    data = set(re.findall(r"^\.\. data:: (\w+)$", page_of(module), re.MULTILINE))
    for name in loaded.__all__:
        value = getattr(loaded, name)
        # Constants and aliases have no docstring in Python: their page has it.
        own = isinstance(value, type) and vars(value).get("__doc__")
        assert own or (not isinstance(value, type) and callable(value) and value.__doc__) or name in data, name


def test_every_name_of_the_front_has_a_description_on_its_page_or_is_an_error() -> None:
    described = set(re.findall(r"^\.\. autoclass:: (\w+)$", PAGES["autodialer_async"], re.MULTILINE))
    errors = set(importlib.import_module("autodialer_async.errors").__all__)
    assert described == {name for name in autodialer_async.__all__ if not name.startswith("_")} - errors


def test_the_page_of_records_describes_those_that_the_front_does_not_have() -> None:
    [members] = re.findall(r"^ +:members: (.+)$", PAGES["models"], re.MULTILINE)
    own = set(importlib.import_module("autodialer_async.models").__all__)
    assert set(members.split(", ")) == own - set(autodialer_async.__all__)

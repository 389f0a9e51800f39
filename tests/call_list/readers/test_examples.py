"""The examples in the readers' docstrings hold."""

from __future__ import annotations

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["cells", "cyrillic", "date_formats", "delimiters", "source", "xlsx_cells"])
def test_examples_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"autodialer_async.call_list.readers.{name}"))
    assert tried
    assert not failed

"""Hours on the command line."""

from __future__ import annotations

from datetime import time

import pytest
import typer

from autodialer_async.cli.hours import hours_from_text
from autodialer_async.models import CallWindow


@pytest.mark.parametrize("text", ["9:30-21:00", "09:30:00 - 21:00", "9:30–21:00"])
def test_hours_are_read_in_their_usual_spellings(text: str) -> None:
    assert hours_from_text(text) == CallWindow(time(9, 30), time(21))


@pytest.mark.parametrize("text", ["", "10:00", "10-19", "19:00-10:00", "10:00-25:00", "10:00-19:00-20:00"])
def test_anything_else_is_wrong_use(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        hours_from_text(text)

"""The bar's words and numbers."""

from __future__ import annotations

import io
import re
from typing import Any

import attrs
import pytest

from autodialer_async import Progress
from autodialer_async.cli.output import Output
from autodialer_async.cli.progress_bar import ProgressBar, remaining

_NOTHING_YET: dict[str, Any] = {field.name: 0 for field in attrs.fields(Progress)}
_OF_UNKNOWN_LENGTH = {"total": None, "seconds_left": None}
HALF = Progress(
    **(_NOTHING_YET | _OF_UNKNOWN_LENGTH | {"accepted": 4000, "rejected": 1000, "unknown": 7, "rate": 1000.0})
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal_for_stderr(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    # Not a fixture: between set-up and test pytest puts a stderr of its own in place.
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    for name, value in (("TERM", "xterm"), ("COLUMNS", "150")):
        monkeypatch.setenv(name, value)
    return screen


def last_line(screen: Terminal) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", screen.getvalue()).rstrip().splitlines()[-1]


@pytest.mark.parametrize(
    ("known", "total", "expected"),
    [
        ({"seconds_left": 75.0}, None, "1:15"),
        ({"seconds_left": 3675.0}, None, "1:01:15"),
        ({}, 15_007, "0:10"),
        ({}, None, None),
        ({"rate": 0.0}, 10_000, None),
        ({}, 5007, None),
        ({}, 100, None),
    ],
)
def test_time_left_is_the_clients_estimate_or_follows_from_the_files_length(
    known: dict[str, Any], total: int | None, expected: str | None
) -> None:
    assert remaining(attrs.evolve(HALF, **known), total) == expected


def test_bar_tells_records_rate_time_left_and_what_became_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for_stderr(monkeypatch)
    with ProgressBar(Output(), 25_007) as bar:
        assert "0/25,007 records" in last_line(terminal)
        bar.update(HALF)
    assert re.split("[━╸╺]", last_line(terminal))[-1].split() == (
        ["5,007/25,007", "records", "1,000/s", "0:20", "left", "accepted", "4,000", "rejected", "1,000", "unknown", "7"]
    )


def test_narrow_terminal_shows_the_states_on_a_line_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for_stderr(monkeypatch)
    monkeypatch.setenv("COLUMNS", "80")
    with ProgressBar(Output(), 25_007) as bar:
        bar.update(HALF)
    assert last_line(terminal).split() == ["accepted", "4,000", "rejected", "1,000", "unknown", "7"]


def test_bar_of_a_list_of_unknown_length_counts_up_and_is_full_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for_stderr(monkeypatch)
    with ProgressBar(Output(), None) as bar:
        assert "0 records" in last_line(terminal)
        bar.update(HALF)
        bar.finish(5007)
    assert "5,007/5,007 records" in last_line(terminal)


def test_quiet_shows_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = terminal_for_stderr(monkeypatch)
    with ProgressBar(Output(quiet=True), 10) as bar:
        bar.update(HALF)
        bar.finish(5007)
    assert terminal.getvalue() == ""

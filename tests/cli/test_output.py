"""What reaches the streams."""

from __future__ import annotations

import io
import json
import os

import pytest

from autodialer_async.cli.output import Field, Output, error_object, is_terminal, write
from autodialer_async.errors import DeliveryUnknown, RateLimited


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_control_characters_in_data_do_not_reach_the_stream(capsys: pytest.CaptureFixture[str]) -> None:
    Output().line("a\x1b[31mb\r\nc\u202ed")
    assert capsys.readouterr().out == "a [31mb  c d\n"


def test_closed_stream_is_no_error() -> None:
    assert write(None, "text")


def test_reader_that_went_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        assert not write(stream, "text")
        assert write(stream, "more text")


def test_quiet_leaves_out_remarks_and_keeps_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(quiet=True)
    output.remark("aside")
    output.warning("danger")
    assert capsys.readouterr() == ("", "warning: danger\n")


def test_table_is_aligned_text_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table([Field("read", "25000", "bold"), Field("task ids", "1")])
    assert capsys.readouterr().out == "read      25000\ntask ids  1\n"


def test_table_on_a_terminal_takes_no_markup_from_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stdout", terminal)
    Output().table([Field("read", "[red]1\x1b[2J", "bold")])
    assert "[red]1 [2J" in terminal.getvalue()


@pytest.mark.parametrize("term", ["dumb", "unknown"])
def test_terminal_that_understands_nothing_counts_as_none(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", term)
    assert not is_terminal(Terminal())
    assert not is_terminal(None)


def test_error_becomes_one_object_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    error = RateLimited("too many", status=429, retry_after=3.0)
    Output(json=True).error(error)
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": error_object(error)}
    assert error_object(error) == {
        "type": "RateLimited",
        "message": str(error),
        "may_have_dialled": False,
        "status": 429,
        "tries": 1,
        "retry_after": 3.0,
    }
    assert err == f"error: {error}\n"


def test_error_object_says_whether_anyone_was_dialled() -> None:
    assert error_object(DeliveryUnknown("no answer"))["may_have_dialled"] is True

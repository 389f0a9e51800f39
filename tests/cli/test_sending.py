"""From an order to an exit code, where the commands' tests do not reach."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import anyio
import attrs
import pytest
import typer

from autodialer_async import Call, UploadResult
from autodialer_async.cli import sending
from autodialer_async.cli.output import Output
from autodialer_async.cli.sending import Order, Sending, send


def code_of(order: Order, output: Output) -> int:
    with pytest.raises(typer.Exit) as caught:
        send(output, lambda: order)
    return caught.value.exit_code


def test_ctrl_c_where_signals_cannot_be_received_prints_the_result_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unsupported(*signals: signal.Signals) -> None:
        raise NotImplementedError

    monkeypatch.setattr(anyio, "open_signal_receiver", unsupported)

    def calls() -> Iterator[Call]:
        for number in range(100_000):
            if number == 1500:
                os.kill(os.getpid(), signal.SIGINT)
            yield Call(number, 89220000000 + number)

    order = Order(calls(), client={"concurrency": 1}, emulator={"latency": 0.2})
    assert code_of(order, Output(json=True)) == 130
    told = capsys.readouterr()
    result = json.loads(told.out)
    assert result["read"] == result["accepted"] + result["unsent"] + result["unknown"] < 100_000
    assert "warning: interrupted" in told.err


def test_ctrl_c_before_the_work_begins_is_130(capsys: pytest.CaptureFixture[str]) -> None:
    def order() -> Order:
        os.kill(os.getpid(), signal.SIGINT)
        return Order([], client={}, emulator={})

    with pytest.raises(typer.Exit) as caught:
        send(Output(), order)
    assert caught.value.exit_code == 130
    assert "warning: interrupted" in capsys.readouterr().err


def test_signal_before_anything_is_sent_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def never_ready() -> AsyncIterator[None]:
        os.kill(os.getpid(), signal.SIGTERM)
        await anyio.sleep_forever()
        yield

    monkeypatch.setattr(sending, "serve_emulator", never_ready)
    assert code_of(Order([], client={}, emulator={}), Output()) == 143
    assert capsys.readouterr() == ("", "warning: SIGTERM: nothing was sent\n")


@attrs.frozen
class Finished:
    """An upload that is over."""

    result: UploadResult


@pytest.mark.parametrize(
    ("result", "caught", "code"),
    [
        (UploadResult(read=1, accepted=1), None, 0),
        (UploadResult(read=1, accepted=1), signal.SIGINT, 0),
        (UploadResult(read=2, accepted=1, skipped=1), None, 0),
        (UploadResult(read=1, accepted=1, source_exhausted=False), signal.SIGTERM, 143),
        (UploadResult(read=1, unsent=1), signal.SIGINT, 130),
        (UploadResult(read=1, unknown=1), None, 1),
        (UploadResult(read=1, invalid=1), None, 1),
        (UploadResult(source_exhausted=False), None, 1),
    ],
)
def test_signal_counts_only_where_it_left_something_undone(
    result: UploadResult, caught: signal.Signals | None, code: int
) -> None:
    over = Sending(Order([], client={}), Output())
    over._upload = Finished(result)  # type: ignore[assignment]  # only its result is asked for
    over._interrupts.caught = caught
    assert over._exit_code() == code

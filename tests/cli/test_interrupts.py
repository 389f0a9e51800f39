"""What the first and the second signal do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import anyio
import pytest

from autodialer_async.cli.interrupts import Interrupts
from autodialer_async.errors import NotSent

pytestmark = pytest.mark.anyio


class Work:
    """Runs until it is stopped."""

    def __init__(self) -> None:
        self.stopped = anyio.Event()

    def stop(self) -> None:
        self.stopped.set()


class Heard:
    """Interrupts, and what they called."""

    def __init__(self) -> None:
        self.stops: list[signal.Signals] = []
        self.left = 0
        self.interrupts = Interrupts(on_stop=self.stops.append, leave=self._leave)

    def _leave(self) -> None:
        self.left += 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_first_signal_stops_what_runs_and_its_code_counts(number: signal.Signals) -> None:
    heard = Heard()

    async def work() -> int:
        running = heard.interrupts.running = Work()
        os.kill(os.getpid(), number)
        await running.stopped.wait()
        return 7

    assert await heard.interrupts.watch_over(work) == 7
    assert heard.stops == [number]
    assert heard.interrupts.caught is number


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_signal_before_anything_runs_cancels(number: signal.Signals, code: int) -> None:
    heard = Heard()

    async def work() -> int:
        os.kill(os.getpid(), number)
        await anyio.sleep_forever()
        return 0

    assert await heard.interrupts.watch_over(work) == code
    assert heard.stops == [number]


async def test_second_signal_leaves_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = Heard()
    ended = anyio.Event()
    codes: list[int] = []

    def leave_process(code: int) -> None:
        codes.append(code)
        ended.set()

    monkeypatch.setattr(os, "_exit", leave_process)

    async def work() -> int:
        running = heard.interrupts.running = Work()
        os.kill(os.getpid(), signal.SIGINT)
        await running.stopped.wait()
        assert heard.left == 0
        os.kill(os.getpid(), signal.SIGTERM)
        await ended.wait()
        return 0

    await heard.interrupts.watch_over(work)
    assert (heard.left, codes) == (1, [143])


async def test_signal_after_the_end_changes_nothing() -> None:
    heard = Heard()

    async def work() -> int:
        heard.interrupts.done = True
        os.kill(os.getpid(), signal.SIGINT)
        while heard.interrupts.caught is None:
            await anyio.lowlevel.checkpoint()
        return 0

    assert await heard.interrupts.watch_over(work) == 0
    assert heard.stops == []


async def test_error_of_the_work_comes_out_in_no_group() -> None:
    async def work() -> int:
        raise NotSent("no route")

    with pytest.raises(NotSent):
        await Heard().interrupts.watch_over(work)


async def test_where_signals_cannot_be_received_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*signals: signal.Signals) -> None:
        raise NotImplementedError

    monkeypatch.setattr(anyio, "open_signal_receiver", unsupported)

    async def work() -> int:
        return 0

    assert await Heard().interrupts.watch_over(work) == 0


def test_where_signals_cannot_be_received_ctrl_c_ends_a_server_all_the_same() -> None:
    # As on Windows with asyncio: there Ctrl-C cancels the main task.
    program = (
        "import sys, anyio\n"
        "from unittest.mock import patch\n"
        "from autodialer_async.cli import main\n"
        "sys.argv[1:] = ['emulator', '--port', '0', '--json']\n"
        "with patch('anyio.open_signal_receiver', side_effect=NotImplementedError):\n"
        "    main()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        assert "base_url" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "warning: interrupted"

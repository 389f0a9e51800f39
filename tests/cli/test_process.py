"""The command as a process of its own: streams, signals, exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

COMMAND = (sys.executable, "-m", "autodialer_async.cli")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
LONG_ENOUGH = 60


def variables(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUTODIALER_", "COV_"))}
    # Each of these makes rich or typer believe in a terminal.
    return kept | {"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1", "GITHUB_ACTIONS": "true", "TERM": "xterm"} | extra


def run(*arguments: object, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LONG_ENOUGH,
        check=False,
        env=variables(**extra),
    )


@contextmanager
def running(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=variables(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return
    pytest.fail(f"the process ended without saying {words!r}")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("demo", "--records", 1500, "--latency", 0), 0),
        (("upload", "missing.csv"), 2),
        (("ping",), 2),
        (("upload", "--no-such-option"), 2),
        (("--help",), 0),
    ],
)
def test_no_control_characters_without_a_terminal(arguments: tuple[object, ...], code: int) -> None:
    ran = run(*arguments)
    assert ran.returncode == code
    assert not CONTROL.search(ran.stdout + ran.stderr)
    assert "Traceback" not in ran.stderr


def test_json_is_all_there_is_on_stdout() -> None:
    ran = run("demo", "--records", 10, "--latency", 0, "--json")
    assert json.loads(ran.stdout)["accepted"] == 10
    assert ran.stdout.isascii()


def test_streams_that_know_no_cyrillic_are_no_error(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,город\n", encoding="utf-8")
    ran = run("upload", file, "--emulator", PYTHONIOENCODING="ascii:strict", PYTHONUTF8="0", LC_ALL="C")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert "--phone-column" in ran.stderr


def test_reader_that_leaves_early_gets_no_traceback() -> None:
    with running("demo", "--records", 10) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(LONG_ENOUGH) == 0
    assert "Traceback" not in said
    assert "Broken" not in said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_first_signal_finishes_what_is_in_flight_and_prints_the_exact_result(number: signal.Signals, code: int) -> None:
    # Thirty answers one after the other take 15 s: the signal comes long before the end.
    with running("demo", "--records", 30_000, "--latency", 0.5, "--concurrency", 1, "--json") as process:
        wait_for_line(process, "sending")
        process.send_signal(number)
        wait_for_line(process, f"{number.name}: finishing")
        out, err = process.communicate(timeout=LONG_ENOUGH)
        assert process.returncode == code
    result = json.loads(out)
    assert result["read"] == result["accepted"] + result["unsent"] < 30_000
    assert (result["unknown"], result["source_exhausted"]) == (0, False)
    assert result["emulator"]["accepted"] == sum(result["emulator"]["outcomes"].values()) == result["accepted"]
    assert result["emulator"]["numbers_taken_twice"] == 0
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_that_is_kept_serves_its_page_until_a_signal_and_was_complete(number: signal.Signals) -> None:
    with running("demo", "--records", 50, "--keep") as process:
        wait_for_line(process, "the emulator goes on")
        assert process.stdout is not None
        page = next(line for line in process.stdout if line.startswith("its page: ")).split()[-1]
        with urlopen(Request(page), timeout=LONG_ENOUGH) as answer:
            assert answer.status == 200
        process.send_signal(number)
        out, err = process.communicate(timeout=LONG_ENOUGH)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err


def test_second_signal_leaves_at_once_with_the_result_as_it_stands() -> None:
    # An answer takes a minute, and so would a leaving that is not at once.
    with running("demo", "--records", 30_000, "--latency", LONG_ENOUGH, "--json") as process:
        wait_for_line(process, "sending")
        process.send_signal(signal.SIGINT)
        wait_for_line(process, "SIGINT: finishing")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONG_ENOUGH)
        assert process.returncode == 130
    result = json.loads(out)
    assert result["read"] == result["unsent"] + result["unknown"]
    assert "Traceback" not in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_emulator_serves_the_other_commands_until_it_is_stopped(number: signal.Signals, tmp_path: Path) -> None:
    with running("emulator", "--port", 0) as process:
        wait_for_line(process, "serving on http://127.0.0.1:")
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        settings = tmp_path / "service.env"
        settings.write_text("".join(lines))
        assert run("ping", "--env-file", settings).returncode == 0
        assert (
            run("upload", Path(__file__).parents[1] / "data" / "plain_small.csv", "--env-file", settings).returncode
            == 0
        )
        process.send_signal(number)
        assert process.wait(LONG_ENOUGH) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_key_of_the_environment_is_not_printed() -> None:
    arguments = ("emulator", "--port", "0", "--api-key-env", "MY_KEY")
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=variables(MY_KEY="fake-key-9c"),
    ) as process:
        wait_for_line(process, "serving on")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONG_ENOUGH)
    assert 'export AUTODIALER_API_KEY="$MY_KEY"' in out.splitlines()
    assert "fake-key-9c" not in out + err


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_missing_extra_is_one_line_with_the_install_command(missing: str) -> None:
    program = f"import sys; sys.modules[{missing!r}] = None; from autodialer_async.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "demo"], capture_output=True, text=True, timeout=LONG_ENOUGH, check=False
    )
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        f'error: the command line needs {missing}: pip install "autodialer-async[cli,emulator]"'
    ]


def test_missing_emulator_is_one_line_with_the_install_command() -> None:
    program = "import sys; sys.modules['uvicorn'] = None; from autodialer_async.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program, "demo"], capture_output=True, text=True, timeout=LONG_ENOUGH, check=False
    )
    assert ran.returncode == 2
    [line] = ran.stderr.splitlines()
    assert line.startswith("error: the emulator needs uvicorn")
    assert line.endswith('pip install "autodialer-async[emulator]"')


def test_unexpected_error_is_one_line_without_its_message() -> None:
    program = (
        "import autodialer_async.cli.ping as ping\n"
        "def broken(env_file): raise KeyError('fake-secret-key')\n"
        "ping.connection = broken\n"
        "from autodialer_async.cli import main; main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, "ping"], capture_output=True, text=True, timeout=LONG_ENOUGH, check=False
    )
    assert ran.returncode == 1
    [line] = ran.stderr.splitlines()
    assert line.startswith("error: unexpected KeyError at <string>:2")
    assert "fake-secret-key" not in ran.stdout + ran.stderr


@pytest.mark.parametrize(("extra", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_bar_and_colours_are_for_terminals(extra: dict[str, str], coloured: bool) -> None:
    screen, terminal = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "demo", "--records", "3000", "--latency", "0.2"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=variables(COLUMNS="140", **extra) | ({} if extra else {"NO_COLOR": ""}),
    ) as process:
        os.close(terminal)
        shown = b""
        # A terminal whose last writer has left raises EIO instead of ending.
        while True:
            try:
                shown += os.read(screen, 65536)
            except OSError:
                break
        assert process.wait(LONG_ENOUGH) == 0
    os.close(screen)
    text = shown.decode()
    assert "3,000/3,000 records" in text
    assert "accepted 3,000" in re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert (re.search(r"\x1b\[[0-9;]*3\dm", text) is not None) == coloured
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h")

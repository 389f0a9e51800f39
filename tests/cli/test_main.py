"""The entry point and the served emulator, in this process."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from autodialer_async.cli import main, ping
from autodialer_async.cli.output import Output
from tests.cli.conftest import Autodialer


def code_of_main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    monkeypatch.setattr(sys, "argv", ["autodialer", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code


def test_main_ends_with_the_commands_exit_code(
    environment: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of_main(monkeypatch, "--version") == 0
    assert code_of_main(monkeypatch, "ping") == 2
    assert "error: base_url is missing" in capsys.readouterr().err


@pytest.mark.parametrize("wrap", [lambda error: error, lambda error: ExceptionGroup("fake-secret-key", [error])])
def test_unexpected_error_tells_its_place_and_not_its_message(
    wrap: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(env_file: object) -> None:
        raise wrap(KeyError("fake-secret-key"))  # type: ignore[operator]

    monkeypatch.setattr(ping, "connection", broken)
    assert code_of_main(monkeypatch, "ping") == 1
    shown = capsys.readouterr()
    assert shown.err.startswith("error: unexpected KeyError")
    assert "fake-secret-key" not in shown.err + shown.out


@pytest.mark.parametrize("missing", ["typer", "rich.console"])
def test_missing_extra_is_named(
    missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "autodialer_async.cli.app", raising=False)
    monkeypatch.delitem(sys.modules, "autodialer_async.cli.output", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    assert code_of_main(monkeypatch, "ping") == 2
    assert f"the command line needs {missing.partition('.')[0]}: pip install" in capsys.readouterr().err


def test_missing_module_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "autodialer_async.cli.app", raising=False)
    monkeypatch.setitem(sys.modules, "autodialer_async.cli.ping", None)
    with pytest.raises(ModuleNotFoundError):
        main()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "export AUTODIALER_API_KEY=emulator-key\n"),
        (["--api-key-env", "MY_KEY"], 'export AUTODIALER_API_KEY="$MY_KEY"\n'),
        (["--json"], '"api_key": "emulator-key"'),
        (["--allow-remote"], "export AUTODIALER_BASE_URL=http://127.0.0.1:"),
    ],
)
def test_emulator_prints_how_to_reach_it_and_ends_well_at_a_signal(
    autodialer: Autodialer,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
    arguments: list[str],
    expected: str,
) -> None:
    remark = Output.remark

    def stop_when_it_serves(output: Output, text: str) -> None:
        remark(output, text)
        os.kill(os.getpid(), number)

    monkeypatch.setattr(Output, "remark", stop_when_it_serves)
    ran = autodialer("emulator", "--port", 0, *arguments, MY_KEY="fake-key-9c")
    assert ran.code == 0
    assert expected in ran.out
    assert "fake-key-9c" not in ran.out + ran.err

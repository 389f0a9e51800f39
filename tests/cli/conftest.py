"""The command line in this process, and an emulator for it to talk to."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import anyio.from_thread
import attrs
import pytest
from typer.testing import CliRunner

from autodialer_async.cli.app import app
from autodialer_async.emulator import Emulator
from tests.cli.russian_pages import commands


@attrs.frozen
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str


Autodialer = Callable[..., Ran]

API_KEY = "fake-key-4f1e"
ACCESS_TOKEN = "fake-token-77aa"


@pytest.fixture
def small_list() -> Path:
    return Path(__file__).parents[1] / "data" / "plain_small.csv"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve(api_key=API_KEY, access_token=ACCESS_TOKEN)) as emulator,
    ):
        yield emulator


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BASE_URL", "API_KEY", "ACCESS_TOKEN"):
        monkeypatch.delenv(f"AUTODIALER_{name}", raising=False)


@pytest.fixture
def autodialer(environment: None) -> Autodialer:
    """Runs a command that knows of no service."""

    def run(*arguments: object, **variables: str) -> Ran:
        result = CliRunner().invoke(app, list(map(str, arguments)), env=variables)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
def at_emulator(autodialer: Autodialer, emulator: Emulator) -> Autodialer:
    """Runs a command that talks to the emulator as if it were the service."""

    def run(*arguments: object, **variables: str) -> Ran:
        known = {
            "AUTODIALER_BASE_URL": emulator.base_url,
            "AUTODIALER_API_KEY": API_KEY,
            "AUTODIALER_ACCESS_TOKEN": ACCESS_TOKEN,
        }
        return autodialer(*arguments, **(known | variables))

    return run


@pytest.fixture(scope="session")
def russian_commands() -> Iterator[subprocess.Popen[str]]:
    with commands() as process:
        yield process

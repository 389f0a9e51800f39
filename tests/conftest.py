"""Fixtures for all tests: async ones run on asyncio and on trio."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

OF_THE_TESTS = ("AUTODIALER_CI", "AUTODIALER_CI_RUN", "AUTODIALER_LONG", "AUTODIALER_LOOP")
# AUTODIALER_LOOP=uvloop: on that loop alone, instead of on both.
LOOPS: list[Any] = ["asyncio", "trio"]
if os.environ.get("AUTODIALER_LOOP") == "uvloop":
    LOOPS = [pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop")]


@pytest.fixture(params=LOOPS)
def anyio_backend(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="session")
def program() -> Callable[[str, str], str]:
    """Path of a program from a Debian package. Where it is missing the test skips; in .ci/run it fails."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
        if path is None:
            missing = f"{name} is not installed (Debian: apt-get install {package})"
            if os.environ.get("AUTODIALER_CI"):
                pytest.fail(missing)
            pytest.skip(missing)
        return path

    return find


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    # The user's own account must never be what a test talks to, nor a proxy of the machine.
    for name in list(os.environ):
        if name.startswith("AUTODIALER_") and name not in (
            "AUTODIALER_CI",
            "AUTODIALER_LONG",
            "AUTODIALER_CI_RUN",
            "AUTODIALER_LOOP",
        ):
            monkeypatch.delenv(name)
        if name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    # Commands speak the language of the machine; their tests read English. It changes no encoding, as LC_ALL would.
    monkeypatch.setenv("LANGUAGE", "en")

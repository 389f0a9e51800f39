"""A browser, and axe-core to look for what keeps people out of a page."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium

AXE = "axe-core@4.14.1"


@pytest.fixture(scope="module")
def browser(program: Callable[[str, str], str]) -> Iterator[Browser]:
    with chromium(program("chromium", "chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def axe(program: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The source of axe-core, installed by name into a folder of its own: no lock file, nothing left behind."""
    folder = tmp_path_factory.mktemp("axe")
    command = [
        program("npm", "npm"),
        "install",
        "--no-save",
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--prefix",
    ]
    done = subprocess.run([*command, str(folder), AXE], capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        missing = f"npm could not install {AXE}"
        if os.environ.get("AUTODIALER_CI"):
            pytest.fail(f"{missing}: {done.stderr[-2000:]}")
        pytest.skip(missing)
    return Path(folder, "node_modules", "axe-core", "axe.min.js").read_text(encoding="utf-8")

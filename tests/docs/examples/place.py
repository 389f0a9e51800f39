"""Where a page is followed: a folder, an emulator, a client, the settings of the environment."""

from __future__ import annotations

import builtins
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
from openpyxl import Workbook

from autodialer_async import AsyncAutodialer, Call
from autodialer_async.emulator import Emulator
from tests.docs.examples.servers import Servers
from tests.docs.proofs import DOCS, ROOT

__all__ = ["CALLS", "Place", "entered"]

CALLS = (
    Call(id=1, phone="+7 (922) 222-00-00", name="Петров", var1="1500 руб.", generation_type=1),
    Call(id=2, phone="89222220001", name="Иванова", generation_type=1),
    Call(id=3, phone="89121112233", generation_type=1),
)
_SECRET = "a-secret-of-the-webhook"
_LISTS = ROOT / "tests" / "data" / "call_lists"
# What people have on their disk, under the names that the pages use.
_FILES = {
    "list.csv": ROOT / "tests" / "data" / "plain_small.csv",
    "debtors.csv": ROOT / "tests" / "data" / "plain_small.csv",
    **{path.name: path for path in _LISTS.iterdir()},
    **{path.name: path for path in DOCS.glob("examples/*.py")},
}


@attrs.frozen
class Place:
    """All that a reader of a page has at hand.

    Attributes:
        folder: The working directory, also of the commands.
        environment: Of the commands.
        emulator: Who stands for the service.
        dialer: A client of it.
        module: Whose names the Python blocks share; it passes for the main program.
        servers: What the commands have started.
    """

    folder: Path
    environment: dict[str, str]
    emulator: Emulator
    dialer: AsyncAutodialer
    module: ModuleType
    servers: Servers

    @property
    def names(self) -> dict[str, Any]:
        """What the Python blocks know."""
        return vars(self.module)

    def filled_in(self, source: str) -> str:
        """A block with this place's own values where the page has those that each reader puts in."""
        values = {"BASE_URL": self.emulator.base_url, "API_KEY": self.emulator.api_key, "SECRET": _SECRET}
        values["ACCESS_TOKEN"] = self.emulator.access_token
        source = source.replace("https://site.url", self.emulator.base_url)
        for name, value in values.items():
            source = re.sub(rf'\b{name.lower()}="…"', f'{name.lower()}="{value}"', source)
            source = re.sub(rf"\b([A-Z_]*{name})=(['\"]?)…\2(?=\s|$)", rf"\1={value}", source)
        return source


@asynccontextmanager
async def entered(folder: Path, set_variable: Callable[[str, str], None]) -> AsyncIterator[Place]:
    """A place with one emulator, until left; clients that a page made and kept are closed then.

    Args:
        folder: An empty one.
        set_variable: Sets a variable of this process's environment for as long as the test runs.
    """
    for name, path in _FILES.items():
        shutil.copy(path, folder / name)
    _write_workbook(folder / "debtors.xlsx")
    async with Emulator.serve() as emulator:
        set_variable("AUTODIALER_BASE_URL", emulator.base_url)
        set_variable("AUTODIALER_API_KEY", emulator.api_key)
        set_variable("AUTODIALER_ACCESS_TOKEN", emulator.access_token)
        set_variable("WEBHOOK_SECRET", _SECRET)
        set_variable("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        set_variable("NO_COLOR", "1")
        set_variable("COLUMNS", "200")
        async with AsyncAutodialer() as dialer:
            main = ModuleType("__main__")
            vars(main).update(dialer=dialer, calls=list(CALLS), __builtins__=builtins)
            environment = dict(os.environ)
            servers = Servers(folder, environment)
            try:
                yield Place(folder, environment, emulator, dialer, main, servers)
            finally:
                servers.stop()
                for kept in [value for value in vars(main).values() if isinstance(value, AsyncAutodialer)]:
                    await kept.aclose()


def _write_workbook(path: Path) -> None:
    book = Workbook()
    assert book.active is not None
    for row in [("Код", "ФИО", "Телефон"), *((call.id, call.name, call.phone) for call in CALLS)]:
        book.active.append(row)
    book.save(path)
    book.close()

"""The emulator inside this process, for `demo`, `--emulator` and `emulator`."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import attrs

from autodialer_async.cli.language import number, say, say_count
from autodialer_async.errors import ConfigurationError

if TYPE_CHECKING:
    from autodialer_async.emulator import Emulator

__all__ = ["Books", "import_emulator", "serve_emulator"]


def import_emulator() -> ModuleType:
    """The emulator.

    Raises:
        ConfigurationError: Its extra is missing, with the install command.
    """
    try:
        from autodialer_async import emulator  # noqa: PLC0415 - its extra may be missing
    except ImportError as error:
        raise ConfigurationError(str(error)) from error
    return emulator


@asynccontextmanager
async def serve_emulator(**arguments: Any) -> AsyncGenerator[Emulator]:
    """An emulator that serves on this machine until the block ends.

    Args:
        arguments: Those of `Emulator.serve`.

    Raises:
        ConfigurationError: The extra is missing, with the install command, or the port cannot be had.
    """
    emulator_module = import_emulator()
    async with AsyncExitStack() as stack:
        try:
            emulator = await stack.enter_async_context(emulator_module.Emulator.serve(**arguments))
        except OSError as error:
            if error.filename is not None:
                raise ConfigurationError(f"{error.filename}: {error.strerror or error}") from error
            where = f"{arguments.get('host', '127.0.0.1')} port {arguments.get('port', 0)}"
            raise ConfigurationError(f"the emulator cannot serve on {where}: {error.strerror or error}") from error
        except ValueError as error:
            if "allow_remote" not in str(error):
                raise ConfigurationError(f"the emulator cannot work so: {error}") from error
            raise ConfigurationError(
                f"{arguments['host']} can be reached from other machines: it serves there only with --allow-remote"
            ) from error
        stack.enter_context(_reached_directly(urlsplit(emulator.base_url).hostname or ""))
        yield emulator


@contextmanager
def _reached_directly(host: str) -> Generator[None]:
    # A proxy of the environment is for the world outside: it knows nothing of this process.
    before = {name: os.environ.get(name) for name in ("no_proxy", "NO_PROXY")}
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, (*before.values(), host)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@attrs.frozen
class Books:
    """What an emulator has written down of the records it took.

    Attributes:
        accepted: Records taken, each as often as it was taken.
        numbers_taken_twice: Numbers that were taken more than once.
    """

    accepted: int
    numbers_taken_twice: int

    @classmethod
    def of(cls, emulator: Emulator) -> Self:
        """The books of this emulator as they stand now."""
        return cls(emulator.counts.records, len(emulator.dialled_more_than_once()))

    def __str__(self) -> str:
        more = self.numbers_taken_twice
        twice = say_count("{n} numbers more than once", "{n} numbers more than once", more, n=number(more))
        return say_count(
            "the emulator accepted {n} records, {twice}",
            "the emulator accepted {n} records, {twice}",
            self.accepted,
            n=number(self.accepted),
            twice=twice if more else say("none twice"),
        )

"""Fixtures for those who test their own code: a dialer on this machine, a client wired to it, and a look at the books.

Installed with the package (`autodialer-async[emulator]`), found by pytest without a line of configuration, and loaded
only by the tests that ask for it:

    @pytest.mark.anyio  # or pytest.mark.asyncio: the fixtures suit both, and tests that are no coroutines too
    async def test_the_campaign_reaches_everybody(autodialer, autodialer_emulator):
        await my_campaign(autodialer)
        assert autodialer_emulator.dialled("+7 922 222-00-00") == 1

A test in which somebody would have been phoned twice fails when it is over.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

if TYPE_CHECKING:
    from autodialer_async._client import AsyncAutodialer
    from autodialer_async.emulator import Emulator, Fault, Rule
    from autodialer_async.mocked import MockedService

__all__ = ["autodialer", "autodialer_emulator", "autodialer_mock", "pytest_configure"]

_MARKER = "autodialer"
_OWN = ("allow_repeats", "allow_unexpected", "faults", "client")
_SHOWN = 10


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(*faults, seed=0, allow_repeats=False, allow_unexpected=False, client={{}}, **settings): faults, "
        "seed and other settings of the test's `autodialer_emulator`; arguments of its `autodialer`.",
    )


@pytest.fixture
def autodialer_emulator(request: pytest.FixtureRequest) -> Generator[Emulator]:
    """A dialer on a port of this machine, for one test of any kind: sync, asyncio or trio. Nobody is phoned.

    `@pytest.mark.autodialer(...)` gives it faults (`Fault`s, `Rule`s, their names, or mappings as `Emulator.new_rule`
    takes them), a `seed` and any other argument of `Emulator`.

    When the test is over it fails if a record was accepted more than once or a number was taken more than once
    (`allow_repeats=True` allows both), or if a request came that the dialer does not know or had to refuse by itself
    (`allow_unexpected=True`). What a fault answered is not unexpected.
    """
    marked = _marked(request)
    with _served(marked) as emulator:
        yield emulator
    # A request is written down after its answer has left: only now all of them are.
    if findings := _findings(emulator, marked):
        pytest.fail("\n".join(["the emulator's books after the test:", *findings]), pytrace=False)


@pytest.fixture
def autodialer(request: pytest.FixtureRequest, autodialer_emulator: Emulator) -> AsyncAutodialer:
    """A client of `autodialer_emulator`, closed in the test's own loop when the test function is over.

    `@pytest.mark.autodialer(client={"concurrency": 2})` gives it arguments. A test that is no coroutine function, and
    runs a loop by itself, closes it by itself: `async with autodialer: ...`.
    """
    from autodialer_async._client import AsyncAutodialer  # noqa: PLC0415 - pytest loads this module in every project

    arguments: dict[str, Any] = {
        "base_url": autodialer_emulator.base_url,
        "api_key": autodialer_emulator.api_key,
        "access_token": autodialer_emulator.access_token,
        **_marked(request).get("client", {}),
    }
    client = AsyncAutodialer(**arguments)
    _close_after(request.node, client)
    return client


@pytest.fixture
def autodialer_mock() -> Generator[MockedService]:
    """The service as routes of respx, for tests that want no server; other requests fail. See `MockedService`."""
    from autodialer_async.mocked import mocked_service  # noqa: PLC0415 - as above

    with mocked_service() as service:
        yield service


def _marked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The arguments of all markers of a test; of one said twice, the nearest to the test."""
    arguments: dict[str, Any] = {}
    for mark in reversed(list(request.node.iter_markers(_MARKER))):
        arguments.update(mark.kwargs)
        if mark.args:
            arguments["faults"] = mark.args
    return arguments


@contextmanager
def _served(marked: Mapping[str, Any]) -> Generator[Emulator]:
    from anyio.from_thread import start_blocking_portal  # noqa: PLC0415 - as above

    from autodialer_async.emulator import Emulator  # noqa: PLC0415 - as above

    settings = {name: value for name, value in marked.items() if name not in _OWN}
    served = Emulator.serve(**settings)
    with start_blocking_portal("asyncio") as portal, portal.wrap_async_context_manager(served) as emulator:
        for fault in marked.get("faults", ()):
            emulator.add_fault(_fault(emulator, fault))
        yield emulator


def _fault(emulator: Emulator, fault: Fault | Rule | str | Mapping[str, object]) -> Fault | Rule:
    if isinstance(fault, str):
        return emulator.new_rule({"name": fault})
    return emulator.new_rule(fault) if isinstance(fault, Mapping) else fault


def _close_after(item: pytest.Item, client: AbstractAsyncContextManager[object]) -> None:
    # Only inside the test's own loop can it be closed, whichever plugin runs that loop.
    test = getattr(item, "obj", None)
    if not inspect.iscoroutinefunction(test):
        return

    @functools.wraps(test)
    async def closing(*args: object, **kwargs: object) -> object:
        async with client:
            return await test(*args, **kwargs)

    cast("Any", item).obj = closing


def _findings(emulator: Emulator, marked: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    if not marked.get("allow_repeats"):
        found += _repeated("records accepted", list(emulator.accepted_more_than_once().items()))
        phones = emulator.dialled_more_than_once().items()
        found += _repeated("numbers dialled", [(_masked(phone), times) for phone, times in phones])
    if not marked.get("allow_unexpected"):
        found += _unexpected(emulator)
    return found


def _repeated(what: str, times: Sequence[tuple[str, int]]) -> list[str]:
    if not times:
        return []
    rows = [f"    {key}: expected 1, was {number}" for key, number in times[:_SHOWN]]
    return [f"  {len(times)} {what} more than once:", *rows, *_and_more(len(times))]


def _unexpected(emulator: Emulator) -> list[str]:
    refused = emulator.refused
    if not refused:
        return []
    rows = [f"    request {seen.number}, {seen.operation or 'of an unknown path'}: {seen.status}" for seen in refused]
    return [f"  {len(refused)} requests that it refused by itself:", *rows[:_SHOWN], *_and_more(len(refused))]


def _and_more(number: int) -> list[str]:
    return [f"    and {number - _SHOWN} more"] if number > _SHOWN else []


def _masked(phone: str) -> str:
    return f"{phone[:4]}***{phone[-4:]}"

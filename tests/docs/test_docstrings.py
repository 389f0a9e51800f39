"""The examples in docstrings run as written, on both loops."""

from __future__ import annotations

import doctest
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from autodialer_async import AsyncAutodialer
from autodialer_async.emulator import Emulator
from tests.docs.examples.docstrings import examples_of, modules, run_examples
from tests.docs.examples.place import CALLS

EXAMPLES = [test for module in modules() for test in examples_of(module)]


def _needs_a_service(test: doctest.DocTest) -> bool:
    return any(name in example.source for example in test.examples for name in ("await ", "async with ", "dialer"))


QUICK = [test for test in EXAMPLES if not _needs_a_service(test)]
SENDING = [test for test in EXAMPLES if _needs_a_service(test)]


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, object]]:
    async with Emulator.serve() as emulator:
        monkeypatch.setenv("AUTODIALER_BASE_URL", emulator.base_url)
        monkeypatch.setenv("AUTODIALER_API_KEY", emulator.api_key)
        monkeypatch.setenv("AUTODIALER_ACCESS_TOKEN", emulator.access_token)
        async with AsyncAutodialer() as dialer:
            yield {"dialer": dialer, "calls": list(CALLS), "emulator": emulator}


@pytest.mark.anyio
@pytest.mark.parametrize("test", SENDING, ids=lambda test: test.name)
async def test_an_example_that_sends_runs_as_written(
    test: doctest.DocTest, names: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    anyio_backend: str,
) -> None:  # fmt: skip
    if anyio_backend == "trio" and "FastTransport" in (test.docstring or ""):
        return  # it is for asyncio alone, and says so
    monkeypatch.chdir(tmp_path)
    await run_examples(test, names)


@pytest.mark.anyio
@pytest.mark.parametrize("test", QUICK, ids=lambda test: test.name)
async def test_an_example_runs_as_written(
    test: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    monkeypatch.chdir(tmp_path)
    await run_examples(test, {})


def test_there_are_examples_to_run() -> None:
    assert len(SENDING) > 5
    assert len(QUICK) > 50

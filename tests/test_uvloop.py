"""The client on uvloop. `AUTODIALER_LOOP=uvloop pytest …` runs any other test on it; .ci/run does so for the core's."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import anyio
import pytest

from autodialer_async import AsyncAutodialer, Call
from autodialer_async.emulator import Emulator

pytest.importorskip("uvloop", reason="uvloop is not made for Windows")


def test_an_upload_is_accepted_once_on_uvloop() -> None:
    async def upload() -> tuple[str, int]:
        async with (
            Emulator.serve() as emulator,
            AsyncAutodialer(emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token) as dialer,
        ):
            result = await dialer.make([Call(n, 89220000000 + n, generation_type=1) for n in range(2500)])
            assert (result.inserted, emulator.accepted_more_than_once()) == (2500, {})
            return type(asyncio.get_running_loop()).__module__, len(result.ids)

    assert anyio.run(upload, backend_options={"use_uvloop": True}) == ("uvloop", 3)


@pytest.mark.anyio
async def test_tests_run_on_uvloop_where_it_is_asked_for(anyio_backend: Any) -> None:
    asked = os.environ.get("AUTODIALER_LOOP") == "uvloop"
    on_asyncio = anyio_backend != "trio"
    loop = type(asyncio.get_running_loop()).__module__ if on_asyncio else "trio"
    assert (loop == "uvloop") is asked

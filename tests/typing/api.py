"""Typical code of a user, never run: `tests/test_typing.py` has type checkers look at it in strict mode."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, assert_type

import attrs
import httpx
import pandas as pd
import polars as pl
from pydantic import BaseModel

from autodialer_async import (
    AsyncAutodialer,
    BatchOutcome,
    BatchReport,
    BatchState,
    Call,
    CallDetail,
    CallReceipt,
    CallWindow,
    InvalidCall,
    Phase,
    Positions,
    Progress,
    RetryPolicy,
    UploadIncomplete,
    UploadResult,
)


def generated() -> Iterator[Call]:
    yield Call(1, 89222220000, name="Петров", window=CallWindow(time(10), time(19)), max_count=2, generation_type="5")


def mappings() -> Iterator[dict[str, str]]:
    yield {"id": "1", "phone": "89222220000"}


def mixed() -> Iterator[Call | Mapping[str, Any]]:
    yield from generated()
    yield from mappings()


async def asynchronous() -> AsyncIterator[Call]:
    for call in generated():
        yield call


@dataclass
class Debtor:
    id: int
    phone: str


@attrs.frozen
class Attrs:
    id: int
    phone: str


class Model(BaseModel):
    id: int
    phone: str


async def later(progress: Progress) -> None:
    assert_type(progress.seconds_left, float | None)


def at_once(progress: Progress) -> None:
    assert_type(progress.total, int | None)


async def main() -> None:
    async with AsyncAutodialer(
        "https://site.url", api_key="key", access_token="token", timeout=5, retry=RetryPolicy(attempts=2)
    ) as dialer:
        assert_type(dialer, AsyncAutodialer)
        result = await dialer.make([Call("1", "89222220000")])
        assert_type(result, UploadResult)
        # Every kind of list.
        await dialer.make((Call(1, "89222220000"),), on_progress=later)
        await dialer.make({Call(1, "89222220000")}, on_progress=at_once)
        await dialer.make(generated(), on_failure="return", deadline=60, strict=True)
        await dialer.make(mappings(), source_in_thread=False, generation_type=5, max_count=1)
        await dialer.make(mixed(), window=CallWindow(time(9), time(12)))
        await dialer.make(asynchronous())
        await dialer.make([{"id": 1, "phone": 89222220000}])
        await dialer.make([Debtor(1, "89222220000")])
        await dialer.make(Attrs(n, "89222220000") for n in range(3))
        await dialer.make([Model(id=1, phone="89222220000")])
        await dialer.make(pd.DataFrame({"id": [1], "phone": ["89222220000"]}))
        await dialer.make(pl.DataFrame({"id": [1], "phone": ["89222220000"]}))
        # What comes back.
        assert_type(result.inserted, int | None)
        assert_type(result.lines, int)
        assert_type(result.ids, tuple[int, ...])
        assert_type(result.errorcodes, Counter[int | str])
        assert_type(result.invalid_calls, tuple[InvalidCall, ...])
        assert_type(result.unsent_calls(), Iterator[Call])
        assert_type(result + UploadResult(), UploadResult)
        assert_type(UploadResult.from_dict(result.to_dict()), UploadResult)
        for failure in result.failures:
            assert_type(failure, BatchOutcome)
            assert_type(failure.positions, Positions)
            assert_type(failure.report, BatchReport | None)
            assert_type(failure.state, BatchState)
            assert_type(failure.phase, Phase)

        async with dialer.upload(generated(), window=None) as upload:
            async for outcome in upload:
                assert_type(outcome, BatchOutcome)
            upload.stop()
        assert_type(upload.result, UploadResult)

        assert_type(await dialer.newcall(phone="89222220000", generation_type=1, immediate=True), CallReceipt)
        assert_type(await dialer.newcall(Call(0, "89222220000")), CallReceipt)
        assert_type(await dialer.cdr(date(2026, 1, 1), to="89222220000"), list[CallDetail])
        async with dialer.history(date(2026, 1, 1), date(2026, 1, 31)) as rows:
            async for row in rows:
                assert_type(row, CallDetail)
                assert_type(row.query_id, int | None)
        async with dialer.history(since=datetime(2026, 1, 1, tzinfo=UTC), to="89222220000", pause=5) as news:
            assert_type(await anext(news), CallDetail)
        done = await dialer.export_history("calls.xlsx", date(2026, 1, 1), on_progress=lambda progress: None)
        assert_type(done.rows, int)
        await dialer.ping()

    try:
        await dialer.make([])
    except UploadIncomplete as error:
        assert_type(error.result, UploadResult)

    plain = AsyncAutodialer(
        transport=httpx.MockTransport(lambda request: httpx.Response(200)), timeout=httpx.Timeout(5)
    )
    await plain.aclose()

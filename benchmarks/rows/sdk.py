"""This SDK."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from autodialer_async import AsyncAutodialer, Call
from benchmarks.calls import calls
from benchmarks.records import BATCH, csv_list, documents, ready, slices
from benchmarks.row import Job, Row, Send
from benchmarks.transports import OTHERS, TRANSPORTS

__all__ = ["ROWS"]


def _client(job: Job) -> AsyncAutodialer:
    return AsyncAutodialer(
        job.base_url,
        api_key="key",
        access_token="token",
        concurrency=job.concurrency,
        transport=(TRANSPORTS | OTHERS)[job.transport](job.concurrency),
    )


async def _make(dialer: AsyncAutodialer, source: Iterable[Call | Mapping[str, Any]]) -> int:
    result = await dialer.make(source)
    if not result.complete or result.inserted != result.accepted:
        raise RuntimeError(str(result))
    return result.accepted


@asynccontextmanager
async def _one_upload(job: Job) -> AsyncIterator[Send]:
    async with _client(job) as dialer:
        yield lambda source: _make(dialer, source)


@asynccontextmanager
async def _uploads_at_once(job: Job) -> AsyncIterator[Send]:
    async with _client(job) as dialer:

        async def send(lists: list[list[Call]]) -> int:
            return sum(await asyncio.gather(*[_make(dialer, part) for part in lists]))

        yield send


@asynccontextmanager
async def _newcalls(job: Job) -> AsyncIterator[Send]:
    async with _client(job) as dialer:

        async def send(singles: list[Call]) -> int:
            return sum([(await dialer.newcall(call)).query_count for call in singles])

        yield send


def _from_csv(count: int, directory: Path) -> Iterable[Call]:
    # Not there in every stage of the project: the other rows run without it.
    from autodialer_async.call_list import read_calls  # noqa: PLC0415

    return read_calls(csv_list(count, directory))


ROWS = {
    "records": Row(_one_upload, lambda count, _: calls(count)),
    "mappings": Row(_one_upload, lambda count, _: documents(count)),
    "csv": Row(_one_upload, _from_csv),
    "ready": Row(_one_upload, lambda count, _: ready(calls)(count)),
    "uploads": Row(_uploads_at_once, lambda count, _: list(slices(calls(count), BATCH))),
    "newcall": Row(_newcalls, lambda count, _: ready(calls)(count), warm=20),
}

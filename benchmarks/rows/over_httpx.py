"""Stock httpx: as most people write it first, and written with care."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import orjson

from autodialer_async import Call
from benchmarks.calls import as_wire, calls
from benchmarks.records import BATCH, documents, ready, slices
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]


def _client(job: Job) -> httpx.AsyncClient:
    # Sized to the load: the default of 20 idle connections would drop and reopen them at 32.
    limits = httpx.Limits(max_connections=job.concurrency, max_keepalive_connections=job.concurrency)
    return httpx.AsyncClient(timeout=60, limits=limits)


def _inserted(answer: httpx.Response) -> int:
    answer.raise_for_status()
    return int(answer.json()["report"]["inserted"])


def _naive(as_dict: Callable[[Any], object]) -> Callable[[Job], AbstractAsyncContextManager[Send]]:
    @asynccontextmanager
    async def opened(job: Job) -> AsyncIterator[Send]:
        free = asyncio.Semaphore(job.concurrency)
        async with _client(job) as client:

            async def post(batch: list[object]) -> int:
                async with free:
                    body = {"query": {"access_token": "token", "data": [as_dict(record) for record in batch]}}
                    return _inserted(await client.post(job.make_url, json=body))

            async def send(source: Iterable[object]) -> int:
                records = list(source)
                batches = [records[start : start + BATCH] for start in range(0, len(records), BATCH)]
                return sum(await asyncio.gather(*map(post, batches)))

            yield send

    return opened


@asynccontextmanager
async def _orjson(job: Job) -> AsyncIterator[Send]:
    async with _client(job) as client:

        async def send(source: Iterable[object]) -> int:
            batches = slices(source)

            async def post(batch: object) -> int:
                body = orjson.dumps({"query": {"access_token": "token", "data": batch}})
                headers = {"Content-Type": "application/json"}
                return _inserted(await client.post(job.make_url, content=body, headers=headers))

            async def work() -> int:
                return sum([await post(batch) for batch in batches])

            return sum(await asyncio.gather(*[work() for _ in range(job.concurrency)]))

        yield send


@asynccontextmanager
async def _newcalls(job: Job) -> AsyncIterator[Send]:
    async with _client(job) as client:

        async def post(call: Call) -> int:
            assert call.window is not None
            # What the SDK sends: absent values are left out, the id is always "0".
            form = as_wire(call) | {"id": "0", "timestart": f"{call.window.start:%H:%M}"}
            form |= {"timestop": f"{call.window.stop:%H:%M}"}
            del form["statdialertime"], form["stopdialertime"]
            answer = await client.post(job.newcall_url, data=form)
            answer.raise_for_status()
            return int(answer.json()["QUERY_COUNT"])

        async def send(singles: list[Call]) -> int:
            return sum([await post(call) for call in singles])

        yield send


ROWS = {
    "naive-records": Row(_naive(as_wire), lambda count, _: calls(count)),
    "naive-dicts": Row(_naive(lambda record: record), lambda count, _: documents(count)),
    "orjson": Row(_orjson, lambda count, _: documents(count)),
    "newcall": Row(_newcalls, lambda count, _: ready(calls)(count), warm=20),
}

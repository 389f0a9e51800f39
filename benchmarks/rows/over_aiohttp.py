"""aiohttp with orjson."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

import aiohttp
import orjson

from benchmarks.records import documents, slices
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]


@asynccontextmanager
async def _orjson(job: Job) -> AsyncIterator[Send]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=job.concurrency)) as session:

        async def post(batch: object) -> int:
            body = orjson.dumps({"query": {"access_token": "token", "data": batch}})
            headers = {"Content-Type": "application/json"}
            async with session.post(job.make_url, data=body, headers=headers) as answer:
                answer.raise_for_status()
                return int((await answer.json())["report"]["inserted"])

        async def send(source: Iterable[object]) -> int:
            batches = slices(source)

            async def work() -> int:
                return sum([await post(batch) for batch in batches])

            return sum(await asyncio.gather(*[work() for _ in range(job.concurrency)]))

        yield send


ROWS = {"orjson": Row(_orjson, lambda count, _: documents(count))}

"""qdrant's `upload_points`; its concurrency is processes, of which one core has room for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager

from qdrant_client import AsyncQdrantClient
from qdrant_client.models import PointStruct

from benchmarks.records import BATCH, documents
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]


@asynccontextmanager
async def _points(job: Job) -> AsyncIterator[Send]:
    client = AsyncQdrantClient(url=job.base_url, timeout=60, check_compatibility=False)

    async def send(source: Iterable[Mapping[str, str]]) -> int:
        sent = 0

        def points() -> Iterator[PointStruct]:
            nonlocal sent
            for record in source:
                sent += 1
                yield PointStruct(id=int(record["id"]), vector={}, payload=dict(record))

        # It blocks, and answers nothing: that it returned means that each request was acknowledged.
        await asyncio.to_thread(client.upload_points, "calls", points(), batch_size=BATCH)
        return sent

    yield send
    await client.close()


ROWS = {"points": Row(_points, lambda count, _: documents(count))}

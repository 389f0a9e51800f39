"""elasticsearch-py's bulk helpers, with its own serializer and with its fast one; they send one request at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from elasticsearch import AsyncElasticsearch, OrjsonSerializer
from elasticsearch.helpers import async_bulk, async_streaming_bulk

from benchmarks.records import BATCH, documents
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]


def _actions(source: Iterable[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    for record in source:
        yield {"_index": "calls", "_id": record["id"], "_source": record}


async def _streaming(client: AsyncElasticsearch, actions: Iterable[Any]) -> int:
    inserted = 0
    async for ok, _ in async_streaming_bulk(client, actions, chunk_size=BATCH):
        inserted += ok
    return inserted


async def _bulk(client: AsyncElasticsearch, actions: Iterable[Any]) -> int:
    inserted: int
    inserted, _ = await async_bulk(client, actions, chunk_size=BATCH, stats_only=True)
    return inserted


def _row(
    run: Callable[[AsyncElasticsearch, Iterable[Any]], Any], *, fast: bool
) -> Callable[[Job], AbstractAsyncContextManager[Send]]:
    @asynccontextmanager
    async def opened(job: Job) -> AsyncIterator[Send]:
        client = AsyncElasticsearch(
            job.base_url,
            connections_per_node=job.concurrency,
            request_timeout=60,
            serializer=OrjsonSerializer() if fast else None,
        )
        async with client:
            yield lambda source: run(client, _actions(source))

    return opened


ROWS = {
    "streaming": Row(_row(_streaming, fast=False), lambda count, _: documents(count)),
    "streaming-orjson": Row(_row(_streaming, fast=True), lambda count, _: documents(count)),
    "bulk-orjson": Row(_row(_bulk, fast=True), lambda count, _: documents(count)),
}

"""meilisearch-python-sdk's batches, with its fast JSON handler; the whole list must be there at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from meilisearch_python_sdk import AsyncClient
from meilisearch_python_sdk.json_handler import OrjsonHandler

from benchmarks.records import BATCH, documents
from benchmarks.row import Job, Row, Send

__all__ = ["ROWS"]


@asynccontextmanager
async def _batches(job: Job) -> AsyncIterator[Send]:
    async with AsyncClient(job.base_url, timeout=60, json_handler=OrjsonHandler()) as client:
        index = client.index("calls")

        async def send(source: Iterable[dict[str, Any]]) -> int:
            everything = list(source)
            tasks = await index.add_documents_in_batches(
                everything, batch_size=BATCH, concurrency_limit=job.concurrency
            )
            # A task says that its documents were taken, not how many: the stub counts them.
            if len(tasks) != -(-len(everything) // BATCH) or any(task.status != "enqueued" for task in tasks):
                raise RuntimeError("a batch was not taken")
            return len(everything)

        yield send


ROWS = {"batches": Row(_batches, lambda count, _: documents(count))}

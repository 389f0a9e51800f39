"""A list of 200 batches of one record through each client that has something for lists."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from importlib import import_module
from urllib.parse import urlsplit

import anyio

from autodialer_async import AsyncAutodialer
from benchmarks.peers.posts import TIMEOUT, Peer

__all__ = ["BATCHES", "LISTS"]

BATCHES = 200
_Send = Callable[[str], object]


def _documents() -> Iterator[dict[str, str]]:
    return ({"id": str(number)} for number in range(BATCHES))


def _autodialer(url: str) -> object:
    async def send() -> object:
        async with AsyncAutodialer(url, api_key="key", access_token="token", batch_size=1) as dialer:
            return await dialer.make([{"id": str(n), "phone": 89222220000 + n} for n in range(BATCHES)])

    return anyio.run(send)


def _elasticsearch(*, go_on: bool) -> _Send:
    def post(url: str) -> object:
        async def send() -> object:
            actions = ({"_index": "calls", "_source": document} for document in _documents())
            async with import_module("elasticsearch").AsyncElasticsearch(url, request_timeout=TIMEOUT) as client:
                return await import_module("elasticsearch.helpers").async_bulk(
                    client, actions, chunk_size=1, raise_on_error=not go_on, raise_on_exception=not go_on
                )

        return asyncio.run(send())

    return post


def _meilisearch(url: str) -> object:
    async def send() -> object:
        async with import_module("meilisearch_python_sdk").AsyncClient(url) as client:
            return await client.index("calls").add_documents_in_batches(list(_documents()), batch_size=1)

    return asyncio.run(send())


def _qdrant(url: str) -> object:
    point = import_module("qdrant_client.models").PointStruct
    client = import_module("qdrant_client").QdrantClient(url=url, check_compatibility=False)
    points = (point(id=int(document["id"]), vector={}, payload=document) for document in _documents())
    return client.upload_points("calls", points, batch_size=1)


def _pinecone(url: str) -> object:
    index = import_module("pinecone").Pinecone(api_key="key").Index(host=url)
    return index.upsert(vectors=[(document["id"], [0.5]) for document in _documents()], batch_size=1)


def _algolia(url: str) -> object:
    hosts = import_module("algoliasearch.http.hosts")
    config = import_module("algoliasearch.search.config").SearchConfig("app", "key")
    where = urlsplit(url)
    config.hosts = hosts.HostsCollection([hosts.Host(where.hostname or "", where.scheme, where.port)])
    client = import_module("algoliasearch.search.client").SearchClientSync(config=config)
    return client.save_objects("calls", list(_documents()), batch_size=1)


LISTS = {
    "autodialer_async make": Peer("autodialer-async", _autodialer),
    "elasticsearch async_bulk": Peer("elasticsearch", _elasticsearch(go_on=False)),
    "elasticsearch async_bulk(raise_on_exception=False)": Peer("elasticsearch", _elasticsearch(go_on=True)),
    "pinecone upsert": Peer("pinecone", _pinecone),
    "qdrant upload_points": Peer("qdrant-client", _qdrant),
    "algolia save_objects": Peer("algoliasearch", _algolia),
    "meilisearch add_documents_in_batches": Peer("meilisearch-python-sdk", _meilisearch),
}

"""Which rows stand together in a table."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from benchmarks.case import Case
from benchmarks.sizes import Sizes
from benchmarks.transports import OTHERS, TRANSPORTS

__all__ = ["LABELS", "Table", "label", "tables"]

LABELS: Mapping[str, str] = {
    "sdk:records": "this SDK, records",
    "sdk:mappings": "this SDK, mappings",
    "sdk:csv": "this SDK, CSV file",
    "sdk:ready": "this SDK, records made before",
    "sdk:uploads": "this SDK, uploads of 1,000 at once, records made before",
    "sdk:newcall": "this SDK, `newcall` one at a time",
    "raw:bodies": "raw sockets, ready bodies",
    "raw:orjson": "raw sockets + orjson, fresh dicts",
    "raw:orjson-ready": "raw sockets + orjson, dicts made before",
    "over_httpx:naive-records": "naive httpx: `gather`, `json=`, attrs records",
    "over_httpx:naive-dicts": "naive httpx: `gather`, `json=`, dicts",
    "over_httpx:orjson": "httpx + orjson, fresh dicts",
    "over_httpx:newcall": "`httpx.AsyncClient.post` of one call at a time",
    "over_aiohttp:orjson": "aiohttp + orjson, fresh dicts",
    "elastic:streaming": "elasticsearch-py `async_streaming_bulk`",
    "elastic:streaming-orjson": "elasticsearch-py `async_streaming_bulk`, fast serializer",
    "elastic:bulk-orjson": "elasticsearch-py `async_bulk`, fast serializer",
    "meilisearch:batches": "meilisearch `add_documents_in_batches`, orjson",
    "qdrant:points": "qdrant `upload_points`, one process",
    "bare:csv-reader": "`csv.reader` alone",
    "bare:import-sdk": "`from autodialer_async import AsyncAutodialer`",
    "bare:import-core": "`import httpx, attrs, cattrs, anyio`",
}

_AT_8 = (
    "sdk:records",
    "over_httpx:naive-records",
    "elastic:streaming-orjson",
    "over_httpx:naive-dicts",
    "over_httpx:orjson",
    "over_aiohttp:orjson",
    "raw:orjson",
    "raw:bodies",
    "raw:orjson-ready",
    "sdk:ready",
    "sdk:uploads",
    "sdk:mappings",
    "meilisearch:batches",
    "sdk:csv",
    "bare:csv-reader",
    "elastic:streaming",
    "elastic:bulk-orjson",
    "qdrant:points",
)
_AT_32 = (
    "sdk:records",
    "over_httpx:naive-records",
    "over_httpx:naive-dicts",
    "over_httpx:orjson",
    "over_aiohttp:orjson",
    "raw:orjson",
    "raw:bodies",
    "meilisearch:batches",
)

_NEWCALLS = ("sdk:newcall", "over_httpx:newcall")
_IMPORTS = ("bare:import-sdk", "bare:import-core")


@attrs.frozen
class Table:
    """Rows side by side.

    Attributes:
        title: What they have in common.
        cases: The rows; the first is the one that the others are compared with.
        singly: Whether CPU is told in milliseconds each instead of seconds a million.
    """

    title: str
    cases: tuple[Case, ...]
    singly: bool = False


def label(case: Case) -> str:
    """What a row is called in a table."""
    return LABELS[case.row] + ("" if case.transport == "stock" else f", {case.transport} transport")


def tables(sizes: Sizes) -> list[Table]:
    """The tables, our own rows once for each transport offered."""
    return [
        Table("0 ms, 8 connections", _at(sizes, _AT_8, 8)),
        Table("0 ms, 32 connections", _at(sizes, _AT_32, 32)),
        *(
            Table(f"{latency * 1000:g} ms, {lanes} connections", _waiting(sizes, latency, lanes))
            for latency, lanes in ((0.2, 8), (0.05, 8), (0.2, 32), (0.2, 1))
        ),
        *(
            Table(
                f"Transports, 0 ms, {lanes} connections",
                tuple(Case("sdk:ready", sizes.records, lanes, transport=name) for name in TRANSPORTS | OTHERS),
            )
            for lanes in (8, 32)
        ),
        Table("One call at a time", tuple(Case(row, sizes.newcalls, 1) for row in _NEWCALLS), singly=True),
        Table("Imports", tuple(Case(row, sizes.imports) for row in _IMPORTS), singly=True),
    ]


def _at(sizes: Sizes, rows: tuple[str, ...], concurrency: int) -> tuple[Case, ...]:
    return tuple(
        Case(row, sizes.records, concurrency, transport=transport)
        for row in rows
        for transport in (TRANSPORTS if row.startswith("sdk:") else ("stock",))
    )


def _waiting(sizes: Sizes, latency: float, concurrency: int) -> tuple[Case, ...]:
    count = sizes.rounds_of(concurrency, latency)
    ours = [Case("sdk:records", count, concurrency, latency, transport) for transport in TRANSPORTS]
    wire = Case("raw:orjson", count, concurrency, latency)
    slow_helper = Case("elastic:streaming-orjson", max(1000, sizes.records // 4000 * 1000), concurrency, latency)
    return (*ours, slow_helper, wire) if latency == 0.05 else (*ours, wire) if concurrency > 1 else tuple(ours)

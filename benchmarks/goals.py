"""The goals, a measure each: what it compares in every round, and how far it should get. Printed, never asserted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import attrs

from benchmarks.case import Case, Measurement
from benchmarks.runner import Round
from benchmarks.sizes import Sizes
from benchmarks.statistics import Summary, summary
from benchmarks.transports import TRANSPORTS

__all__ = ["Goal", "goals"]

_MB = 1e6


@attrs.frozen
class Goal:
    """One line of the table of goals.

    Attributes:
        title: What is measured.
        sense: On which side of the target it should lie.
        target: How far it should get.
        cases: What it needs from each round.
        quantity: The number of one round, from the measurements of the cases in their order.
        unit: Of the number, with a leading blank.
    """

    title: str
    sense: Literal["≥", "≤"]
    target: float
    cases: tuple[Case, ...]
    quantity: Callable[[Sequence[Measurement]], float]
    unit: str = ""

    @property
    def offered(self) -> bool:
        """Whether the transport that it is about is there."""
        return all(case.transport in TRANSPORTS for case in self.cases)

    def measured(self, rounds: Iterable[Round]) -> Summary | None:
        """Median and spread over the rounds in which each of its cases was measured; None if there is no such."""
        found = [[each.get(case) for case in self.cases] for each in rounds]
        complete = [[one for one in row if isinstance(one, Measurement)] for row in found]
        return summary(self.quantity(row) for row in complete if len(row) == len(self.cases))

    def met(self, value: float) -> bool:
        """Whether a number reaches the target."""
        return value >= self.target if self.sense == "≥" else value <= self.target


def rate_against_naive(sizes: Sizes, concurrency: int, transport: str, target: float) -> Goal:
    """Records a second against naive httpx with the same attrs records, 0 ms."""
    return Goal(
        f"records/s against naive httpx with the same records, 0 ms, {concurrency} connections, {transport}",
        "≥",
        target,
        (
            Case("sdk:records", sizes.records, concurrency, transport=transport),
            Case("over_httpx:naive-records", sizes.records, concurrency),
        ),
        _rate_ratio,
    )


def share_of_ideal(sizes: Sizes, latency: float, concurrency: int, transport: str, target: float) -> Goal:
    """Records a second over what a client that costs nothing would reach: `concurrency × 1000 / latency`."""
    count = sizes.rounds_of(concurrency, latency)
    ideal = concurrency * 1000 / latency
    return Goal(
        f"records/s over `concurrency × 1000 / latency`, {latency * 1000:g} ms, {concurrency} connections, {transport}",
        "≥",
        target,
        (Case("sdk:records", count, concurrency, latency, transport),),
        lambda row: row[0].rate / ideal,
    )


def rate_of_eight_against_one(sizes: Sizes) -> Goal:
    """What eight connections bring over one, 200 ms."""
    return Goal(
        "records/s with `concurrency=8` against `concurrency=1`, 200 ms",
        "≥",
        7.5,
        tuple(Case("sdk:records", sizes.rounds_of(lanes, 0.2), lanes, 0.2) for lanes in (8, 1)),
        _rate_ratio,
    )


def cpu_without_making_records(sizes: Sizes) -> Goal:
    """CPU a record with ready records, against raw sockets and orjson with ready dicts."""
    return Goal(
        "CPU per record without making the records, over raw sockets + orjson of ready dicts",
        "≤",
        1.6,
        (Case("sdk:ready", sizes.records), Case("raw:orjson-ready", sizes.records)),
        _cpu_ratio,
    )


def cpu_against_elasticsearch(sizes: Sizes) -> Goal:
    """CPU a record against elasticsearch-py's streaming helper with its fast serializer."""
    return Goal(
        "CPU per record against elasticsearch-py with its fast serializer",
        "≤",
        1 / 5,
        (Case("sdk:records", sizes.records), Case("elastic:streaming-orjson", sizes.records)),
        _cpu_ratio,
    )


def rate_against_elasticsearch(sizes: Sizes) -> Goal:
    """Records a second against elasticsearch-py's streaming helper, 50 ms."""
    return Goal(
        "records/s against elasticsearch-py `async_streaming_bulk`, 50 ms",
        "≥",
        10,
        (
            Case("sdk:records", sizes.rounds_of(8, 0.05), 8, 0.05),
            Case("elastic:streaming-orjson", max(1000, sizes.records // 4000 * 1000), 8, 0.05),
        ),
        _rate_ratio,
    )


def rate_against_meilisearch(sizes: Sizes) -> Goal:
    """Records a second against meilisearch's batches, both from mappings."""
    return Goal(
        "records/s against meilisearch, mappings as input",
        "≥",
        1.2,
        (Case("sdk:mappings", sizes.records), Case("meilisearch:batches", sizes.records)),
        _rate_ratio,
    )


def growth_of_peak_memory(sizes: Sizes) -> Goal:
    """How much more memory a list ten times as long takes."""
    small, large = sizes.memory
    return Goal(
        f"growth of peak memory from {small:,} to {large:,} records",
        "≤",
        2,
        (Case("sdk:records", large), Case("sdk:records", small)),
        lambda row: (row[0].peak_growth - row[1].peak_growth) / _MB,
        " MB",
    )


def cpu_of_csv(sizes: Sizes) -> Goal:
    """CPU from a CSV file to the server, against only reading that file."""
    return Goal(
        "CSV file to server against a bare `csv.reader` pass over the same file, CPU",
        "≤",
        3.5,
        (Case("sdk:csv", sizes.records), Case("bare:csv-reader", sizes.records)),
        _cpu_ratio,
    )


def cpu_of_newcall(sizes: Sizes) -> Goal:
    """CPU of single calls one at a time, against the same form through `httpx.AsyncClient.post`."""
    return Goal(
        "`newcall` one at a time against `httpx.AsyncClient.post`, CPU",
        "≤",
        1.15,
        (Case("sdk:newcall", sizes.newcalls, 1), Case("over_httpx:newcall", sizes.newcalls, 1)),
        _cpu_ratio,
    )


def cpu_of_many_uploads(sizes: Sizes) -> Goal:
    """CPU of many uploads of 1,000 ready records at once on one client, against one upload of them all."""
    return Goal(
        f"{sizes.records // 1000} uploads of 1,000 records at once on one client against one of {sizes.records:,}, CPU",
        "≤",
        1.15,
        (Case("sdk:uploads", sizes.records), Case("sdk:ready", sizes.records)),
        _cpu_ratio,
    )


def cpu_of_import(sizes: Sizes) -> Goal:
    """CPU of the import, against importing what the core stands on."""
    return Goal(
        "import, against importing httpx, attrs, cattrs and anyio, CPU",
        "≤",
        1.15,
        (Case("bare:import-sdk", sizes.imports), Case("bare:import-core", sizes.imports)),
        _cpu_ratio,
    )


def goals(sizes: Sizes) -> list[Goal]:
    """All of them, those that a transport not yet offered is to reach included."""
    return [
        rate_against_naive(sizes, 8, "stock", 3.0),
        rate_against_naive(sizes, 8, "fast", 4.0),
        rate_against_naive(sizes, 32, "stock", 2.5),
        rate_against_naive(sizes, 32, "fast", 4.5),
        share_of_ideal(sizes, 0.2, 8, "stock", 0.95),
        share_of_ideal(sizes, 0.05, 8, "fast", 0.92),
        share_of_ideal(sizes, 0.2, 32, "fast", 0.90),
        rate_of_eight_against_one(sizes),
        cpu_without_making_records(sizes),
        cpu_against_elasticsearch(sizes),
        rate_against_elasticsearch(sizes),
        rate_against_meilisearch(sizes),
        growth_of_peak_memory(sizes),
        cpu_of_csv(sizes),
        cpu_of_newcall(sizes),
        cpu_of_many_uploads(sizes),
        cpu_of_import(sizes),
    ]


def _rate_ratio(row: Sequence[Measurement]) -> float:
    return row[0].rate / row[1].rate


def _cpu_ratio(row: Sequence[Measurement]) -> float:
    return row[0].cpu_per_million / row[1].cpu_per_million

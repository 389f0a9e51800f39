"""One cell of the results: which row, at which settings, and what was measured there."""

from __future__ import annotations

import attrs

__all__ = ["Case", "Failure", "Measurement"]


@attrs.frozen
class Case:
    """A row at its settings; equal cases are measured once a round, however many tables and goals ask for them.

    Attributes:
        row: `module:name` in `benchmarks.rows`.
        records: How many to send (for rows that send nothing: how often to do what they do).
        concurrency: Requests in flight at once.
        latency: What the server waits before each answer, in seconds.
        transport: Name in `benchmarks.transports`; of meaning for our own rows only.
    """

    row: str
    records: int
    concurrency: int = 8
    latency: float = 0.0
    transport: str = "stock"

    def __str__(self) -> str:
        transport = "" if self.transport == "stock" else f" {self.transport}"
        return f"{self.row}{transport} {self.records:,} records, {self.concurrency} x {self.latency * 1000:g} ms"


@attrs.frozen
class Measurement:
    """What one run of a case took, in a process of its own.

    Attributes:
        records: Records that the row's clock saw settled.
        seconds: Wall clock.
        cpu: CPU seconds of the row's process, its threads and its children, user and system.
        peak_growth: Growth of the peak resident memory over what was resident at the start, in bytes.
        stub_cpu: CPU seconds of the server.
        stub_records: Records that the server counted.
        stub_requests: Requests that the server answered.
        stub_in_flight: The most requests that it held at once.
    """

    records: int
    seconds: float
    cpu: float
    peak_growth: int
    stub_cpu: float
    stub_records: int
    stub_requests: int
    stub_in_flight: int

    @property
    def rate(self) -> float:
        """Records a second."""
        return self.records / self.seconds

    @property
    def cpu_per_million(self) -> float:
        """CPU seconds of the client a million records."""
        return self.cpu / self.records * 1e6


@attrs.frozen
class Failure:
    """Why a case has no measurement."""

    reason: str

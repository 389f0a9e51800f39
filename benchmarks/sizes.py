"""How much each measure sends."""

from __future__ import annotations

import attrs

from benchmarks.records import BATCH

__all__ = ["QUICK", "Sizes", "sizes_for"]


@attrs.frozen
class Sizes:
    """Amounts of work, all following from one number.

    Attributes:
        records: Of the list that most rows send.
        memory: Of the two lists between which peak memory is compared.
        newcalls: Single calls, one at a time.
        imports: Fresh interpreters.
    """

    records: int
    memory: tuple[int, int]
    newcalls: int
    imports: int

    def rounds_of(self, concurrency: int, latency: float) -> int:
        """Records for a server with a latency: whole rounds of full batches, and about as long for every setting.

        200,000 records are 5 seconds of a perfect client.
        """
        rounds = max(1, round(self.records / 40_000 / latency))
        return rounds * concurrency * BATCH


QUICK = Sizes(records=8 * BATCH, memory=(2 * BATCH, 20 * BATCH), newcalls=20, imports=1)


def sizes_for(records: int) -> Sizes:
    """Sizes of a run that measures; with 200,000 records they are those of the goals."""
    records = max(BATCH, records // BATCH * BATCH)
    memory = (max(BATCH, records // 2 // BATCH * BATCH), 5 * records)
    return Sizes(records, memory, newcalls=max(20, records // 100), imports=max(1, records // 20_000))

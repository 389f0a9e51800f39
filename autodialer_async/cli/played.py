"""What the calls came to that an emulator made after an upload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Self

import anyio.to_thread
import attrs

from autodialer_async.cli.language import percent, say, say_count
from autodialer_async.cli.output import Field

if TYPE_CHECKING:
    from autodialer_async.emulator import Emulator

__all__ = ["Played"]

_BAR = 24


@attrs.frozen
class Played:
    """The end of a campaign that phoned nobody.

    Attributes:
        calls: Calls that were made, every attempt counted.
        records: Records that were called.
        outcomes: How many of them ended with each `CODE`, most frequent first.
        page: Where the emulator's page is.
    """

    calls: int
    records: int
    outcomes: Mapping[str, int]
    page: str

    @classmethod
    async def of(cls, emulator: Emulator) -> Self:
        """Lets an emulator make all calls that are left, and looks at what they came to."""
        await anyio.to_thread.run_sync(emulator.finish)
        state = emulator.state()
        outcomes = dict(sorted(state.outcomes.items(), key=lambda outcome: -outcome[1]))
        return cls(state.calls, sum(outcomes.values()), outcomes, emulator.page_url)

    def fields(self) -> Iterator[Field]:
        """The lines of a table."""
        people = say_count("{n} people", "{n} people", self.records)
        made = say_count("{n} to {people}, simulated", "{n} to {people}, simulated", self.calls, people=people)
        yield Field(say("calls"), made, "bold")
        for code, number in self.outcomes.items():
            share = number / self.records
            yield Field(code, f"{number:>7}  {percent(share):>6}  {'█' * round(share * _BAR)}")

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {"calls": self.calls, "records": self.records, "outcomes": dict(self.outcomes), "page": self.page}

"""One campaign under test: a list in a file, its journal, uploaders as processes, and the comparison of all books."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import attrs

from autodialer_async.emulator import Emulator
from autodialer_async.journal import RecordState, SqliteJournal

__all__ = ["Books", "Campaign", "phone_of"]

LONG_ENOUGH = 120
# Records in one question to the journal: a look at a whole list would be a long one.
_ASKED_AT_ONCE = 5000


def phone_of(number: int) -> str:
    """The phone of the record with this id."""
    return f"8922{number:07d}"


@attrs.frozen
class Books:
    """The journal and the emulator, record by record.

    Attributes:
        states: What the journal says of each id.
        taken: How often the emulator took each id.
    """

    states: dict[int, RecordState]
    taken: dict[int, int]

    def ids(self, state: RecordState) -> set[int]:
        """The ids in this state."""
        return {number for number, known in self.states.items() if known is state}

    @property
    def doubled(self) -> set[int]:
        """Ids that the emulator took more than once."""
        return {number for number, times in self.taken.items() if times > 1}

    @property
    def lost(self) -> set[int]:
        """Ids that are neither accepted nor unknown, and those called accepted that the emulator does not have."""
        open_ids = {
            number
            for number in self.taken
            if self.states.get(number) not in (RecordState.ACCEPTED, RecordState.UNKNOWN)
        }
        return open_ids | {number for number in self.ids(RecordState.ACCEPTED) if not self.taken[number]}

    @property
    def dialled_yet_unknown(self) -> set[int]:
        """Ids that the emulator took and the journal calls unknown."""
        return {number for number in self.ids(RecordState.UNKNOWN) if self.taken[number]}


class Campaign:
    """A list of made-up people and everything that sending it needs.

    Args:
        directory: Where list and journal are.
        records: Ids 1 to this number are in the list to begin with.
        base_url: Where uploaders send to; the emulator, or something before it.
        emulator: Whose books are compared.
        uploader: The module that is run as `autodialer`.
    """

    def __init__(
        self,
        directory: Path,
        records: int,
        emulator: Emulator,
        *,
        base_url: str | None = None,
        uploader: str = "autodialer_async.cli",
    ) -> None:
        self.records = records
        self.list = directory / "list.csv"
        self.path = directory / "campaign.db"
        self.journal = SqliteJournal(self.path)
        self._emulator = emulator
        self._base_url = base_url or emulator.base_url
        self._uploader = uploader
        self.write(range(1, records + 1))

    def write(self, numbers: Iterable[int]) -> None:
        """Make the list anew, of these ids in this order."""
        with self.list.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["id", "phone", "name", "uuid", "var1", "generation_type"])
            rows.writerows([n, phone_of(n), "Лукия", f"crm-{n}", f"{500 + n} руб.", 1] for n in numbers)

    def start(self, *options: object) -> subprocess.Popen[str]:
        """`autodialer upload` of the list with the journal, as a process.

        Args:
            options: Further ones. What `--json` prints of many batches fills a pipe: then `communicate`.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUTODIALER_", "COV_"))}
        command = [sys.executable, "-m", self._uploader, "upload", self.list, "--journal", self.path]
        return subprocess.Popen(
            [*map(str, command), *map(str, options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=kept
            | {
                "AUTODIALER_BASE_URL": self._base_url,
                "AUTODIALER_API_KEY": self._emulator.api_key,
                "AUTODIALER_ACCESS_TOKEN": self._emulator.access_token,
            },
        )

    async def books(self, numbers: Iterable[int]) -> Books:
        """What journal and emulator say of these ids."""
        wanted = list(numbers)
        states: dict[int, RecordState] = {}
        for start in range(0, len(wanted), _ASKED_AT_ONCE):
            part = wanted[start : start + _ASKED_AT_ONCE]
            found = await self.journal.find([phone_of(number) for number in part])
            states |= {int(record.id): record.state for records in found.values() for record in records}
        taken = Counter(int(record.id) for record in self._emulator.records)
        return Books(states, {number: taken[number] for number in wanted})

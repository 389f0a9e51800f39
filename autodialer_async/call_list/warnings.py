"""What a person should know of rows that gave a call all the same."""

from __future__ import annotations

from collections import Counter

from autodialer_async.call_list.row_phones import RowPhones

__all__ = ["Warnings"]

_MOST_EXAMPLES = 20


class Warnings:
    """Remarks, and how many rows each is about.

    Attributes:
        counts: Rows by remark.
        examples: The first sentences about single cells, with numbers masked.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: list[str] = []

    def add(self, remark: str, rows: int = 1) -> None:
        """Counts rows of which this is to be said."""
        self.counts[remark] += rows

    def of_phones(self, reading: RowPhones, *, each: bool) -> None:
        """Notes what is to be said of a row's numbers."""
        if any(phone.extension for phone in reading.phones):
            self.add("rows with an extension behind the number: it is kept apart, the service cannot dial it")
        if len(reading.phones) > 1:
            self.add(
                "rows with several numbers: each is called"
                if each
                else "rows with several numbers: the first is called"
            )
        for sentence in reading.warnings[: max(0, _MOST_EXAMPLES - len(self.examples))]:
            self.examples.append(sentence)

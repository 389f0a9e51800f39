"""What a person should know of rows that gave a call all the same."""

from __future__ import annotations

from collections import Counter

from autodialer_async.call_list.row_phones import RowPhones

__all__ = ["Warnings"]


class Warnings:
    """Remarks, and how many rows each is about.

    Attributes:
        counts: Rows by remark.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, remark: str, rows: int = 1) -> None:
        """Counts rows of which this is to be said."""
        self.counts[remark] += rows

    def of_phones(self, reading: RowPhones, *, each: bool) -> None:
        """Notes what is to be said of a row's numbers."""
        if reading.extended:
            self.add("rows with an extension behind the number: it is kept apart, the service cannot dial it")
        if len(reading.numbers) > 1:
            self.add(
                "rows with several numbers: each is called"
                if each
                else "rows with several numbers: the first is called"
            )
        if reading.left_out:
            self.add("rows in which other digits were set aside: part of the cell is no number that may be called")

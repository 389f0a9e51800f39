"""The list that every row sends: the same 11 fields, about 230 bytes a record, made anew or ready."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

__all__ = ["BATCH", "csv_list", "documents", "name_at", "ready", "slices", "wire_record"]

T = TypeVar("T")

BATCH = 1000
_NAMES = ("Петров", "Лукия", "Мефодий", "Иванова", "Ким", "Ёлкина", "Anna", "Заболотный-Ковалевский")
_COLUMNS = ("id", "phone", "name", "UUID", "var1", "var2", "var3", "generationtype")


def name_at(place: int) -> str:
    """The name in the record at `place`."""
    return _NAMES[place % 8]


def wire_record(place: int) -> dict[str, str]:
    """The record at `place` (from 0) as a fresh dict in the service's own names."""
    return {
        "id": str(place + 1),
        "phone": f"89{place:09}",
        "name": name_at(place),
        "UUID": f"crm-{place + 1}",
        "var1": f"{1000 + place % 90_000} руб.",
        "var2": "21 ноября",
        "var3": "data3",
        "statdialertime": "10:00:00",
        "stopdialertime": "19:00:00",
        "maxcount": "3",
        "generationtype": "1",
    }


def documents(count: int) -> Iterator[dict[str, str]]:
    """Fresh dicts, made as they are pulled."""
    return map(wire_record, range(count))


def ready(source: Callable[[int], Iterable[T]]) -> Callable[[int], list[T]]:
    """The same records, made before the clock starts."""
    return lambda count: list(source(count))


def csv_list(count: int, directory: Path) -> Path:
    """A UTF-8 CSV file of the list, as a person would have it: no hours, no attempts."""
    path = directory / f"list-{count}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([{"UUID": "uuid", "generationtype": "generation_type"}.get(name, name) for name in _COLUMNS])
        writer.writerows([record[name] for name in _COLUMNS] for record in documents(count))
    return path


def slices(source: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Lists of up to `size`, cut as they are pulled."""
    pulled = iter(source)
    while batch := list(islice(pulled, size)):
        yield batch

"""How fast lists are read: XLSX beside openpyxl and calamine, CSV beside a bare `csv.reader`, in interleaved rounds.

`python -m benchmarks.spreadsheets`: 100,000 rows. Goal: XLSX at least 5 times as fast as openpyxl, hidden rows marked.
openpyxl and calamine come with the extra `bench`; calamine holds the whole sheet in memory, tells no hidden rows and
gives numbers, not text: it shows what a reader in Rust takes.
CPU time of this process, the least of the rounds: the machine's other work only adds.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import openpyxl
import python_calamine

from autodialer_async.call_list.readers import HiddenRow, TableSource

__all__: list[str] = []

_LEAST_RATIO = 5.0
_HIDDEN_EVERY = 10
_HEADER = ("Код", "ФИО", "Телефон", "Сумма", "Комментарий", "Город")


@attrs.frozen
class Reading:
    """A way to read a file: what it is called, and how many rows it gives."""

    name: str
    read: Callable[[], int]


def main() -> None:
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.spreadsheets", description=__doc__)
    arguments.add_argument("--rows", type=int, default=100_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--quick", action="store_true", help="only that it runs: 2,000 rows, one round")
    given = arguments.parse_args()
    rows, rounds = (2_000, 1) if given.quick else (given.rows, given.rounds)
    with tempfile.TemporaryDirectory() as folder:
        xlsx, text = Path(folder) / "list.xlsx", Path(folder) / "list.csv"
        _write_xlsx(xlsx, rows)
        _write_csv(text, rows * 5)
        hidden = _hidden(xlsx)
        sheets = _least(
            rounds,
            Reading("ours", lambda: _ours(xlsx)),
            Reading("openpyxl", lambda: _openpyxl(xlsx)),
            Reading("calamine", lambda: _calamine(xlsx)),
        )
        texts = _least(rounds, Reading("ours", lambda: _ours(text)), Reading("csv.reader", lambda: _bare(text)))
    ratio = sheets["openpyxl"] / sheets["ours"]
    print(f"XLSX, {rows:,} rows of {len(_HEADER)} cells, {hidden:,} of them hidden; CPU seconds")
    for name, seconds in sheets.items():
        print(f"  {name:<12}{seconds:8.3f}   {seconds / sheets['ours']:5.1f} of ours")
    print(f"  {ratio:.1f} times as fast as openpyxl (goal: {_LEAST_RATIO:g})  {_verdict(ratio >= _LEAST_RATIO)}")
    share = texts["ours"] / texts["csv.reader"]
    print(f"CSV in cp1251, {rows * 5:,} rows; CPU seconds")
    for name, seconds in texts.items():
        print(f"  {name:<12}{seconds:8.3f}")
    print(f"  {share:.2f} times csv.reader")


def _verdict(met: bool) -> str:
    return "met" if met else "NOT MET"


def _least(rounds: int, *readings: Reading) -> dict[str, float]:
    least: dict[str, float] = {}
    for _ in range(rounds):
        for reading in readings:
            start = time.process_time()
            count = reading.read()
            spent = time.process_time() - start
            if not count:
                raise AssertionError(f"{reading.name} read nothing")
            least[reading.name] = min(spent, least.get(reading.name, spent))
    return least


def _ours(path: Path) -> int:
    with TableSource(path).open() as table:
        return sum(1 for _ in table.rows)


def _hidden(path: Path) -> int:
    with TableSource(path).open() as table:
        return sum(1 for row in table.rows if type(row) is HiddenRow)


def _openpyxl(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    finally:
        book.close()


def _calamine(path: Path) -> int:
    with python_calamine.CalamineWorkbook.from_path(path) as book:
        return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def _bare(path: Path) -> int:
    with path.open(encoding="cp1251", newline="") as file:
        return sum(1 for _ in csv.reader(file, delimiter=";"))


def _cells(rows: int) -> Iterator[list[str | int | float]]:
    for at in range(rows):
        phone = 89220000000 + at if at % 2 else f"8 (922) {at:07}"
        yield [f"{at:08}", f"Иванов Пётр {at % 5000}", phone, at * 1.37, "ООО «Ромашка»", "Екатеринбург"]


def _write_xlsx(path: Path, rows: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Лист1")
    sheet.append(list(_HEADER))
    for at, row in enumerate(_cells(rows), 2):
        sheet.row_dimensions[at].hidden = at % _HIDDEN_EVERY == 0
        sheet.append(row)
    book.save(path)


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="cp1251", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADER)
        writer.writerows(_cells(rows))


if __name__ == "__main__":
    main()

"""What reading a call list costs beside a bare `csv.reader`, in interleaved rounds; and what it keeps in memory.

`python -m benchmarks.call_lists [--rows 1000000] [--rounds 3] [--quick]`. Two lists in cp1251 with seven columns: one
with a number in every cell, in the thirteen forms in which the sample lists have them; one with all that stands in the
phones' column of the sample lists, in their shares (one cell of seven is no single number, one of ten is refused).
Goals: read, cleaned, deduplicated and turned into calls within 4 times the CPU of reading its cells; below 32 bytes a
row to know the duplicates, and nothing else that grows with the list.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from random import Random
from typing import Literal

from autodialer_async.call_list import read_calls
from benchmarks import memory
from benchmarks.statistics import paired_ratios, summary

__all__: list[str] = []

_MOST_RATIO, _MOST_BYTES = 4.0, 32.0
_HEADER = ("№ п/п", "Код", "ФИО", "Телефон", "Номер договора", "Сумма долга", "Комментарий")
_PLAIN_FORMS = 13
_COMMENTS = ("", "VIP", 'ООО "Ромашка"', "перезвонить; вечером")
_NAMES = ("Кулагин Георгий Тихонович", "Беляков Валентин Иосифович", "Логинова Анастасия Филипповна")
# Of one federal district: lists are of a region, and so are its codes.
_CODES = (
    "902",
    "904",
    "908",
    "909",
    "912",
    "919",
    "922",
    "932",
    "950",
    "951",
    "953",
    "961",
    "963",
    "982",
    "992",
    "343",
)
# How often a form stands among 1600 rows of the sample lists.
_FORMS = {
    "8 ({0}) {1}-{2}-{3}": 195,
    "8{0}{1}{2}{3}": 170,
    "{0}{1}{2}{3}": 108,
    "+7 ({0}) {1} {2} {3}": 105,
    "8\u00a0{0}\u00a0{1}\u00a0{2}\u00a0{3}": 99,
    "моб.: 8-{0}-{1}-{2}-{3}": 94,
    "+7{0}{1}{2}{3} ": 94,
    "+7-{0}-{1}-{2}-{3}": 91,
    "8.{0}.{1}.{2}.{3}": 85,
    "8{0}{1}{2}{3}.0": 80,
    "'8{0}{1}{2}{3}": 79,
    "тел. +7 {0} {1}-{2}-{3} (после 18)": 79,
    "8 {0} {1}-{2}-{3}": 86,
    "+7 ({0}) {1}-{2}-{3} доб. {4}": 37,
    "+7{0}{1}{2}{3} / +7{0}{1}{3}{2}": 16,
    "8{0}{1}{2}{3}, 8{0}{1}{3}{2}": 12,
    "8{0}{1}{2}{3};8{0}{1}{3}{2}": 10,
    "8,{0}22E+10": 20,
    "8.{0}22E+10": 10,
    "+7 (000) 000-00-00": 17,
    "112": 16,
    "8{0}{1}{2}": 14,
    "8{0}{1}{2}0O": 14,
    "": 13,
    "-": 13,
    "нет": 13,
    "222-33-44": 11,
    "8{0}{1}{2}{3}777": 10,
    "не звонить": 9,
}


def write_list(path: Path, rows: int, seed: int = 0, *, plain: bool = False) -> None:
    """A list of so many rows, the same for the same seed; `plain`: with one number in every cell."""
    chance = Random(seed)
    shown = dict(list(_FORMS.items())[:_PLAIN_FORMS]) if plain else _FORMS
    forms = chance.choices(list(shown), list(shown.values()), k=rows)
    with path.open("w", encoding="cp1251", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(_HEADER)
        for number, form in enumerate(forms, 1):
            digits = f"{chance.randrange(10**7):07d}"
            phone = form.format(chance.choice(_CODES), digits[:3], digits[3:5], digits[5:], 100 + number % 900)
            name, comment = chance.choice(_NAMES), chance.choice(_COMMENTS)
            debt = f"{chance.randrange(10**5)},{number % 100:02d}"
            writer.writerow([number, f"{number:08d}", name, phone, f"Д-{chance.randrange(10**6)}", debt, comment])


def _cells(path: Path) -> float:
    """Seconds of CPU to read the cells alone."""
    started = time.process_time()
    with path.open(encoding="cp1251", newline="") as file:
        deque(csv.reader(file, delimiter=";"), maxlen=0)
    return time.process_time() - started


def _calls(path: Path) -> tuple[float, str]:
    """Seconds of CPU to make its calls, and what became of the rows."""
    started = time.process_time()
    calls = read_calls(path)
    deque(calls, maxlen=0)
    took = time.process_time() - started
    counts = calls.counts
    return took, f"{counts.read:,} rows, {counts.valid:,} calls, {dict(sorted(counts.rejected.items()))}"


def _grown(path: Path, duplicates: Literal["drop", "keep"]) -> int:
    """Bytes by which this process grew while it read the list."""
    deque(read_calls(path.with_name("warm.csv"), duplicates=duplicates), maxlen=0)
    gc.collect()
    before = memory.begin()
    deque(read_calls(path, duplicates=duplicates), maxlen=0)
    return memory.peak() - before


def _in_a_process(path: Path, duplicates: str) -> int:
    command = [sys.executable, "-m", "benchmarks.call_lists", "--grown", json.dumps([str(path), duplicates])]
    done = subprocess.run(
        command, cwd=Path(__file__).parents[1], check=True, stdout=subprocess.PIPE, text=True, timeout=600
    )
    return int(done.stdout)


def _speed(path: Path, rows: int, rounds: int) -> bool:
    bare, ours, told = list[float](), list[float](), ""
    for number in range(rounds):
        # Every other round begins with the other side.
        if number % 2:
            bare.append(_cells(path))
        took, told = _calls(path)
        ours.append(took)
        if not number % 2:
            bare.append(_cells(path))
    ratio = summary(paired_ratios(ours, bare))
    assert ratio is not None
    print(told)
    print(f"CPU a row: csv.reader {min(bare) / rows * 1e6:.2f} µs, read_calls {min(ours) / rows * 1e6:.2f} µs")
    spread = f"{ratio.low:.2f} to {ratio.high:.2f} in {ratio.count} rounds"
    print(
        f"ratio: {ratio.median:.2f} ({spread}; of the lowest {min(ours) / min(bare):.2f}), goal at most {_MOST_RATIO:g}"
    )
    return min(ours) / min(bare) <= _MOST_RATIO


def _memory(path: Path, rows: int, tenth: Path) -> bool:
    kept, dropped, small = _in_a_process(path, "keep"), _in_a_process(path, "drop"), _in_a_process(tenth, "keep")
    duplicates = (dropped - kept) / rows
    print(f"memory: {duplicates:.1f} bytes a row for duplicates, goal below {_MOST_BYTES:g}")
    print(f"memory of all else: {kept / 1e6:.1f} MB for {rows:,} rows, {small / 1e6:.1f} MB for a tenth of them")
    return duplicates < _MOST_BYTES


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where the goals are met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.call_lists", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="only that it runs: few rows, and no goals")
    parser.add_argument("--grown", type=json.loads, help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.grown:
        print(_grown(Path(told.grown[0]), told.grown[1]))
        return 0
    rows = 20_000 if told.quick else told.rows
    with tempfile.TemporaryDirectory(prefix="autodialer-bench-") as directory:
        path, tenth = Path(directory) / "list.csv", Path(directory) / "tenth.csv"
        plain = Path(directory) / "plain.csv"
        write_list(path, rows)
        write_list(plain, rows, plain=True)
        write_list(tenth, rows // 10, seed=1)
        write_list(Path(directory) / "warm.csv", 5000, seed=2)
        print("A number in every cell:")
        met = [_speed(plain, rows, told.rounds)]
        print("As the sample lists:")
        met += [_speed(path, rows, told.rounds), _memory(path, rows, tenth)]
    return 0 if told.quick else int(not all(met))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

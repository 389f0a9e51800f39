"""What a phone's cell costs: the quick way, the long way and the phone library, in interleaved rounds of one process.

`python -m benchmarks.phones [--cells 20000] [--rounds 7] [--quick]`. Microseconds of CPU a cell (the lowest of the
rounds: other work on the machine only adds) and how often a bare regular expression over plain numbers fits in. Goals:
the quick way at most 0.7 µs on plain numbers, quick and long way together at most 1.2 µs on the common dressed forms.
"""

from __future__ import annotations

import argparse
import gc
import re
import sys
import time
from collections.abc import Callable, Sequence
from random import Random

import attrs
import phonenumbers

from autodialer_async.call_list.phones import PhoneRules, quick_phone, read_phone
from autodialer_async.call_list.phones.many import QuickPhones
from autodialer_async.call_list.phones.usual import usual_phones

__all__: list[str] = []

_RULES = PhoneRules()
_PLAIN = re.compile(r"8\d{10}", re.ASCII).fullmatch
_QUICK_CELLS, _QUICK_ROUNDS = 2000, 3
_MOST_PLAIN, _MOST_DRESSED = 0.7, 1.2

_DRESSED = (
    "8{}{}{}{}",
    "8{}{}{}{}",
    "+7{}{}{}{}",
    "7{}{}{}{}",
    "{}{}{}{}",
    "8 ({}) {}-{}-{}",
    "+7 ({}) {} {} {}",
    "+7-{}-{}-{}-{}",
    "8 {} {} {} {}",
    "8\u00a0{}\u00a0{}\u00a0{}\u00a0{}",
    "8 {} {}\u2011{}\u2011{}",
    "'8{}{}{}{}",
    "8{}{}{}{}.0",
    "8.{}.{}.{}.{}",
    "+7{}{}{}{} ",
)
# In the shares of the sample lists, refusals included.
_PEOPLE = (
    *_DRESSED * 4,
    *("моб.: 8-{}-{}-{}-{}",) * 5,
    *("тел. +7 {} {}-{}-{} (после 18)",) * 4,
    *("+7 ({}) {}-{}-{} доб. 694",) * 2,
    "8{0}{1}{2}{3}, 8{0}{1}{3}{2}",
    "+7{0}{1}{2}{3} / +7{0}{1}{3}{2}",
    "8{0}{1}{2}{3};8{0}{1}{3}{2}",
    "8,92222E+10",
    "+7 (000) {1}-{2}-{3}",
    "{1}-{2}-{3}",
    "8{0}{1}{2}",
    "нет",
    "",
    "не звонить",
)


def _cells(forms: Sequence[str], count: int) -> list[str]:
    chance = Random(5)
    codes = ["343", "495", *map(str, range(900, 1000))]
    return [
        chance.choice(forms).format(
            chance.choice(codes),
            f"{chance.randrange(1000):03}",
            f"{chance.randrange(100):02}",
            f"{chance.randrange(100):02}",
        )
        for _ in range(count)
    ]


def _either(cell: str) -> object:
    return quick_phone(cell) or usual_phones(cell) or read_phone(cell, _RULES)


def _by_library(cell: str) -> object:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(cell, "RU"))
    except phonenumbers.NumberParseException:
        return None


def _found_by_library(cell: str) -> object:
    return list(phonenumbers.PhoneNumberMatcher(cell, "RU"))


@attrs.frozen
class Row:
    """One way to read one list."""

    name: str
    cells: list[str]
    read: Callable[[list[str]], object]


def _each(read: Callable[[str], object]) -> Callable[[list[str]], object]:
    return lambda cells: [read(cell) for cell in cells]


def _rows(count: int) -> list[Row]:
    plain, dressed, people = (_cells(forms, count) for forms in (("8{}{}{}{}",), _DRESSED, _PEOPLE))
    few = slice(count // 10)
    return [
        Row("plain numbers, a bare regular expression", plain, _each(_PLAIN)),
        Row("plain numbers, quick_phone", plain, _each(quick_phone)),
        Row("common dressed forms, quick_phone", dressed, _each(quick_phone)),
        Row("common dressed forms, quick_phone, usual_phones or read_phone", dressed, _each(_either)),
        Row("common dressed forms, QuickPhones", dressed, QuickPhones()),
        Row("lists of people, quick_phone, usual_phones or read_phone", people, _each(_either)),
        Row("lists of people, read_phone where quick_phone gives none", _left(people), _each(read_phone)),
        Row("common dressed forms, phonenumbers.parse", dressed[few], _each(_by_library)),
        Row("lists of people, PhoneNumberMatcher", people[few], _each(_found_by_library)),
    ]


def _left(cells: list[str]) -> list[str]:
    return [cell for cell in cells if quick_phone(cell) is None]


def _microseconds(row: Row) -> float:
    gc.collect()
    start = time.process_time()
    row.read(row.cells)
    return (time.process_time() - start) / len(row.cells) * 1e6


def main(arguments: list[str]) -> int:
    """Measure and print; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phones", description=__doc__)
    parser.add_argument("--cells", type=int, default=20_000, help="cells of each list")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="a small run that only shows that it works")
    told = parser.parse_args(arguments)
    count, rounds = (_QUICK_CELLS, _QUICK_ROUNDS) if told.quick else (told.cells, told.rounds)
    rows = _rows(count)
    for row in rows:
        row.read(row.cells[:200])
    measured: list[list[float]] = [[] for _ in rows]
    for _ in range(rounds):
        for row, times in zip(rows, measured, strict=True):
            times.append(_microseconds(row))
    lowest = dict(zip((row.name for row in rows), map(min, measured), strict=True))
    base = lowest[rows[0].name]
    print(f"| {count} cells, {rounds} rounds | µs a cell | times the regular expression |\n| --- | --- | --- |")
    for name, each in lowest.items():
        print(f"| {name} | {each:.2f} | {each / base:.1f} |")
    missed = lowest[rows[1].name] > _MOST_PLAIN or lowest[rows[3].name] > _MOST_DRESSED
    print(f"\ngoals (plain {_MOST_PLAIN} µs, dressed {_MOST_DRESSED} µs): {'missed' if missed else 'met'}")
    return int(missed and not told.quick)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Where a microsecond per record goes: `python -m benchmarks.parts`.

The parts are measured alone in this process, the wholes in processes of their own, all in interleaved rounds; what the
parts do not explain is the request, the event loop and the books. CPU time, not wall clock.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import time as clock
from statistics import median

import anyio
import attrs
import orjson

from autodialer_async import CallWindow, Dialect
from autodialer_async._bulk.batches import BatchCutter
from autodialer_async._bulk.rows import RowMaker
from autodialer_async._bulk.source import SLICE, open_source
from autodialer_async._wire import Codec
from autodialer_async.errors import InvalidCall
from benchmarks.calls import calls
from benchmarks.case import Case, Measurement
from benchmarks.processes import pin
from benchmarks.records import BATCH, documents, name_at
from benchmarks.runner import cores, run_case

__all__: list[str] = []

_WINDOW = CallWindow(clock(10), clock(19))
_OVERHEAD = 100


@attrs.frozen
class Part:
    """One step of a record's way, and what it costs to do it once for each of some records.

    Attributes:
        name: What is done.
        run: Does it for all; returns nothing.
    """

    name: str
    run: Callable[[], None]


def _values(count: int) -> None:
    for place in range(count):
        (str(place + 1), f"89{place:09}", name_at(place), f"crm-{place + 1}", f"{1000 + place % 90_000} руб.")


def _records(count: int) -> None:
    for _ in calls(count):
        pass


def _slices(records: Sequence[object]) -> Iterator[Sequence[object]]:
    return (records[start : start + SLICE] for start in range(0, len(records), SLICE))


def _rows(records: Sequence[object]) -> None:
    maker, invalid = RowMaker(Codec(Dialect()), window=_WINDOW), list[InvalidCall]()
    for part in _slices(records):
        maker.rows(part, invalid)


def _pull(records: Sequence[object]) -> None:
    async def pull() -> None:
        source = open_source(iter(records), in_thread=True)
        while not source.ended:
            await source.pull(BATCH)
            source.pulled.clear()
        await source.aclose()

    anyio.run(pull)


def _complain(_row: object) -> InvalidCall:
    return InvalidCall("never", field="id")


def _bytes(records: Sequence[object]) -> Callable[[], None]:
    maker = RowMaker(Codec(Dialect()), window=_WINDOW)
    ready = [maker.rows(part, []) for part in _slices(records)]

    def run() -> None:
        cutter = BatchCutter(batch_size=BATCH, max_bytes=1_000_000, overhead=_OVERHEAD, complain=_complain)
        for rows, places in ready:
            for _ in cutter.add(rows, places, []):
                pass

    return run


_FIELDS = ("id", "phone", "name", "uuid", "var1", "var2", "var3", "window", "max_count", "generation_type", "extra")
_Frozen = attrs.make_class("_Frozen", _FIELDS, frozen=True, slots=True)
_Mutable = attrs.make_class("_Mutable", _FIELDS, slots=True)


def _made(kind: type, count: int) -> None:
    for _ in range(count):
        kind(*_FIELDS)


def _dicts(count: int) -> None:
    for _ in documents(count):
        pass


def _encoded(encode: Callable[[object], bytes], mappings: Sequence[object]) -> None:
    for start in range(0, len(mappings), BATCH):
        encode(mappings[start : start + BATCH])


def _as_httpx(value: object) -> bytes:
    """What `json=` of httpx does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _floors(count: int) -> list[Part]:
    """What anybody has to pay who makes records and sends JSON."""
    mappings = list(documents(count))
    return [
        Part("floor: an attrs class of eleven fields, frozen, no checks", lambda: _made(_Frozen, count)),
        Part("floor: the same, mutable", lambda: _made(_Mutable, count)),
        Part("floor: a dict of each record, values included", lambda: _dicts(count)),
        Part("floor: `json` as httpx's `json=` runs it, ready dicts", lambda: _encoded(_as_httpx, mappings)),
        Part("floor: orjson, ready dicts", lambda: _encoded(orjson.dumps, mappings)),
    ]


def _parts(count: int) -> list[Part]:
    records, mappings = list(calls(count)), list(documents(count))
    return [
        Part("the caller's own values: five f-strings", lambda: _values(count)),
        Part("those, and a `Call` of each record", lambda: _records(count)),
        Part("pulling ready records through a worker thread", lambda: _pull(records)),
        Part("rows of wire fields from `Call`s, hours handed down", lambda: _rows(records)),
        Part("rows of wire fields from mappings", lambda: _rows(mappings)),
        Part("rows to batches of bytes (orjson)", _bytes(records)),
    ]


_WHOLES = {
    "whole upload, `Call`s made as they are pulled": Case("sdk:records", 0),
    "whole upload, `Call`s made before": Case("sdk:ready", 0),
    "whole upload, `Call`s made before, fast transport": Case("sdk:ready", 0, transport="fast"),
    "whole upload, mappings made as they are pulled": Case("sdk:mappings", 0),
    "raw sockets and orjson, dicts made before": Case("raw:orjson-ready", 0),
    "raw sockets, bodies made before": Case("raw:bodies", 0),
}


def main(arguments: list[str]) -> int:
    """Print the table; 1 if a whole failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parts", description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    told = parser.parse_args(arguments)
    pin(cores()[0])
    parts = [*_parts(told.records), *_floors(told.records)]
    found: dict[str, list[float]] = {}
    for _ in range(told.rounds):
        for part in parts:
            begun = time.process_time()
            part.run()
            found.setdefault(part.name, []).append(time.process_time() - begun)
        for name, case in _WHOLES.items():
            outcome = run_case(attrs.evolve(case, records=told.records), 120)
            if not isinstance(outcome, Measurement):
                print(f"{name}: {outcome.reason}", file=sys.stderr)
                return 1
            found.setdefault(name, []).append(outcome.cpu)
    print("| | µs a record |\n|---|--:|")
    for name, seconds in found.items():
        per_record = [one / told.records * 1e6 for one in seconds]
        print(f"| {name} | {median(per_record):.2f} ({min(per_record):.2f}–{max(per_record):.2f}) |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

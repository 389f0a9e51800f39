"""A light server of history for load and memory tests: any number of days, in a process of its own.

    with HistoryStubProcess(rows_a_day=10_000) as stub:
        ...  # a client with stub.base_url and any key

Each hundredth number is called again every day, in the task of the first day; all others are called once.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

__all__ = ["CALLED_AGAIN", "FIRST_DAY", "HistoryStubProcess", "history_rows", "last_states"]

FIRST_DAY = date(2026, 1, 1)
CALLED_AGAIN = 100
_FIRST_TASK = 40133707428585176
_RECORDS_A_TASK = 1000
_CODES = ("ANSWERED 16", "NO ANSWER 19", "BUSY/17", "Занято", "CANCEL", "FAILED:34", "Сброшен", "RINGING")
ROOT = Path(__file__).parents[2]


def history_rows(day: date, count: int) -> list[dict[str, str]]:
    """The rows of one day, in the form in which the emulator writes them."""
    number = (day - FIRST_DAY).days
    midnight = datetime.combine(day, datetime.min.time())
    rows: list[dict[str, str]] = []
    for place in range(count):
        key = place if place % CALLED_AGAIN == 0 else number * count + place
        rows.append(
            {
                "QUERY_ID": str(_FIRST_TASK + key // _RECORDS_A_TASK),
                "DST": f"8{9_220_000_000 + key}",
                "TIME": f"{midnight + timedelta(seconds=36_000 + place % 32_400)} +0300",
                "CODE": _CODES[place % len(_CODES)],
                "SEC": str(place % 300),
            }
        )
    return rows


def last_states(days: int, rows_a_day: int) -> int:
    """How many rows are left of so many days when of each number in a task only the last state stays."""
    again = len(range(0, rows_a_day, CALLED_AGAIN))
    return days * rows_a_day - (days - 1) * again


class HistoryStubProcess:
    """A stub in a process of its own, that ends with the block, or with this process at the latest.

    Args:
        rows_a_day: Rows of each day.
    """

    def __init__(self, *, rows_a_day: int) -> None:
        self._rows_a_day = rows_a_day
        self._process: subprocess.Popen[bytes] | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.servers.history_stub", str(self._rows_a_day)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            port = int(self._process.stdout.readline()) if self._process.stdout else 0
        except BaseException:
            self._end()
            raise
        self.base_url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, rows_a_day: int) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            fields = dict(pair.split("=") for pair in (await reader.readexactly(length)).decode().split("&"))
            body = json.dumps(history_rows(date.fromisoformat(fields["date_from"]), rows_a_day)).encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body))
            writer.write(body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _serve(rows_a_day: int) -> None:
    server = await asyncio.start_server(lambda r, w: _answer(r, w, rows_a_day), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201  (the parent reads it)
    await asyncio.to_thread(sys.stdin.buffer.read)
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows_a_day", type=int)
    asyncio.run(_serve(parser.parse_args().rows_a_day))

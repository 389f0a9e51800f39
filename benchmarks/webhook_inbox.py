"""Durable webhook events a second: the receiver beside a plain Starlette handler that writes one row a request.

`python -m benchmarks.webhook_inbox`: fresh servers (uvicorn) in interleaved rounds, 64 connections, both on the cores
that are there; every answer is given after the event is in a SQLite file with `synchronous=FULL`. Goal: at least 1,000
events/s. The files lie in the temporary directory (TMPDIR): the syncs of that disk are what group commit saves.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import attrs
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from autodialer_async.webhooks import ReceivedEvent, WebhookReceiver
from benchmarks.statistics import Summary, paired_ratios, summary

__all__: list[str] = []

_LEAST = 1000.0
_SECRET = "secret"
_ROOT = Path(__file__).parents[1]
_SERVERS = ("receiver", "receiver and handler", "plain handler")


def _plain(path: str) -> Starlette:
    connection = sqlite3.connect(path, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE event (number INTEGER PRIMARY KEY, phone TEXT, duration TEXT, answer TEXT)")
    turn = threading.Lock()

    def insert(*row: str) -> None:
        with turn, connection:
            connection.execute("INSERT INTO event (phone, duration, answer) VALUES (?, ?, ?)", row)

    async def receive(request: Request) -> JSONResponse:
        form = await request.form()
        await run_in_threadpool(insert, *(str(form[name]) for name in ("phone", "duration", "answer")))
        return JSONResponse({"status": "kept"})

    return Starlette(routes=[Route(f"/{_SECRET}", receive, methods=["POST"])])


def _serve(server: str, descriptor: int, path: str) -> None:
    async def on_event(event: ReceivedEvent) -> None:
        pass

    app = (
        _plain(path)
        if server == "plain handler"
        else WebhookReceiver(secret=_SECRET, inbox=path, on_event=on_event if "and" in server else None)
    )
    config = uvicorn.Config(app, log_level="critical", access_log=False)
    uvicorn.Server(config).run([socket.socket(fileno=descriptor)])


def _requests(number: int) -> list[bytes]:
    bodies = (
        urlencode({"phone": f"8922{place:07}", "duration": str(place % 60), "answer": "да"}).encode()
        for place in range(number)
    )
    head = f"POST /{_SECRET} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return [head.encode() + b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies]


async def _send(port: int, requests: list[bytes], connections: int) -> float:
    waiting = iter(requests)

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in waiting:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
        writer.close()

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(connections)))
    return len(requests) / (time.perf_counter() - started)


@attrs.frozen
class Took:
    """What a server kept a second, and the milliseconds of processor time that an event cost it; None: not told."""

    rate: float
    cpu: float | None


def _cpu_seconds(process: int) -> float | None:
    """Processor time of all its threads, with the system's part, where the system tells it of a process that runs."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _measure(server: str, events: int, connections: int) -> Took:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        path = str(Path(folder) / "events.db")
        arguments = ["--serve", server, str(listener.fileno()), path]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.webhook_inbox", *arguments], pass_fds=[listener.fileno()], cwd=_ROOT
        )
        try:
            port = listener.getsockname()[1]
            requests = _requests(events + connections)
            asyncio.run(_send(port, requests[:connections], connections))
            before = _cpu_seconds(process.pid)
            rate = asyncio.run(_send(port, requests[connections:], connections))
            after = _cpu_seconds(process.pid)
        finally:
            process.terminate()
            process.wait(30)
        with closing(sqlite3.connect(path)) as connection:
            kept = connection.execute("SELECT count(*) FROM event").fetchone()[0]
        if kept != events + connections:
            raise RuntimeError(f"{server}: {kept} events of {events + connections} were kept")
        return Took(rate, None if before is None or after is None else (after - before) / events * 1000)


def _shown(told: Summary | None) -> str:
    return "-" if told is None else f"{told.median:.0f} ({told.low:.0f} to {told.high:.0f})"


def main(arguments: list[str]) -> int:
    """Measure and print; 0 where the goal is met, else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.webhook_inbox", description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--quick", action="store_true", help="300 events, one round: only that it runs")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    told = parser.parse_args(arguments)
    if told.serve:
        server, descriptor, path = told.serve
        _serve(server, int(descriptor), path)
        return 0
    events, rounds = (300, 1) if told.quick else (told.events, told.rounds)
    took: dict[str, list[Took]] = {server: [] for server in _SERVERS}
    for place in range(rounds):
        # Every round begins with another one.
        for server in _SERVERS[place % 3 :] + _SERVERS[: place % 3]:
            took[server].append(_measure(server, events, told.connections))
    plain = took["plain handler"]
    for server in _SERVERS:
        rates, costs = [each.rate for each in took[server]], [each.cpu for each in took[server]]
        faster = summary(paired_ratios(rates, [each.rate for each in plain]))
        cheaper = summary(paired_ratios([each.cpu for each in plain], costs))
        cost = summary(each for each in costs if each is not None)
        print(
            f"{server}: {_shown(summary(rates))} durable events/s"
            + (f", {cost.median:.2f} ms of CPU an event" if cost else "")
        )
        if server != "plain handler" and faster:
            print(
                f"    {faster.median:.2f} times the plain handler's events"
                + (f", {cheaper.median:.2f} times less CPU" if cheaper else "")
            )
    reached = summary(each.rate for each in took["receiver"])
    print(f"goal: at least {_LEAST:.0f} durable events/s")
    return int(not (reached and (told.quick or reached.median >= _LEAST)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The stub counts right, answers right, and ends."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.servers.raw_client import make_body
from tests.servers.stub import ROOT, Counts, Stub, StubProcess, _Connection

if TYPE_CHECKING:
    from collections.abc import Callable


def counts_when(stub: StubProcess, fact: Callable[[Counts], bool]) -> Counts:
    """The stub's counts as soon as `fact` holds; each look is a round trip, so this is no busy loop."""
    for _ in range(2000):
        counts = stub.counts()
        if fact(counts):
            return counts
    raise TimeoutError(counts)


def test_report_and_counts_are_right() -> None:
    with StubProcess() as stub, httpx.Client() as client:
        reports = [
            client.post(f"{stub.base_url}/key/make", content=make_body(map(str, range(count)))).json()["report"]
            for count in (1000, 1, 7)
        ]
        assert stub.counts() == Counts(requests=3, records=1008, in_flight=0, max_in_flight=1, connections=2)
    assert [report["lines"] for report in reports] == ["1000", "1", "7"]
    assert {len(report["id"]) for report in reports} == {17}


@pytest.mark.parametrize("size", [1, 3, 8, 50])
def test_record_cut_by_the_border_of_two_pieces_is_counted_once(size: int) -> None:
    stub = Stub(0.0, silent=True, fail_status=None, counts=Counts())
    connection = _Connection(stub)
    body = make_body(map(str, range(30)))
    data = b"POST /key/make HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body
    for start in range(0, len(data), size):
        connection.data_received(data[start : start + size])
    assert (stub.counts.requests, stub.counts.records) == (1, 30)


def test_requests_in_flight_are_counted_until_their_clients_leave() -> None:
    body = make_body(["1", "2"])
    request = b"POST /key/make HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with StubProcess(silent=True) as stub:
        with contextlib.ExitStack() as clients:
            for _ in range(5):
                address = ("127.0.0.1", int(stub.base_url.rpartition(":")[2]))
                clients.enter_context(socket.create_connection(address, timeout=5)).sendall(request)
            counts = counts_when(stub, lambda counts: counts.requests == 5)
            assert (counts.records, counts.in_flight, counts.max_in_flight) == (10, 5, 5)
        assert counts_when(stub, lambda counts: counts.in_flight == 0).max_in_flight == 5


def test_answers_come_after_the_latency() -> None:
    with StubProcess(latency=60) as stub:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{stub.base_url}/key/make", content=make_body(["1"]), timeout=0.3)
        assert stub.counts().records == 1


def test_silent_stub_reads_and_says_nothing() -> None:
    with StubProcess(silent=True) as stub:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{stub.base_url}/key/make", content=make_body(["1", "2"]), timeout=0.3)
        assert stub.counts().records == 2


def test_failing_stub_answers_its_status() -> None:
    with StubProcess(fail_status=503) as stub:
        assert httpx.post(f"{stub.base_url}/key/make", content=make_body(["1"])).status_code == 503
        assert stub.counts().records == 1


def test_stub_ends_with_its_block() -> None:
    with StubProcess() as stub:
        url = stub.base_url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_stub_ends_when_its_parent_is_gone() -> None:
    command = [sys.executable, "-m", "tests.servers.stub"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert int(process.stdout.readline()) > 0
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0

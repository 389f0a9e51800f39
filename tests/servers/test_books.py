"""The server's books are right whatever the client does."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.servers.misbehaving import (
    Accept,
    AnswerLate,
    MisbehavingServer,
    NeverAnswer,
    RequestInfo,
    ResetMidBody,
    StallMidBody,
)
from tests.servers.raw_client import connect, exchange, make_body, make_request, reset

IDS = ("1", "2", "3")


@pytest.mark.parametrize("leave", ["fin", "rst"])
def test_client_that_sends_the_whole_body_and_vanishes_is_counted(leave: str) -> None:
    with MisbehavingServer() as server:
        with connect(server) as client:
            client.sendall(make_request(server, make_body(IDS)))
            if leave == "rst":
                reset(client)
        server.wait_for(lambda: server.accepted.total() == 3)
    assert server.accepted == Counter(IDS)
    assert server.requests[0].whole


@pytest.mark.parametrize("leave", ["fin", "rst"])
def test_client_that_vanishes_before_the_server_reads_is_counted_by_the_stop(leave: str) -> None:
    body = make_body(IDS)
    with MisbehavingServer(StallMidBody(after_bytes=10)) as server, connect(server) as client:
        client.sendall(make_request(server, body))
        server.wait_for(lambda: server.stalled == 1)
        assert not server.accepted
        if leave == "rst":
            reset(client)
    assert server.accepted == Counter(IDS)
    assert server.requests[0].body == body


@pytest.mark.parametrize("missing", [1, 100])
def test_client_that_leaves_mid_body_is_not_counted(missing: int) -> None:
    body = make_body(IDS)
    with MisbehavingServer() as server, connect(server) as client:
        client.sendall(make_request(server, body)[:-missing])
    (record,) = server.requests
    assert record.body_bytes == len(body) - missing
    assert (record.whole, record.accepted, server.accepted.total(), server.received_whole.total()) == (False, 0, 0, 0)
    assert server.attempts == 1


def test_client_that_leaves_mid_header_is_an_attempt() -> None:
    with MisbehavingServer() as server, connect(server) as client:
        client.sendall(b"POST /key/ma")
    (record,) = server.requests
    assert (record.header_bytes, record.info, record.whole) == (12, None, False)


def test_connection_without_a_byte_is_no_attempt() -> None:
    with MisbehavingServer() as server, connect(server):
        server.wait_for(lambda: server.connections == 1)
    assert server.attempts == 0


def test_small_window_leaves_a_stalled_client_in_mid_body() -> None:
    body = make_body(map(str, range(1000)), padding=4000)
    with MisbehavingServer(StallMidBody(after_bytes=100), receive_buffer=8192) as server, connect(server) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.sendall(make_request(server, body))
    (record,) = server.requests
    assert not record.whole
    assert 100 <= record.body_bytes < len(body)
    assert not server.accepted


def test_small_window_and_the_rest_in_the_clients_kernel_is_counted_after_release() -> None:
    body = make_body(map(str, range(1000)), padding=100)
    with MisbehavingServer(StallMidBody(after_bytes=100), receive_buffer=8192) as server:
        with connect(server) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            client.sendall(make_request(server, body))
        server.wait_for(lambda: server.stalled == 1)
        assert server.requests[0].whole is False
        server.release()
        server.wait_settled()
        assert server.accepted.total() == 1000
    assert max(server.accepted.values()) == 1


def test_small_window_and_the_rest_in_the_clients_kernel_is_counted_by_the_stop() -> None:
    body = make_body(map(str, range(1000)), padding=100)
    with MisbehavingServer(StallMidBody(after_bytes=100), receive_buffer=8192) as server:
        with connect(server) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            client.sendall(make_request(server, body))
        server.wait_for(lambda: server.stalled == 1)
    assert server.accepted.total() == 1000


def test_request_in_the_backlog_is_read_by_the_stop() -> None:
    server = MisbehavingServer()
    server.start()
    for _ in range(20):
        with connect(server) as client:
            client.sendall(make_request(server, make_body(IDS)))
    server.stop()
    assert server.accepted == Counter(dict.fromkeys(IDS, 20))
    assert server.connections == 20


def test_reset_mid_body_is_not_counted() -> None:
    body = make_body(map(str, range(200)))
    server = MisbehavingServer(ResetMidBody(after_bytes=2000))
    with server, connect(server) as client, pytest.raises(ConnectionError):
        exchange(client, make_request(server, body))
    (record,) = server.requests
    assert record.body_bytes == 2000
    assert not record.whole
    assert not server.received_whole


def test_requests_on_one_connection_are_numbered() -> None:
    with MisbehavingServer() as server, httpx.Client() as client:
        for record in IDS:
            report = client.post(server.url("make"), content=make_body([record])).json()["report"]
            assert report["lines"] == report["ok"] == report["inserted"] == "1"
            assert len(report["id"]) == 17
    infos = [record.info for record in server.requests if record.info]
    assert [(info.number, info.connection, info.nth) for info in infos] == [(1, 1, 1), (2, 1, 2), (3, 1, 3)]
    assert server.accepted == Counter(IDS)
    assert server.max_in_flight == 1


def test_most_requests_in_flight_is_exact() -> None:
    def post(record: str) -> int:
        return httpx.post(server.url("make"), content=make_body([record])).status_code

    with MisbehavingServer(StallMidBody(after_bytes=1)) as server, ThreadPoolExecutor(3) as pool:
        answers = pool.map(post, IDS)
        server.wait_for(lambda: server.stalled == 3)
        server.release()
        assert list(answers) == [200, 200, 200]
        assert (server.in_flight, server.max_in_flight) == (0, 3)


def test_sequential_requests_on_fresh_connections_never_overlap() -> None:
    with MisbehavingServer() as server:
        for record in IDS * 10:
            httpx.post(server.url("make"), content=make_body([record]))
    assert server.max_in_flight == 1
    assert server.accepted == Counter(IDS * 10)


def test_late_answer_ends_when_its_client_leaves() -> None:
    with MisbehavingServer(AnswerLate(60)) as server:
        with connect(server) as client:
            client.sendall(make_request(server, make_body(IDS)))
            server.wait_for(lambda: server.accepted.total() == 3)
            assert server.in_flight == 1
        server.wait_settled()


def test_form_fields_are_read_in_every_encoding() -> None:
    fields = {"id": "0", "phone": "89222220000", "name": "Имя"}
    with MisbehavingServer() as server, httpx.Client() as client:
        client.post(server.url("newcall"), data=fields)
        client.post(server.url("newcall"), json=fields)
        client.post(server.url("newcall"), files={name: (None, value) for name, value in fields.items()})
        answer = client.get(server.url("newcall"), params=fields).json()
    assert answer["QUERY_COUNT"] == 1
    assert [record.info and dict(record.info.fields) for record in server.requests] == [fields] * 4
    assert server.accepted == Counter({"0": 4})


def test_history_is_asked_for_the_range() -> None:
    def history(date_from: str | None, date_to: str | None, to: str | None) -> list[dict[str, str | None]]:
        return [{"QUERY_ID": "1", "DST": to, "TIME": f"{date_from} {date_to}"}]

    with MisbehavingServer(history=history) as server:
        asked = {"date_from": "2026-01-01", "date_to": "2026-01-02"}
        rows = httpx.post(server.url("cdr"), data=asked).json()
    assert rows == [{"QUERY_ID": "1", "DST": None, "TIME": "2026-01-01 2026-01-02"}]
    assert not server.accepted


def test_unreadable_body_holds_no_records() -> None:
    with MisbehavingServer() as server:
        report = httpx.post(server.url("make"), content=b'{"query":{"data":[{"id":"1"').json()["report"]
    assert report["lines"] == "0"
    assert server.requests[0].whole
    assert not server.accepted


def test_script_that_raises_fails_the_test() -> None:
    def script(request: RequestInfo) -> Accept:
        raise ZeroDivisionError

    def use() -> None:
        with MisbehavingServer(script) as server, pytest.raises(httpx.RemoteProtocolError):
            httpx.post(server.url("make"), content=make_body(IDS))

    with pytest.raises(ZeroDivisionError):
        use()


def test_stop_waits_for_no_client_and_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    server = MisbehavingServer(lambda request: NeverAnswer() if request.number == 1 else None)
    with server, connect(server) as waiting, connect(server) as halfway, connect(server), connect(server) as header:
        waiting.sendall(make_request(server, make_body(IDS)))
        server.wait_for(lambda: server.accepted.total() == 3)
        halfway.sendall(make_request(server, make_body(IDS))[:-5])
        header.sendall(b"PO")
        server.wait_for(lambda: server.connections == 4 and server.attempts == 3)
        server.stop()
    assert set(threading.enumerate()) <= before

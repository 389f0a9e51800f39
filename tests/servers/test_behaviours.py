"""Each behaviour does on the wire what it says, and the books agree."""

from __future__ import annotations

import contextlib
import json
import socket

import httpx
import pytest

from tests.servers.misbehaving import (
    Accept,
    Answer,
    AnswerLate,
    Behaviour,
    ByBatch,
    ByRecord,
    CloseIdleAfter,
    DropAfterAccepting,
    DropBeforeReading,
    EarlyAnswer413,
    EmptyBody,
    FewerLines,
    GarbageStatusLine,
    Html,
    HugeAnswer,
    MisbehavingServer,
    NeverAnswer,
    NothingInserted,
    Redirect,
    ResetMidBody,
    SlowDrip,
    StallMidBody,
    TruncatedJson,
    closed_port,
    in_order,
)
from tests.servers.raw_client import connect, exchange, make_body, make_request, receive_all

IDS = ("1", "2", "3")
STATUSES = (400, 401, 403, 404, 408, 413, 425, 429, 500, 502, 503, 504)


def post(behaviour: Behaviour, *, timeout: float = 5.0) -> tuple[httpx.Response | type[Exception], int]:
    """The answer or the error's type that a plain client sees, and how many records the server took."""
    with MisbehavingServer(behaviour) as server:
        try:
            seen = httpx.post(server.url("make"), content=make_body(IDS), timeout=timeout)
        except httpx.HTTPError as error:
            return type(error), server.accepted.total()
    return seen, server.accepted.total()


@pytest.mark.parametrize(
    ("behaviour", "error", "taken"),
    [
        (DropBeforeReading(), httpx.TransportError, 0),
        (DropBeforeReading(reset=False), httpx.TransportError, 0),
        (ResetMidBody(after_bytes=0), httpx.TransportError, 0),
        (DropAfterAccepting(), httpx.RemoteProtocolError, 3),
        (DropAfterAccepting(reset=True), httpx.ReadError, 3),
        (GarbageStatusLine(), httpx.RemoteProtocolError, 3),
        (TruncatedJson(announced=True), httpx.RemoteProtocolError, 3),
    ],
    ids=repr,
)
def test_broken_exchange_is_an_error_for_the_client(behaviour: Behaviour, error: type[Exception], taken: int) -> None:
    seen, accepted = post(behaviour)
    assert isinstance(seen, type)
    assert issubclass(seen, error)
    assert accepted == taken


@pytest.mark.parametrize(
    ("behaviour", "taken"),
    [
        (Accept(delay=60), 3),
        (AnswerLate(60), 3),
        (AnswerLate(60, accept=False), 0),
        (NeverAnswer(), 3),
        (NeverAnswer(accept=False), 0),
    ],
    ids=repr,
)
def test_answer_that_does_not_come_is_a_timeout(behaviour: Behaviour, taken: int) -> None:
    assert post(behaviour, timeout=0.2) == (httpx.ReadTimeout, taken)


@pytest.mark.parametrize("accept", [True, False])
@pytest.mark.parametrize("status", STATUSES)
def test_status_is_answered_and_taking_is_apart_from_it(status: int, accept: bool) -> None:
    answer, taken = post(Answer(status, b'{"error":"no"}', accept=accept, retry_after="7"))
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.content, answer.headers["Retry-After"]) == (status, b'{"error":"no"}', "7")
    assert taken == (3 if accept else 0)


def test_good_report_may_come_with_a_bad_status() -> None:
    answer, taken = post(Accept(status=500))
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.json()["report"]["lines"], taken) == (500, "3", 3)


def test_redirect_echoes_the_path_with_the_key() -> None:
    answer, taken = post(Redirect())
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, answer.headers["Location"], taken) == (302, "/key-of-a-test/make", 0)


@pytest.mark.parametrize(
    ("behaviour", "content", "taken"),
    [
        (Html(), b"<!doctype", 3),
        (EmptyBody(), b"", 3),
        (TruncatedJson(announced=False), b'{"report":', 3),
    ],
    ids=repr,
)
def test_unreadable_answer_with_status_200(behaviour: Behaviour, content: bytes, taken: int) -> None:
    answer, accepted = post(behaviour)
    assert isinstance(answer, httpx.Response)
    assert (answer.status_code, accepted) == (200, taken)
    assert answer.content.startswith(content)
    with pytest.raises(ValueError, match=r"."):
        json.loads(answer.content)


@pytest.mark.parametrize(
    ("behaviour", "report", "taken"),
    [
        (Accept(), {"lines": "3", "ok": "3", "inserted": "3"}, 3),
        (Accept(report={"inserted": "2", "ok": None}), {"lines": "3", "ok": None, "inserted": "2"}, 3),
        (FewerLines(), {"lines": "2", "ok": "2", "inserted": "2"}, 2),
        (NothingInserted(), {"lines": "3", "ok": "3", "inserted": "0"}, 0),
        (NothingInserted("ok"), {"lines": "3", "ok": "0", "inserted": "0"}, 0),
        (SlowDrip(piece=40, interval=0.001), {"lines": "3", "ok": "3", "inserted": "3"}, 3),
        (HugeAnswer(3_000_000), {"lines": "3", "ok": "3", "inserted": "3"}, 3),
        (CloseIdleAfter(0.1), {"lines": "3", "ok": "3", "inserted": "3"}, 3),
    ],
    ids=repr,
)
def test_report_is_what_was_promised(behaviour: Behaviour, report: dict[str, str | None], taken: int) -> None:
    answer, accepted = post(behaviour)
    assert isinstance(answer, httpx.Response)
    told = answer.json()["report"]
    assert {name: told.get(name) for name in report} == report
    assert accepted == taken


def test_huge_answer_is_huge() -> None:
    answer, _ = post(HugeAnswer(3_000_000))
    assert isinstance(answer, httpx.Response)
    assert len(answer.content) == 3_000_000


def test_drip_comes_in_pieces() -> None:
    with MisbehavingServer(SlowDrip(piece=1, interval=60)) as server, connect(server) as client:
        client.sendall(make_request(server, make_body(IDS)))
        assert client.recv(100) == b"H"
        assert server.in_flight == 1


def test_connection_is_closed_when_idle_for_too_long() -> None:
    with MisbehavingServer(CloseIdleAfter(0.05)) as server, connect(server) as client:
        client.sendall(make_request(server, make_body(IDS)))
        assert receive_all(client).startswith(b"HTTP/1.1 200 OK")


def test_early_413_is_answered_before_the_body_is_sent_and_the_body_is_thrown_away() -> None:
    body = make_body(IDS)
    with MisbehavingServer(EarlyAnswer413()) as server, connect(server) as client:
        request = make_request(server, body)
        client.sendall(request[: -len(body)])
        assert client.recv(1000).startswith(b"HTTP/1.1 413 ")
        client.sendall(body)
        assert client.recv(1000) == b""
    assert server.requests[0].whole
    assert not server.accepted


def test_early_413_without_lingering_cuts_the_body() -> None:
    body = make_body(map(str, range(5000)))
    server = MisbehavingServer(EarlyAnswer413(lingering=False))
    with server, connect(server) as client, contextlib.suppress(ConnectionError):
        client.sendall(make_request(server, body))
    assert server.requests[0].status == 413
    assert not server.requests[0].whole


def test_dropped_connection_holds_no_request() -> None:
    with MisbehavingServer(drop_connection=lambda number: number == 1) as server:
        with pytest.raises(ConnectionError), connect(server) as client:  # either of the two may see the RST
            client.recv(1)
        assert httpx.post(server.url("make"), content=make_body(IDS)).status_code == 200
    assert (server.connections, server.attempts, server.accepted.total()) == (2, 1, 3)


def test_batch_gets_its_behaviours_try_by_try() -> None:
    plan = ByBatch({"10": [Answer(429), Answer(503)], "20": EmptyBody()}, default=Accept())
    with MisbehavingServer(plan) as server, httpx.Client() as client:
        seen = [client.post(server.url("make"), content=make_body([first, "99"])) for first in ("10", "20", "10", "10")]
        answer = client.post(server.url("cdr"), data={"date_from": "2026-01-01"})
    assert [(each.status_code, bool(each.content)) for each in seen] == [
        (429, False),
        (200, False),
        (503, False),
        (200, True),
    ]
    assert answer.json() == []
    assert server.accepted == {"10": 1, "20": 1, "99": 2}


def test_batch_is_known_before_its_end() -> None:
    body = make_body(map(str, range(10, 1000)))
    server = MisbehavingServer(ByBatch({"10": ResetMidBody(3000)}))
    with server, connect(server) as client, pytest.raises(ConnectionError):
        exchange(client, make_request(server, body))
    assert server.requests[0].body_bytes == 3000


def test_batch_is_found_by_any_record_in_it() -> None:
    with MisbehavingServer(ByRecord({"3": Answer(500)})) as server, httpx.Client() as client:
        seen = [client.post(server.url("make"), content=make_body(ids)).status_code for ids in (("1", "2"), IDS, IDS)]
    assert seen == [200, 500, 200]


def test_requests_get_behaviours_in_order() -> None:
    with MisbehavingServer(in_order([Answer(500), StallMidBody(0, then=Accept())])) as server:
        assert httpx.post(server.url("make"), content=make_body(IDS)).status_code == 500
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(server.url("make"), content=make_body(IDS), timeout=0.2)
        server.release()
        server.wait_settled()
        assert httpx.post(server.url("make"), content=make_body(IDS)).status_code == 200
    assert server.accepted["1"] == 2


def test_chunked_body_is_refused() -> None:
    with MisbehavingServer() as server:
        assert httpx.post(server.url("make"), content=iter([make_body(IDS)])).status_code == 411
    assert not server.accepted


def test_closed_port_refuses() -> None:
    with closed_port() as port, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)

"""Whatever comes over a socket, the emulator answers with a refusal or hangs up; it never fails, and goes on serving.

`AUTODIALER_LONG=1` tries a hundred times as much.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import anyio.from_thread
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async.emulator import Emulator, Fidelity

EXAMPLES = 10_000 if os.environ.get("AUTODIALER_LONG") else 100
SETTINGS: list[Fidelity] = [
    Fidelity(),
    Fidelity(
        methods={"cdr": ("GET", "POST"), "newcall": ("GET", "POST")},
        wire_names={"make": {"phone": "tel"}, "newcall": {"phone": "tel"}, "cdr": {"to": "tel"}},
        keys="upper",
        numbers="number",
        wrapping="object",
        one_row_bare=True,
    ),
]


@pytest.fixture(scope="module", params=SETTINGS)
def emulator(request: pytest.FixtureRequest) -> Iterator[Emulator]:
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve(fidelity=request.param, keep_alive=0.05)) as emulator,
    ):
        yield emulator


def say(emulator: Emulator, text: bytes) -> bytes:
    address = urlsplit(emulator.base_url)
    answer = b""
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=0.1) as line:
        try:
            line.sendall(text)
            try:
                answer = _rest(line)
            except TimeoutError:
                # It waits for more than there is.
                line.settimeout(20)
                line.shutdown(socket.SHUT_WR)
                answer = _rest(line)
        except ConnectionError:
            # It hung up in the middle of what it had refused already.
            pass
    return answer


def _rest(line: socket.socket) -> bytes:
    text = b""
    while piece := line.recv(65536):
        text += piece
    return text


def request(method: bytes, path: bytes, kind: bytes, body: bytes) -> bytes:
    lines = [b"%s %s HTTP/1.1" % (method, path), b"Host: 127.0.0.1", b"Content-Type: %s" % kind]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"Connection: close", b"", body])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | st.sampled_from(["1", "0", "89225000001", "+375291112233", "10:00:00", "10:00", "2026-11-02", "emulator-token"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
NAMES = st.sampled_from(
    [
        *("id", "phone", "tel", "name", "UUID", "var1", "maxcount", "generationtype", "access_token"),
        *("statdialertime", "stopdialertime", "timestart", "timestop", "date_from", "date_to", "to"),
    ]
)
FIELDS = st.dictionaries(NAMES | st.text(max_size=4), VALUES, max_size=6)
LISTS = st.builds(
    lambda token, data: {"query": {"access_token": token, "data": data}},
    st.just("emulator-token") | VALUES,
    st.lists(FIELDS | VALUES, max_size=4) | VALUES,
)
BODIES = (
    st.binary(max_size=60)
    | (FIELDS | LISTS).map(lambda value: json.dumps(value).encode())
    | st.binary(max_size=30).map(lambda middle: b'--x\r\ncontent-disposition: form-data; name="id"\r\n\r\n' + middle)
)
PATHS = st.sampled_from(
    b"/emulator-key/make /emulator-key/newcall /emulator-key/cdr /_emulator/ /_emulator/api/state /_emulator/api/clock "
    b"/_emulator/api/faults / /%00/%ff /emulator-key/cdr?to=%ff&date_from=1 /emulator-key/newcall?phone=1".split()
) | st.binary(max_size=20).map(lambda tail: b"/" + tail)
KINDS = st.sampled_from(
    [b"application/json", b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=x", b""]
) | st.binary(max_size=10).map(lambda text: text.translate(None, b"\r\n"))
METHODS = st.sampled_from([b"POST", b"GET", b"DELETE", b"OPTIONS"]) | st.binary(max_size=5)

NO_REQUEST = st.binary(min_size=1, max_size=200).map(lambda text: text + b"\r\n\r\n")


def failed(answer: bytes) -> bool:
    return answer[:10].startswith(b"HTTP/1.1 5")


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.builds(request, METHODS, PATHS, KINDS, BODIES)
    | st.binary(min_size=1, max_size=200).map(lambda text: text + b"\r\n\r\n")
)
def test_random_requests_are_never_an_error_of_the_server(emulator: Emulator, text: bytes) -> None:
    emulator.clear_faults()
    assert not failed(say(emulator, text))


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from([b"make", b"newcall", b"cdr"]),
    KINDS,
    BODIES,
)
def test_random_bodies_of_the_operations_are_never_an_error_of_the_server(
    emulator: Emulator, operation: bytes, kind: bytes, body: Any
) -> None:
    emulator.clear_faults()
    answer = say(emulator, request(b"POST", b"/emulator-key/" + operation, kind, body))
    assert not failed(answer)
    assert not answer or answer.startswith(b"HTTP/1.1 ")


def test_afterwards_it_still_serves(emulator: Emulator) -> None:
    emulator.clear_faults()
    body = b'{"query": {"access_token": "emulator-token", "data": []}}'
    assert say(emulator, request(b"POST", b"/emulator-key/make", b"application/json", body)).startswith(b"HTTP/1.1 200")

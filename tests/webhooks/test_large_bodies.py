"""Bodies that are too large, and recordings that are not: neither is ever whole in memory."""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import anyio
import pytest

from tests.webhooks.requests import BOUNDARY
from tests.webhooks.serving import SECRET
from tests.webhooks.workers import Workers, workers

MEBIBYTE = 1 << 20
PIECE = b"RIFF" + bytes(range(256)) * 4095 + b"\0" * 252
assert len(PIECE) == MEBIBYTE


def peak(running: Workers) -> float:
    """The most memory that the worker ever had, in MiB."""
    status = Path(f"/proc/{running.processes[0].pid}/status").read_text()
    match = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert match is not None
    return int(match[1]) / 1024


def send(running: Workers, pieces: Iterator[bytes], headers: dict[str, str]) -> int | None:
    """The status of the answer, or None where the connection broke before it could be read."""
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    try:
        connection.request("POST", f"/{SECRET}", pieces, headers)
    except OSError:
        # It stopped reading; what it said before that may still be there.
        with suppress(OSError, http.client.HTTPException):
            return connection.getresponse().status
        return None
    else:
        return connection.getresponse().status
    finally:
        connection.close()


def small(running: Workers, number: int) -> None:
    body = f"phone=8922{number:07}&duration=12".encode()
    assert send(running, iter([body]), {"Content-Length": str(len(body))}) == 200


def gibibyte() -> Iterator[bytes]:
    for _ in range(1024):
        yield PIECE


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Workers]:
    with workers(tmp_path, 1, limit=48 * MEBIBYTE) as running:
        small(running, 1)
        yield running


@pytest.mark.parametrize("headers", [{"Content-Length": str(1 << 30)}, {"Transfer-Encoding": "chunked"}])
def test_a_gibibyte_is_refused_at_the_limit_and_memory_stays_flat(running: Workers, headers: dict[str, str]) -> None:
    before = peak(running)
    pieces = gibibyte()
    encoded = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) if "Transfer-Encoding" in headers else pieces
    assert send(running, encoded, headers) in (413, None)
    small(running, 2)
    grown = peak(running) - before
    print(f"grown by {grown:.1f} MiB")  # noqa: T201 - what was counted, as docs/webhooks.md says
    assert grown < 16
    # Nothing of it is left.
    assert [path for path in running.inbox.recordings.path.rglob("*") if path.is_file()] == []


def _multipart() -> Iterator[bytes]:
    yield f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=phone\r\n\r\n89222220000\r\n--{BOUNDARY}\r\n".encode()
    yield b'Content-Disposition: form-data; name="wav"; filename="a.wav"\r\n\r\n'
    for _ in range(30):
        yield PIECE
    yield f"\r\n--{BOUNDARY}--\r\n".encode()


def _json() -> Iterator[bytes]:
    yield b'{"phone": "89222220000", "record": "data:audio/wav;base64,'
    whole = PIECE * 3
    for _ in range(10):
        yield base64.b64encode(whole)
    yield b'"}'


@pytest.mark.parametrize("form", ["file", "base64"])
def test_a_recording_of_30_mebibytes_is_kept_and_memory_stays_flat(running: Workers, form: str) -> None:
    before = peak(running)
    pieces = _multipart() if form == "file" else _json()
    kind = f"multipart/form-data; boundary={BOUNDARY}" if form == "file" else "application/json"
    encoded = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    chunked = {"Content-Type": kind, "Transfer-Encoding": "chunked"}
    assert send(running, (piece for part in (encoded, iter([b"0\r\n\r\n"])) for piece in part), chunked) == 200
    grown = peak(running) - before
    print(f"grown by {grown:.1f} MiB")  # noqa: T201 - what was counted, as docs/webhooks.md says
    assert grown < 16
    newest = anyio.run(running.inbox.events)[0]
    assert newest.recording is not None
    assert newest.recording.path is not None
    assert newest.recording.path.name == sha256(PIECE * 30).hexdigest() + ".wav"
    assert newest.recording.path.stat().st_size == 30 * MEBIBYTE
    assert json.dumps(dict(newest.raw)).count("A") < 100

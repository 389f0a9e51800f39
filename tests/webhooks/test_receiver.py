"""The receiver on real sockets: who is let in, what is kept, and what every bad sender is told."""

from __future__ import annotations

import base64
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import anyio
import httpx
import pytest

from autodialer_async.errors import ConfigurationError
from autodialer_async.webhooks import Inbox, ReceivedEvent, WebhookReceiver, parse_event
from tests.webhooks.conftest import StartReceiving
from tests.webhooks.requests import SOUND, as_form, as_json, as_multipart, as_query
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until, until_counted

pytestmark = pytest.mark.anyio
PHONE = "89222220000"


async def test_an_event_is_in_the_inbox_when_its_sender_is_answered(receiving: StartReceiving) -> None:
    async with receiving() as here:
        answer = await here.send(phone=PHONE, duration="12", answer="да")
        assert (answer.status_code, answer.json()) == (200, {"status": "kept"})
        [kept] = await here.receiver.inbox.events()
        assert (kept.phone, kept.duration, kept.answer) == (PHONE, 12, "да")
        assert (await here.send(phone=PHONE, duration="12", answer="да")).json() == {"status": "repeated"}
        assert await here.kept() == 1


@pytest.mark.parametrize(
    "sending",
    [
        as_query({"номер_абонента": PHONE, "запись(wav)": "https://site.url/1.wav"}, "cp1251"),
        as_form({"nomer_abonenta": PHONE, "zapis": "https://site.url/1.wav"}),
        as_json({"phone": PHONE, "record": "https://site.url/1.wav"}),
        as_multipart({"телефон": PHONE, "запись": "https://site.url/1.wav"}, encoding="cp1251"),
    ],
    ids=["query", "form", "JSON", "multipart"],
)
async def test_every_form_is_received_as_it_is_parsed(receiving: StartReceiving, sending: object) -> None:
    assert isinstance(sending, type(as_query({})))
    async with receiving() as here:
        url = f"/{SECRET}" + ("?" + sending.query.decode("ascii") if sending.query else "")
        request = here.client.build_request(sending.method, url, content=sending.body or None, headers=sending.headers)
        assert (await here.client.send(request)).status_code == 200
        [kept] = await here.receiver.inbox.events()
    event = parse_event(sending.method, sending.query, sending.headers, sending.body)
    assert (kept.phone, kept.recording, kept.raw, kept.digest) == (
        event.phone,
        event.recording,
        event.raw,
        event.digest,
    )


async def test_either_of_two_secrets_opens_and_no_other(receiving: StartReceiving) -> None:
    async with receiving(secret=("new", "old")) as here:
        for url in (
            "/new?phone=1001",
            "/a/b/old/?phone=1002",
            "/?secret=new&phone=1003",
            "/hook?phone=1004&secret=old",
        ):
            assert (await here.client.get(url)).status_code == 200
        for url in ("/?phone=1001", "/old/more?phone=1001", "/?secret=ol&phone=1001", "/olds?phone=1001"):
            answer = await here.client.get(url)
            assert (answer.status_code, answer.json()) == (404, {"error": "there is nothing here"})
        kept = await here.receiver.inbox.events()
        assert [dict(event.raw) for event in kept] == [{"phone": str(number)} for number in (1004, 1003, 1002, 1001)]


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
async def test_other_methods_are_refused(receiving: StartReceiving, method: str) -> None:
    async with receiving() as here:
        answer = await here.client.request(method, f"/{SECRET}?phone={PHONE}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        assert (await here.client.request(method, f"/wrong?phone={PHONE}")).status_code == 404
        assert await here.kept() == 0


@pytest.mark.parametrize("size", [1000, 3_000_000])
@pytest.mark.parametrize("form", ["file", "base64"])
async def test_a_recording_is_kept_under_a_name_made_of_its_content(
    receiving: StartReceiving, form: str, size: int
) -> None:
    sound = (SOUND * (size // len(SOUND) + 1))[:size]
    sending = as_multipart({"phone": PHONE}, {"wav": ("a.wav", sound)})
    if form == "base64":
        sending = as_json({"phone": PHONE, "wav": base64.b64encode(sound).decode()})
    async with receiving() as here:
        for status in ("kept", "repeated"):
            answer = await here.client.post(f"/{SECRET}", content=sending.body, headers=sending.headers)
            assert answer.json() == {"status": status}
        [kept] = await here.receiver.inbox.events()
        assert kept.recording is not None
        path = kept.recording.path
        assert path is not None
        assert path.name == sha256(sound).hexdigest() + ".wav"
        assert path.read_bytes() == sound
        assert [each for each in here.receiver.inbox.recordings.path.rglob("*") if each.is_file()] == [path]
        assert kept.digest == parse_event("POST", b"", sending.headers, sending.body).digest


async def test_a_multipart_repeat_with_another_boundary_is_a_repeat(receiving: StartReceiving) -> None:
    async with receiving() as here:
        for status in ("kept", "repeated"):
            answer = await here.client.post(f"/{SECRET}", data={"phone": PHONE}, files={"wav": ("a.wav", SOUND)})
            assert answer.json() == {"status": status}


async def pieces(total: int) -> AsyncIterator[bytes]:
    for _ in range(total // 1000):
        yield b"x" * 1000


async def test_a_body_beyond_the_limit_is_refused_and_the_limit_itself_is_not(receiving: StartReceiving) -> None:
    async with receiving(max_body=10_000) as here:
        body = f"phone={PHONE}&pad=".encode()
        full = body + b"x" * (10_000 - len(body))
        assert (await here.client.post(f"/{SECRET}", content=full)).status_code == 200
        assert (await here.client.post(f"/{SECRET}", content=full + b"x")).status_code == 413
        assert (await here.client.post(f"/{SECRET}", content=pieces(11_000))).status_code == 413
        assert await here.kept() == 1


async def raw_exchange(port: int, *parts: bytes) -> bytes:
    """What the server says to these bytes, until it closes or 5 seconds are over."""
    answer = b""
    async with await anyio.connect_tcp("127.0.0.1", port) as stream:
        for part in parts:
            await stream.send(part)
        with anyio.move_on_after(5), anyio.CancelScope():
            try:
                while b"\r\n\r\n" not in answer or not answer.endswith(b"}"):
                    answer += await stream.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                pass
    return answer


async def test_a_length_that_is_too_large_is_refused_before_anything_of_the_body_came(
    receiving: StartReceiving,
) -> None:
    async with receiving() as here:
        head = f"POST /{SECRET} HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n".encode()
        answer = await raw_exchange(here.port, head)
        assert answer.startswith(b"HTTP/1.1 413")


async def test_slow_senders_are_told_so_and_stop_nobody(receiving: StartReceiving) -> None:
    answers: list[bytes] = []
    async with receiving(body_timeout=0.5) as here:

        async def dawdle() -> None:
            head = f"POST /{SECRET} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nphone=".encode()
            answers.append(await raw_exchange(here.port, head))

        async with anyio.create_task_group() as tasks:
            for _ in range(50):
                tasks.start_soon(dawdle)
            for number in range(20):
                assert (await here.send(phone=f"8922222{number:04}", duration="12")).status_code == 200
        assert len(answers) == 50
        assert all(answer.startswith(b"HTTP/1.1 408") for answer in answers)
        assert await here.kept() == 20


async def test_a_sender_that_leaves_in_the_middle_leaves_nothing(
    receiving: StartReceiving, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving() as here:
        async with await anyio.connect_tcp("127.0.0.1", here.port) as stream:
            await stream.send(f"POST /{SECRET} HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\nphone={PHONE}".encode())
        assert (await here.send(phone="89222220001")).status_code == 200
        assert [event.phone for event in await here.receiver.inbox.events()] == ["89222220001"]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_inbox_that_cannot_be_written_is_503_and_the_sender_may_come_again(
    receiving: StartReceiving, caplog: pytest.LogCaptureFixture
) -> None:
    async with receiving() as here:
        with closing(sqlite3.connect(here.receiver.inbox.path)) as connection:
            full = (
                "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
            )
            connection.execute(full)
            answer = await here.send(phone=PHONE, duration="12")
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            connection.execute("DROP TRIGGER full")
        assert (await here.send(phone=PHONE, duration="12")).json() == {"status": "kept"}
        # A recording that cannot be written.
        here.receiver.inbox.recordings.path.touch()
        sending = as_multipart({"phone": PHONE}, {"wav": ("a.wav", SOUND * 1000)})
        answer = await here.client.post(f"/{SECRET}", content=sending.body, headers=sending.headers)
        assert answer.status_code == 503
        assert await here.kept() == 1
    assert "database or disk is full" in caplog.text
    assert PHONE not in caplog.text


async def test_only_the_named_addresses_may_send_whatever_the_headers_say(receiving: StartReceiving) -> None:
    url, forged = f"/{SECRET}?phone={PHONE}", {"X-Forwarded-For": "203.0.113.7"}
    async with receiving(allow_from=["203.0.113.0/24"]) as here:
        assert (await here.client.get(url)).status_code == 403
        assert (await here.client.get(url, headers=forged)).status_code == 403
    async with receiving(allow_from=["203.0.113.0/24"], trusted_proxies=["127.0.0.1"]) as here:
        assert (await here.client.get(url)).status_code == 403
        assert (await here.client.get(url, headers=forged)).status_code == 200
        assert (await here.client.get(url, headers={"X-Forwarded-For": "203.0.113.7, 198.51.100.1"})).status_code == 403


async def test_a_field_map_is_heeded(receiving: StartReceiving) -> None:
    async with receiving(field_map={"phone": "msisdn"}) as here:
        assert (await here.send(phone="1", msisdn=PHONE)).status_code == 200
        assert (await here.send(phone=PHONE)).status_code == 422
        assert [event.phone for event in await here.receiver.inbox.events()] == [PHONE]


async def test_where_nobody_entered_the_receiver_events_are_kept_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    handled: list[ReceivedEvent] = []
    receiver = WebhookReceiver(secret=SECRET, inbox=tmp_path / "calls.db", on_event=handled.append)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(receiver), base_url="http://site.test") as client:
        for number in range(2):
            assert (await client.get(f"/{SECRET}?phone=8922222000{number}")).status_code == 200
    assert len(await Inbox(tmp_path / "calls.db").events()) == 2
    assert handled == []
    assert caplog.text.count("enter the receiver in the application's lifespan") == 1


async def test_a_websocket_is_refused(tmp_path: Path) -> None:
    sent: list[object] = []

    async def send(message: object) -> None:
        sent.append(message)

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    receiver = WebhookReceiver(secret=SECRET, inbox=tmp_path / "calls.db")
    await receiver({"type": "websocket", "path": "/"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_a_receiver_is_entered_once_at_a_time_and_lets_the_body_s_exception_through(tmp_path: Path) -> None:
    receiver = WebhookReceiver(secret=SECRET, inbox=tmp_path / "calls.db", on_event=lambda event: None)

    async def enter_and_fail() -> None:
        async with receiver:
            assert receiver.is_running
            with pytest.raises(ConfigurationError, match="runs already"):
                await receiver.__aenter__()
            raise KeyError("mine")

    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            await enter_and_fail()
        assert not receiver.is_running


async def test_old_events_are_purged_while_it_runs(receiving: StartReceiving) -> None:
    async with receiving(on_event=lambda event: None) as here:
        await here.send(phone=PHONE, duration="12")
        await until_counted(here.receiver.inbox, "handled")
    inbox = here.receiver.inbox
    later = datetime.now(UTC) + timedelta(days=40)
    aged = Inbox(inbox.path, clock=lambda: later)

    async def is_empty() -> bool:
        return not await aged.events()

    async with WebhookReceiver(secret=SECRET, inbox=aged, keep_events=timedelta(days=30)):
        await until(is_empty)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"secret": ""}, "secret is missing"),
        ({"inbox": 3}, "inbox is a path"),
        ({"on_event": 3}, "on_event is a function"),
        ({"journal": 3}, "journal is a path"),
        ({"max_body": 0}, "max_body"),
        ({"handlers": 0}, "handlers"),
        ({"allow_from": ["x"]}, "allow_from"),
        ({"field_map": {"x": "y"}}, "field_map"),
    ],
)
def test_a_wrong_setting_is_named_at_once(tmp_path: Path, wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        WebhookReceiver(**{"secret": SECRET, "inbox": tmp_path / "calls.db"} | wrong)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []

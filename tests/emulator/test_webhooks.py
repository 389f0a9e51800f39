"""Webhooks that the emulator sends, received by a real server."""

from __future__ import annotations

import base64
import io
import json
import logging
import threading
import wave
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx
import pytest
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser

from autodialer_async.emulator import Emulator, Ending, Scenario, Simulation, Webhook
from autodialer_async.emulator.described import webhook_from
from tests.emulator.receiver import Told, UsersServer

pytestmark = pytest.mark.anyio

NUMBER = "номер_абонента"
SECONDS = "продолжительность_вызова"
RECORDING = "запись(wav)"
ANSWER = "распознанный_ответ_человека"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
# Fates: 0007 says да, 0001 is busy.
SAYS_YES = {"id": "1", "phone": "89225000007", "UUID": "crm-1", "generationtype": "1"}
IS_BUSY = {"id": "2", "phone": "89225000001", "generationtype": "1"}


async def all_over(emulator: Emulator, count: int) -> None:
    await emulator.wait_until(
        lambda it: len(it.deliveries) == count and it.state().deliveries["waiting"] == 0, seconds=20
    )


async def announce(
    webhook: Callable[[str], Webhook], records: list[dict[str, str]], *, deliveries: int | None = None, **settings: Any
) -> list[Told]:
    with UsersServer() as server:
        async with Emulator.serve(webhook=webhook(server.url), now=lambda: NOON, **settings) as emulator:
            emulator._dialer.make(records)
            await all_over(emulator, len(records) if deliveries is None else deliveries)
        return server.told


def in_query(text: str, charset: str = "utf-8") -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True, encoding=charset).items()}


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
async def test_form_has_the_pages_names(charset: Any) -> None:
    (told,) = await announce(lambda url: Webhook(url, charset=charset), [SAYS_YES])
    fields = in_query(told.body.decode(), charset)
    assert (told.method, told.content_type) == ("POST", "application/x-www-form-urlencoded")
    assert {name: fields[name] for name in (NUMBER, SECONDS, ANSWER)} == {
        NUMBER: "89225000007",
        SECONDS: "12",
        ANSWER: "да",
    }


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
async def test_get_has_everything_in_the_query_behind_what_stands_there(charset: Any) -> None:
    (told,) = await announce(lambda url: Webhook(f"{url}?secret=s", method="GET", charset=charset), [SAYS_YES])
    fields = in_query(urlsplit(told.path).query, charset)
    assert (told.method, told.body, fields["secret"], fields[ANSWER]) == ("GET", b"", "s", "да")


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
async def test_json_is_one_flat_object(charset: Any) -> None:
    (told,) = await announce(lambda url: Webhook(url, encoding="json", charset=charset), [SAYS_YES])
    fields = json.loads(told.body.decode(charset))
    assert (fields[NUMBER], fields[ANSWER]) == ("89225000007", "да")
    assert told.content_type == f"application/json; charset={charset}"


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
async def test_multipart_carries_a_real_wav(charset: Any) -> None:
    (told,) = await announce(lambda url: Webhook(url, encoding="multipart", charset=charset), [SAYS_YES])

    async def body() -> Any:
        yield told.body

    _, options = parse_options_header(told.content_type)
    assert options[b"boundary"]
    form = await MultiPartParser(Headers({"content-type": f"{told.content_type}; charset={charset}"}), body()).parse()
    fields = dict(form.multi_items())
    assert (fields[NUMBER], fields[SECONDS], fields[ANSWER]) == ("89225000007", "12", "да")
    sound = fields[RECORDING]
    assert not isinstance(sound, str)
    with wave.open(io.BytesIO(await sound.read())) as opened:
        assert opened.getnframes() > 1000
    await form.close()


async def test_url_of_a_recording_gives_the_wav() -> None:
    with UsersServer() as server:
        async with Emulator.serve(webhook=Webhook(server.url)) as emulator, httpx.AsyncClient(verify=False) as client:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            got = await client.get(in_query(server.told[0].body.decode())[RECORDING])
            nothing = await client.get(f"{emulator.base_url}/_emulator/api/recordings/99.wav")
    assert (got.headers["content-type"], got.content[:4], nothing.status_code) == ("audio/wav", b"RIFF", 404)


async def test_base64_and_none_stand_for_the_recording_too() -> None:
    webhooks = (lambda url: Webhook(url, recording="base64"), lambda url: Webhook(url, recording="none"))
    told = [(await announce(webhook, [SAYS_YES]))[0] for webhook in webhooks]
    first, second = (in_query(one.body.decode())[RECORDING] for one in told)
    assert base64.b64decode(first)[:4] == b"RIFF"
    assert second == ""


async def test_names_can_be_mapped_and_more_fields_sent() -> None:
    names = {"phone": "phone", "seconds": "sec", "id": "id", "uuid": "uuid", "code": "code", "task": "q", "time": "t"}
    (told,) = await announce(lambda url: Webhook(url, names=names, extra={"token": "secret"}), [SAYS_YES])
    fields = in_query(told.body.decode())
    assert len(fields.pop("q")) == 17
    assert fields == {
        "phone": "89225000007",
        "sec": "12",
        RECORDING: fields[RECORDING],
        ANSWER: "да",
        "id": "1",
        "uuid": "crm-1",
        "code": "ANSWERED 16",
        "t": "2026-11-02 12:00:00 +0000",
        "token": "secret",
    }


@pytest.mark.parametrize("codes", [{"busy"}, {"BUSY 17"}, "BUSY"])
async def test_only_chosen_outcomes_are_announced(codes: Any) -> None:
    (told,) = await announce(lambda url: Webhook(url, codes=codes), [SAYS_YES, IS_BUSY], deliveries=1)
    fields = in_query(told.body.decode())
    assert (fields[NUMBER], fields[SECONDS], fields[ANSWER], fields[RECORDING]) == ("89225000001", "0", "", "")


async def test_every_attempt_is_announced() -> None:
    told = await announce(Webhook, [IS_BUSY | {"maxcount": "3"}], deliveries=3)
    assert len(told) == 3


async def test_a_delivery_is_tried_until_a_2xx_comes() -> None:
    statuses = [500, 0, 302, 404, 204]
    with UsersServer(lambda number: statuses[number - 1]) as server:
        async with Emulator.serve(webhook=Webhook(server.url, backoff=0.001)) as emulator:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            (delivery,) = emulator.deliveries
    assert delivery.state == "delivered"
    assert [entry.status for entry in delivery.tries] == [500, None, 302, 404, 204]
    assert [entry.problem is None for entry in delivery.tries] == [True, False, True, True, True]
    assert len({one.body for one in server.told}) == 1


async def test_a_delivery_fails_after_so_many_tries() -> None:
    with UsersServer(lambda _: 500) as server:
        async with Emulator.serve(webhook=Webhook(server.url, attempts=3, backoff=0)) as emulator:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            assert emulator.state().deliveries == {"waiting": 0, "delivered": 0, "failed": 1}
    assert len(server.told) == 3


async def test_a_receiver_that_is_not_there_is_a_problem_with_a_name() -> None:
    with UsersServer() as server:
        pass
    async with Emulator.serve(webhook=Webhook(server.url, attempts=1)) as emulator:
        emulator._dialer.make([SAYS_YES])
        await all_over(emulator, 1)
        assert emulator.deliveries[0].tries[0].problem == "ConnectError"


async def test_a_receiver_that_says_nothing_is_given_up_after_the_timeout() -> None:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.listeners[0].extra(anyio.abc.SocketAttribute.local_port)
    async with listener:
        webhook = Webhook(f"http://127.0.0.1:{port}/", attempts=2, timeout=0.05, backoff=0)
        async with Emulator.serve(webhook=webhook) as emulator:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            assert [entry.problem for entry in emulator.deliveries[0].tries] == ["Timeout"] * 2


async def test_duplicates_come_on_demand() -> None:
    told = await announce(lambda url: Webhook(url, duplicates=1), [SAYS_YES], deliveries=2)
    assert told[0] == told[1]


async def test_disorder_lets_deliveries_overtake_each_other() -> None:
    records = [{"id": str(n), "phone": str(89225001000 + n)} for n in range(12)]
    names = {"id": "id"}
    told = await announce(lambda url: Webhook(url, disorder=0.3, concurrency=1, names=names, recording="none"), records)
    came = [in_query(one.body.decode())["id"] for one in told]
    assert sorted(came, key=int) == [str(n) for n in range(12)]
    assert came != sorted(came, key=int)


async def test_a_delivery_can_be_sent_again_and_looked_at() -> None:
    with UsersServer() as server:
        async with Emulator.serve(webhook=Webhook(server.url, encoding="multipart")) as emulator:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            again = emulator.resend(1)
            await all_over(emulator, 2)
            payload = emulator.payload(again.number)
            for ask in (emulator.payload, emulator.resend, emulator.delivery):
                with pytest.raises(KeyError):
                    ask(99)
            assert [one.number for one in emulator.find_deliveries(limit=1).items] == [2]
    assert (again.resent, again.call.id, payload.fields[RECORDING][:5]) == (True, "1", "<wav,")
    assert [one.body for one in server.told] == [payload.body] * 2


async def test_what_waits_does_not_keep_the_emulator_from_stopping() -> None:
    async with Emulator.serve(webhook=Webhook("http://127.0.0.1:9/", delay=3600)) as emulator:
        emulator._dialer.make([SAYS_YES])
        assert emulator.state().deliveries["waiting"] == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "autodialer-emulator"]


async def test_a_reset_forgets_what_waits() -> None:
    async with Emulator.serve(webhook=Webhook("http://127.0.0.1:9/", delay=3600)) as emulator:
        emulator._dialer.make([SAYS_YES])
        emulator.reset()
        assert emulator.deliveries == ()


async def test_in_process_it_sends_while_it_runs() -> None:
    with UsersServer() as server:
        emulator = Emulator(webhook=Webhook(server.url))
        async with emulator.running():
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
    assert len(server.told) == 1


async def test_calls_by_the_clock_are_announced_when_they_end() -> None:
    simulation = Simulation(Scenario((Ending("ANSWERED 16", seconds=(9, 9), final=True),), ring=(1, 1)), fates={})
    with UsersServer() as server:
        async with Emulator.serve(webhook=Webhook(server.url), start=NOON, speed=0, simulation=simulation) as emulator:
            emulator._dialer.make([SAYS_YES])
            emulator.advance(9)
            assert emulator.deliveries == ()
            emulator.advance(1)
            await all_over(emulator, 1)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "http://10.0.0.1/", "https://localhost.example.org/", "http://0.0.0.0/"]
)
def test_other_machines_are_called_only_where_that_is_allowed(url: str) -> None:
    with pytest.raises(ValueError, match="allow_remote=True"):
        Webhook(url)
    assert Webhook(url, allow_remote=True).url == url


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://127.0.0.1/"},
        {"url": "http://[::1"},
        {"url": "http://127.0.0.1:port/"},
        {"url": 5},
        {"method": "PUT"},
        {"encoding": "xml"},
        {"charset": "koi8-r"},
        {"names": {"who": "x"}},
        {"recording": "file"},
        {"attempts": 0},
        {"duplicates": 2},
        {"timeout": 0},
        {"names": {"phone": 5}},
        {"extra": {"a": 5}},
        {"extra": ["a"]},
        {"colour": "red"},
    ],
)
def test_a_wrong_webhook_is_refused_without_its_address(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^webhook: ") as caught:
        webhook_from({"url": "http://127.0.0.1/secret-path", **wrong})
    assert "secret" not in str(caught.value)


async def test_an_address_that_cannot_be_asked_fails_its_deliveries_and_nothing_else() -> None:
    with UsersServer() as server:
        webhook = Webhook(f"{server.url}\x07", attempts=1)
        async with Emulator.serve(webhook=webhook) as emulator:
            emulator._dialer.make([SAYS_YES])
            await all_over(emulator, 1)
            assert [(one.state, one.tries[0].problem) for one in emulator.deliveries] == [("failed", "InvalidURL")]


async def test_a_certificate_is_looked_at_however_the_address_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    transport = httpx.AsyncHTTPTransport

    def noting(*, verify: bool, **arguments: Any) -> httpx.AsyncHTTPTransport:
        asked.append(verify)
        return transport(verify=False, **arguments)

    monkeypatch.setattr(httpx, "AsyncHTTPTransport", noting)
    async with Emulator.serve(webhook=Webhook("HTTPS://127.0.0.1:9/")):
        pass
    assert asked == [True]


async def test_a_name_of_a_part_ends_no_line() -> None:
    (told,) = await announce(lambda url: Webhook(url, encoding="multipart", names={"phone": 'a"\r\nb'}), [IS_BUSY])
    assert b'name="a%22%0D%0Ab"' in told.body


async def test_address_and_contents_of_a_delivery_show_up_in_no_log_and_no_repr(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with UsersServer() as server:
        webhook = Webhook(f"{server.url}?secret=sesame", extra={"token": "sesame"})
        async with Emulator.serve(webhook=webhook) as emulator:
            emulator._dialer.make([SAYS_YES | {"name": "Петров"}])
            await all_over(emulator, 1)
            shown = repr((webhook, emulator.deliveries, emulator.payload(1), emulator.calls, emulator.find_records()))
            shown += repr(emulator.events().items)
    shown += caplog.text
    assert not [word for word in ("sesame", "9225000007", "Петров", "'да'") if word in shown]

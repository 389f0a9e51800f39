"""The page's forms, with a browser that runs no scripts and with one that does."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from autodialer_async.emulator import Emulator, Webhook

pytestmark = pytest.mark.anyio

Send = Callable[[list[dict[str, Any]]], Awaitable[None]]
BY_SCRIPT = {"accept": "application/json"}


async def test_a_fault_is_switched_on_and_off(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("faults/on?q=42", data={"name": "Refuse", "status": "418", "times": "3"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/_emulator/?q=42#faults"
    [fault] = emulator.faults
    assert (fault.name, fault.rule.times) == ("Refuse", 3)
    async with httpx.AsyncClient() as program:
        assert (await program.post(f"{emulator.base_url}/{emulator.api_key}/make")).status_code == 418
    assert "struck 1 time" in (await visitor.get("regions/faults")).text
    await visitor.post("faults/off", data={"name": "Refuse"})
    assert emulator.faults == ()


async def test_a_switch_that_is_pressed_twice_is_on_once(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    await visitor.post("faults/on", data={"name": "Refuse"})
    await visitor.post("faults/on", data={"name": "Refuse", "status": "500"})
    assert [fault.name for fault in emulator.faults] == ["Refuse"]


async def test_all_faults_are_switched_off_at_once(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    for name in ("Refuse", "EmptyAnswer"):
        await visitor.post("faults/on", data={"name": name})
    await visitor.post("faults/clear")
    assert emulator.faults == ()


async def test_every_fault_of_the_page_can_be_switched_on_as_it_stands(
    emulator: Emulator, visitor: httpx.AsyncClient
) -> None:
    for kind in emulator.fault_kinds():
        fields = {"name": kind.name, "operation": "", "times": "", "probability": "100"}
        for name, default in kind.parameters.items():
            fields[name] = "3" if name in kind.required else _written(default)
        answer = await visitor.post("faults/on", data=fields, headers=BY_SCRIPT)
        assert answer.json()["good"], answer.json()
    assert len(emulator.faults) == len(emulator.fault_kinds())


def _written(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"name": "Refuse", "times": "many"}, "times: not a number"),
        ({"name": "Refuse", "status": "99"}, "status: from 200 to 599"),
        ({"name": "Refuse", "operation": "dance"}, "operation: one of make, newcall, cdr"),
        ({"name": "Nonsense"}, "name: no such fault"),
        ({}, "name: no such fault"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_with_its_reason(
    emulator: Emulator, visitor: httpx.AsyncClient, fields: dict[str, str], reason: str
) -> None:
    without = await visitor.post("faults/on", data=fields)
    assert without.status_code == 422
    assert reason in unescape(without.text)
    assert 'role="alert"' in without.text
    answer = await visitor.post("faults/on", data=fields, headers=BY_SCRIPT)
    assert (answer.status_code, answer.json()["good"]) == (422, False)
    assert reason in answer.json()["message"]
    assert emulator.faults == ()


async def test_a_form_in_a_charset_that_cannot_be_written_again_is_read_all_the_same(
    emulator: Emulator, visitor: httpx.AsyncClient
) -> None:
    body = b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\n+2AA-\r\n--x--\r\n'
    kind = {"content-type": "multipart/form-data; boundary=x; charset=utf-7"}
    assert (await visitor.post("faults/on", content=body, headers=kind | BY_SCRIPT)).status_code == 422
    assert (await visitor.post("faults/off", content=body, headers=kind | BY_SCRIPT)).status_code == 200
    assert (await visitor.get(f"deliveries/{'9' * 5000}")).status_code == 404
    assert (await visitor.post(f"deliveries/{'9' * 5000}/resend")).status_code == 404


async def test_a_script_is_told_in_the_visitor_s_language(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.post("faults/on", data={"name": "Refuse"}, headers={**BY_SCRIPT, "accept-language": "ru"})
    assert answer.json() == {"message": "Refuse включён", "good": True}


async def test_the_clock_takes_another_speed(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    for speed in (0.0, 60.0, math.inf):
        await visitor.post("clock", data={"speed": f"{speed:g}"})
        assert emulator.speed == speed
    for nonsense in ("", "fast", "nan", "-1"):
        assert (await visitor.post("clock", data={"speed": nonsense})).status_code == 422
    assert emulator.speed == math.inf


async def test_an_hour_is_skipped_and_all_calls_are_finished(
    emulator: Emulator, visitor: httpx.AsyncClient, send: Send
) -> None:
    emulator.speed = 0
    before = emulator.now
    await send([{"id": str(n), "phone": f"8922{n:07}", "statdialertime": "00:00:00"} for n in range(40)])
    assert emulator.state().done == 0
    await visitor.post("clock", data={"skip": "1"})
    assert emulator.now == before + timedelta(hours=1)
    await visitor.post("clock", data={"finish": "1"})
    assert emulator.state().done == 40


async def test_everything_is_forgotten(emulator: Emulator, visitor: httpx.AsyncClient, send: Send) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    assert (await visitor.post("reset", headers=BY_SCRIPT)).json()["good"]
    assert emulator.records == []


async def test_a_webhook_is_looked_at_and_sent_again(anyio_backend: str) -> None:
    # Nobody listens there: the delivery stays, and can be looked at all the same.
    webhook = Webhook("http://127.0.0.1:9/calls", encoding="json", attempts=1, names={"phone": "phone"})
    async with Emulator.serve(webhook=webhook) as emulator, httpx.AsyncClient(base_url=emulator.page_url) as visitor:
        body = {"query": {"access_token": emulator.access_token, "data": [{"id": "1", "phone": "89222220000"}]}}
        await visitor.post(f"{emulator.base_url}/{emulator.api_key}/make", json=body)
        await emulator.wait_until(lambda seen: seen.state().deliveries["failed"] == 1)
        table = (await visitor.get("regions/deliveries")).text
        assert "Failed" in table
        assert "2222-00-00" not in table
        shown = (await visitor.get("deliveries/1")).text
        assert "<html" in shown
        assert "89222220000" in shown
        assert "<html" not in (await visitor.get("deliveries/1?part=1")).text
        answer = await visitor.post("deliveries/1/resend", headers=BY_SCRIPT)
        assert answer.json() == {"message": "Sent again as delivery 2", "good": True}
        await emulator.wait_until(lambda seen: seen.state().deliveries["failed"] == 2)
        assert (await visitor.post("deliveries/1/resend")).headers["location"] == "/_emulator/?#deliveries"
        assert (await visitor.post("deliveries/99/resend", headers=BY_SCRIPT)).status_code == 422

"""What an open page is told as it happens."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from autodialer_async.emulator import Emulator, Refuse

pytestmark = pytest.mark.anyio

Message = tuple[str, str, Any]
Send = Callable[[list[dict[str, Any]]], Awaitable[None]]
Listen = Callable[..., Awaitable[list[Message]]]


def numbers(heard: list[Message]) -> list[int]:
    """Of the events in the rows that were told, as they came."""
    return [
        int(n) for kind, _, data in heard if kind == "feed" for n in re.findall(r'data-number="(\d+)"', data["html"])
    ]


def tells(text: str) -> Callable[[Message], bool]:
    return lambda message: message[0] == "feed" and text in message[2]["html"]


async def test_a_new_page_is_told_what_happened_and_how_things_stand(send: Send, listen: Listen) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    heard = await listen(lambda message: message[0] == "regions")
    assert [kind for kind, _, _ in heard] == ["feed", "stale", "regions"]
    assert numbers(heard) == [3, 2, 1]
    assert heard[0][1] == "3"
    assert {"tasks", "records"} <= set(heard[1][2])
    assert set(heard[2][2]) == {"summary", "now", "clock", "outcomes"}


async def test_what_happens_later_is_told_too(emulator: Emulator, listen: Listen) -> None:
    def then(message: Message) -> bool:
        if message[0] == "regions" and not emulator.faults:
            emulator.add_fault(Refuse())
        return tells("Refuse")(message)

    assert then((await listen(then))[-1])


async def test_a_page_that_comes_back_hears_only_what_it_missed(emulator: Emulator, send: Send, listen: Listen) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    seen = (await listen(lambda message: message[0] == "feed"))[-1][1]
    emulator.add_fault(Refuse())
    for heard in (
        await listen(tells("Refuse"), **{"Last-Event-ID": seen}),
        await listen(tells("Refuse"), f"after={seen}"),
        # The header is newer: a browser sends it when it connects again to the same address.
        await listen(tells("Refuse"), "after=0", **{"Last-Event-ID": seen}),
    ):
        assert numbers(heard) == [int(seen) + 1]


async def test_a_page_of_another_emulator_is_told_to_look_anew(send: Send, listen: Listen) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    [first, *_] = await listen(lambda message: message[0] == "stale", "after=999999")
    assert first[0] == "stale"
    assert {"feed", "records", "tasks", "deliveries", "faults"} <= set(first[2])


async def test_of_very_much_only_the_newest_is_told_and_how_much_there_was(
    emulator: Emulator, send: Send, listen: Listen
) -> None:
    await send([{"id": str(n), "phone": f"8922{n:07}"} for n in range(1000)])
    heard = await listen(lambda message: message[0] == "feed")
    last = emulator.state().last_event
    assert numbers(heard) == list(range(last, last - 30, -1))
    assert f"{last - 30:,} more not shown" in heard[0][2]["html"]
    assert heard[0][1] == str(last)


async def test_a_page_that_wants_calls_hears_of_calls(emulator: Emulator, send: Send, listen: Listen) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    heard = await listen(lambda message: message[0] == "regions", "feed=call")
    html = heard[0][2]["html"]
    assert html.count("<li") == html.count("event-call") == 1


async def test_no_number_no_name_and_no_key_is_in_the_stream(emulator: Emulator, send: Send, listen: Listen) -> None:
    await send([{"id": "1", "phone": "89223334455", "name": "Петров", "var1": "секрет"}])
    told = str(await listen(lambda message: message[0] == "regions"))
    assert "4455" in told
    assert "33344" not in re.sub(r"\D", "", told.replace("datetime", ""))
    for secret in ("Петров", "секрет", emulator.api_key, emulator.access_token):
        assert secret not in told


@pytest.mark.parametrize("seen", ["", "x", "-1", "1" * 60, "٣"])
async def test_nonsense_as_the_last_event_is_the_beginning(send: Send, listen: Listen, seen: str) -> None:
    await send([{"id": "1", "phone": "89220000001"}])
    assert numbers(await listen(lambda message: message[0] == "feed", f"after={seen}" if seen.isascii() else "")) == [
        3,
        2,
        1,
    ]

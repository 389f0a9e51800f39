"""Which request a fault strikes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from autodialer_async.emulator import (
    Emulator,
    Fault,
    Refuse,
    ResetMidBody,
    Rule,
    StallMidBody,
    TooManyRequests,
    Unavailable,
)

Post = Callable[..., Awaitable[httpx.Response]]
pytestmark = pytest.mark.anyio

TODAY = {"date_from": "2024-03-05", "date_to": "2024-03-05"}


def connect(emulator: Emulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(emulator), base_url=f"{emulator.base_url}/{emulator.api_key}"
    )


async def statuses(emulator: Emulator, count: int) -> list[int]:
    async with connect(emulator) as client:
        return [(await client.post("/cdr", data=TODAY)).status_code for _ in range(count)]


async def test_bare_fault_strikes_the_next_request_once() -> None:
    assert await statuses(Emulator(faults=[Refuse()]), 3) == [400, 200, 200]


async def test_nth_request() -> None:
    assert await statuses(Emulator(faults=[Rule(Refuse(), after=2, times=2)]), 6) == [200, 200, 400, 400, 200, 200]


async def test_for_ever_until_cleared() -> None:
    emulator = Emulator(faults=[Rule(Refuse(), times=None)])
    assert await statuses(emulator, 4) == [400] * 4
    emulator.clear_faults()
    assert await statuses(emulator, 1) == [200]


async def test_first_rule_that_is_met_strikes() -> None:
    emulator = Emulator(faults=[Rule(Refuse(), after=1), Unavailable()])
    emulator.add_fault(TooManyRequests())
    assert await statuses(emulator, 4) == [503, 400, 429, 200]


async def test_reset_brings_the_first_faults_back() -> None:
    emulator = Emulator(faults=[Refuse()])
    assert await statuses(emulator, 2) == [400, 200]
    emulator.add_fault(Unavailable())
    emulator.reset()
    assert await statuses(emulator, 2) == [400, 200]


async def test_probability_is_drawn_from_the_seed() -> None:
    async def draw(seed: int) -> list[int]:
        return await statuses(Emulator(seed=seed, faults=[Rule(Refuse(), times=None, probability=0.5)]), 40)

    first = await draw(1)
    assert {200, 400} == set(first)
    assert await draw(1) == first
    assert await draw(2) != first


async def test_probability_of_nothing_never_strikes() -> None:
    assert await statuses(Emulator(faults=[Rule(Refuse(), probability=0)]), 5) == [200] * 5


async def test_by_operation(post_list: Post, page_records: list[dict[str, str]]) -> None:
    emulator = Emulator(faults=[Rule(Refuse(), "make")])
    assert await statuses(emulator, 1) == [200]
    async with connect(emulator) as client:
        assert (await post_list(client, emulator, page_records)).status_code == 400


async def test_unknown_path_uses_up_no_fault() -> None:
    emulator = Emulator(faults=[Refuse()])
    async with connect(emulator) as client:
        assert (await client.post("/other")).status_code == 404
    assert await statuses(emulator, 1) == [400]


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Refuse(), record_id="3"),
        Rule(Refuse(), phone="+7 922 222-00-02"),
        Rule(Refuse(), predicate=lambda arrived: len(arrived.records) == 1),
        Rule(Refuse(), record_id="3", phone="89222220002", predicate=lambda arrived: arrived.operation == "make"),
    ],
)
async def test_by_what_the_list_holds(post_list: Post, page_records: list[dict[str, str]], rule: Rule) -> None:
    emulator = Emulator(faults=[rule])
    async with connect(emulator) as client:
        assert (await post_list(client, emulator, ["no object", *page_records[:2]])).status_code == 200
        assert (await post_list(client, emulator, page_records[2:])).status_code == 400
        assert (await post_list(client, emulator, page_records[2:])).status_code == 200


async def test_unreadable_body_meets_no_rule_about_records(post_list: Post, page_records: list[dict[str, str]]) -> None:
    emulator = Emulator(faults=[Rule(Refuse(418), predicate=lambda arrived: True)])
    async with connect(emulator) as client:
        assert (await client.post("/make", content=b"{")).status_code == 400
        assert (await post_list(client, emulator, page_records)).status_code == 418


@pytest.mark.parametrize("fault", [ResetMidBody(), StallMidBody(1)])
def test_fault_in_mid_body_cannot_look_at_records(fault: Fault) -> None:
    with pytest.raises(ValueError, match="while the body arrives"):
        Rule(fault, record_id="1")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"after": -1}, "after"),
        ({"times": 0}, "times"),
        ({"probability": 1.5}, "probability"),
        ({"probability": -0.5}, "probability"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_impossible_rules_are_refused(wrong: Any, message: Any) -> None:
    with pytest.raises(ValueError, match=message):
        Rule(Refuse(), **wrong)


async def test_rule_that_two_requests_meet_at_once_strikes_one(monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = Emulator(faults=[Refuse()])
    armed = emulator._rules._armed[0]
    other = Emulator(faults=[Refuse()])
    armed.struck = 1
    assert emulator._rules._strikes(armed) is False
    assert other._rules._strikes(other._rules._armed[0]) is True


def test_repr_of_a_rule_shows_no_number() -> None:
    assert "9222220000" not in repr(Rule(Refuse(), phone="89222220000"))

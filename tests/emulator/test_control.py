"""The control interface over HTTP: the same as the Python methods, and closed to other sites and machines."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.emulator import Emulator, Simulation, Webhook
from tests.emulator.receiver import UsersServer

pytestmark = pytest.mark.anyio
START = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
RECORDS = [{"id": str(n), "phone": str(89225000000 + n), "name": "Петров", "maxcount": "2"} for n in range(1, 61)]


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with Emulator.serve(start=START, speed=0) as emulator:
        emulator._dialer.make(RECORDS)
        yield emulator


@pytest.fixture
async def api(emulator: Emulator) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{emulator.base_url}/_emulator/api", verify=False) as api:
        yield api


async def test_state_is_that_of_python(emulator: Emulator, api: httpx.AsyncClient) -> None:
    await api.post("/clock", json={"finish": True})
    found, state = (await api.get("/state")).json(), emulator.state()
    assert (found["calls"], found["done"], found["speed"], found["seed"]) == (state.calls, 60, 0, 0)
    assert (found["outcomes"], found["counts"]["records"]) == (state.outcomes, 60)
    assert datetime.fromisoformat(found["now"]) == state.now


async def test_records_are_found_by_id_by_phone_and_by_task(emulator: Emulator, api: httpx.AsyncClient) -> None:
    task = emulator.tasks[0].number
    queries: list[dict[str, Any]] = [{"id": "7"}, {"phone": "+7 922 500-00-07"}, {"id": "7", "task": task}]
    for query in queries:
        found = (await api.get("/records", params=query)).json()
        assert (found["total"], found["items"][0]["record"]["phone"]) == (1, "89225000007")
    assert found["items"][0]["task"] == str(task)
    assert (await api.get("/records", params={"id": "7", "phone": "89225000008"})).json()["total"] == 0
    assert (await api.get("/records", params={"task": 5})).json()["items"] == []
    part = (await api.get("/records", params={"offset": 55, "limit": 10})).json()
    assert (len(part["items"]), part["total"], part["offset"]) == (5, 60, 55)


async def test_who_was_dialled_how_often_is_told(emulator: Emulator, api: httpx.AsyncClient) -> None:
    emulator._dialer.make(RECORDS[:2])
    emulator.finish()
    assert (await api.get("/dialled", params={"phone": "8 922 500-00-01"})).json() == {"dialled": 2, "calls": 4}
    assert (await api.get("/accepted", params={"id": "1"})).json() == {"accepted": 2}
    assert (await api.get("/repeats")).json() == {
        "accepted": {"1": 2, "2": 2},
        "dialled": {"89225000001": 2, "89225000002": 2},
    }
    assert [(one.orders, one.calls) for one in emulator.repeats().items] == [(2, 4), (2, 4)]


async def test_tasks_and_calls_come_newest_first(emulator: Emulator, api: httpx.AsyncClient) -> None:
    emulator._dialer.newcall({"id": "0", "phone": "89225000100", "generationtype": "1"})
    emulator.finish()
    tasks = (await api.get("/tasks")).json()
    assert [(task["operation"], task["size"], task["done"]) for task in tasks["items"]] == [
        ("newcall", 1, 1),
        ("make", 60, 60),
    ]
    calls = (await api.get("/calls", params={"limit": 2, "offset": 1})).json()
    assert [call["number"] for call in calls["items"]] == [len(emulator.calls) - 1, len(emulator.calls) - 2]


async def test_clock_goes_by_hand(emulator: Emulator, api: httpx.AsyncClient) -> None:
    await api.post("/clock", json={"advance": 60})
    assert emulator.now == START.replace(minute=1)
    assert (await api.post("/clock", json={"speed": 2})).json()["speed"] == 2
    answer = (await api.post("/clock", json={"speed": "now"})).json()
    assert (answer["speed"], emulator.state().done) == ("now", 60)


@pytest.mark.parametrize(
    "wrong",
    [
        {"speed": -1},
        {"speed": "fast"},
        {"speed": True},
        {"advance": -1},
        {"advance": 1e300},
        {"sped": 1},
        {"finish": "yes"},
    ],
)
async def test_a_wrong_clock_is_refused_with_a_reason(api: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    response = await api.post("/clock", json=wrong)
    assert response.status_code == 400
    assert next(iter(wrong)) in response.json()["error"]


async def test_faults_are_added_listed_and_dropped(emulator: Emulator, api: httpx.AsyncClient) -> None:
    added = (await api.post("/faults", json={"name": "Unavailable", "operation": "cdr", "times": None})).json()
    assert (added["name"], added["rule"]["operation"], added["rule"]["times"]) == ("Unavailable", "cdr", None)
    async with httpx.AsyncClient(verify=False) as client:
        asked = await client.post(f"{emulator.base_url}/{emulator.api_key}/cdr")
    assert asked.status_code == 503
    listed = (await api.get("/faults")).json()["items"]
    assert [(fault["number"], fault["struck"], fault["spent"]) for fault in listed] == [(1, 1, False)]
    assert (await api.delete("/faults/1")).json() == {"items": []}
    assert (await api.delete("/faults/1")).status_code == 404
    await api.post("/faults", json={"name": "DropBefore"})
    assert (await api.delete("/faults")).json() == {"items": []}
    assert emulator.faults == ()


async def test_every_kind_of_fault_can_be_added_by_what_is_said_of_it(
    emulator: Emulator, api: httpx.AsyncClient
) -> None:
    kinds = (await api.get("/fault-kinds")).json()["items"]
    for kind in kinds:
        assert kind["summary"]
        given = {name: 1 if name in kind["required"] else value for name, value in kind["parameters"].items()}
        answer = await api.post("/faults", json={"name": kind["name"], **given})
        assert answer.status_code == 200, answer.text
    assert [armed.name for armed in emulator.faults] == [kind["name"] for kind in kinds]
    assert len(kinds) >= 17


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": "Nonesuch"},
        {"name": "StallMidBody"},
        {"name": "Unavailable", "colour": "red"},
        {"name": "Unavailable", "times": 0},
        {"name": "Unavailable", "times": "3"},
        {"name": "Unavailable", "probability": 2},
        {"name": "Unavailable", "phone": "12"},
        {"name": "Unavailable", "operation": "fetch"},
        {"name": "Refuse", "status": 99},
        {"name": "Redirect", "location": "ё"},
        {"name": "SlowDrip", "size": 0},
        {"name": "ResetMidBody", "record_id": "1"},
        {"name": "CannedAnswer", "answer": 1},
        [],
        "text",
    ],
)
async def test_a_wrong_fault_is_refused_with_a_reason(api: httpx.AsyncClient, emulator: Emulator, wrong: Any) -> None:
    response = await api.post("/faults", json=wrong)
    assert response.status_code == 400
    assert response.json()["error"]
    assert emulator.faults == ()


async def test_a_canned_answer_can_be_written(emulator: Emulator, api: httpx.AsyncClient) -> None:
    await api.post("/faults", json={"name": "CannedAnswer", "status": 418, "body": "чайник", "content_type": None})
    async with httpx.AsyncClient(verify=False) as client:
        answer = await client.post(f"{emulator.base_url}/{emulator.api_key}/cdr")
    assert (answer.status_code, answer.content.decode()) == (418, "чайник")


async def test_deliveries_are_shown_with_their_payload_and_sent_again() -> None:
    with UsersServer() as server:
        async with (
            Emulator.serve(webhook=Webhook(server.url)) as emulator,
            httpx.AsyncClient(base_url=f"{emulator.base_url}/_emulator/api", verify=False) as api,
        ):
            emulator._dialer.make(RECORDS[6:7])
            await emulator.wait_until(lambda it: it.state().deliveries["delivered"] == 1)
            (listed,) = (await api.get("/deliveries")).json()["items"]
            shown = (await api.get(f"/deliveries/{listed['number']}")).json()
            assert shown["payload"]["fields"]["номер_абонента"] == "89225000007"
            assert (await api.post("/deliveries/1/resend")).json()["resent"] is True
            await emulator.wait_until(lambda it: it.state().deliveries["delivered"] == 2)
            assert (await api.get("/deliveries/9")).status_code == 404
            assert (await api.post("/deliveries/9/resend")).status_code == 404


async def test_events_follow_one_after_the_other_and_hide_numbers(emulator: Emulator, api: httpx.AsyncClient) -> None:
    emulator.finish()
    first = (await api.get("/events", params={"limit": 5})).json()
    then = (await api.get("/events", params={"after": first["last"], "limit": 1000})).json()
    numbers = [event["number"] for event in first["items"] + then["items"]]
    assert numbers == list(range(1, emulator.state().last_event + 1))
    calls = [event["data"] for event in then["items"] if event["kind"] == "call"]
    assert calls[0]["phone"].startswith("8922***")
    assert "89225000" not in str(first) + str(then)
    assert (await api.get("/events", params={"after": 10**6})).json()["items"] == []


async def test_events_that_are_forgotten_are_counted() -> None:
    emulator = Emulator(simulation=Simulation(fates={}))
    for first in range(0, 6000, 1000):
        emulator._dialer.make([{"id": str(n), "phone": str(89225000000 + n)} for n in range(first, first + 1000)])
    events = emulator.events(after=0, limit=1)
    assert (events.missed, events.items[0].number) == (emulator.state().last_event - 5000, events.missed + 1)


async def test_reset_and_seed_begin_again(emulator: Emulator, api: httpx.AsyncClient) -> None:
    assert (await api.post("/reset")).json()["counts"]["records"] == 0
    assert (await api.post("/seed", json={"seed": 9})).json()["seed"] == 9
    assert emulator.state().seed == 9
    wrong_ones: list[Any] = [{"seed": "x"}, {"seed": True}, {}, []]
    for wrong in wrong_ones:
        assert (await api.post("/seed", json=wrong)).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/records?phone=1", "/dialled", "/records?offset=-1", "/records?limit=9999", "/records?task=x", "/accepted",
     "/events?after=²", "/calls?limit=x", "/tasks?offset=" + "9" * 50],
)  # fmt: skip
async def test_a_wrong_question_is_refused(api: httpx.AsyncClient, path: str) -> None:
    response = await api.get(path)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/deliveries?offset=9999999999999999999", 200),
        ("GET", "/events?after=9999999999999999999", 200),
        ("GET", f"/deliveries/{'9' * 5000}", 404),
        ("POST", f"/deliveries/{'9' * 5000}/resend", 404),
        ("GET", f"/recordings/{'9' * 5000}.wav", 404),
        ("DELETE", f"/faults/{'9' * 5000}", 404),
        ("GET", "/nothing", 404),
        ("GET", "/clock", 405),
    ],
)
async def test_a_number_beyond_all_bounds_and_an_unknown_path_are_answered_in_json(
    method: str, path: str, status: int
) -> None:
    async with (
        Emulator.serve(webhook=Webhook("http://127.0.0.1:9/")) as emulator,
        httpx.AsyncClient(base_url=emulator.base_url) as client,
    ):
        response = await client.request(method, f"/_emulator/api{path}")
    assert response.status_code == status
    assert response.json().get("error") or response.json()["items"] == []


async def test_a_body_that_is_too_long_or_no_json_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.post("/faults", content=b"x" * 1_000_001)).status_code == 413
    assert (await api.post("/faults", content=b"{")).status_code == 400


FOREIGN = [
    {"host": "rebound.example.org"},
    {"host": "192.168.1.7:8899"},
    {"host": ""},
    {"origin": "https://example.org"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"origin": "http://[::1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["api/state", ""])
async def test_what_another_site_sends_is_turned_away(emulator: Emulator, headers: dict[str, str], path: str) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        url = f"{emulator.base_url}/_emulator/{path}"
        assert (await client.get(url, headers=headers)).status_code == 403
        assert (await client.post(f"{emulator.base_url}/_emulator/api/reset", headers=headers)).status_code == 403
    assert emulator.counts.records == 60


async def test_own_pages_and_links_from_elsewhere_are_let_in(emulator: Emulator) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        url = f"{emulator.base_url}/_emulator/api/state"
        own = {"origin": emulator.base_url, "sec-fetch-site": "same-origin"}
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
        for headers in (own, link, {"host": "localhost:1"}, {"host": "[::1]"}):
            assert (await client.get(url, headers=headers)).status_code == 200
        posted = await client.post(f"{emulator.base_url}/_emulator/api/reset", headers=link)
        assert posted.status_code == 403


async def ask_from(client: str, **settings: Any) -> int:
    emulator = Emulator(**settings)
    transport = httpx.ASGITransport(emulator, client=(client, 5))
    async with httpx.AsyncClient(transport=transport) as http:
        return (await http.get("http://127.0.0.1/_emulator/api/state")).status_code


async def test_other_machines_are_let_in_only_where_that_is_allowed() -> None:
    assert await ask_from("127.0.0.1") == 200
    assert await ask_from("::ffff:127.0.0.1") == 200
    assert await ask_from("::ffff:192.168.1.7") == 403
    assert await ask_from("192.168.1.7") == 403
    assert await ask_from("192.168.1.7", remote_control=True) == 200


async def test_the_address_alone_leads_to_the_page(emulator: Emulator) -> None:
    async with httpx.AsyncClient(verify=False) as client:
        response = await client.get(emulator.base_url)
    assert (response.status_code, response.headers["location"]) == (303, "/_emulator/")


async def test_control_counts_as_no_request_of_the_service(emulator: Emulator, api: httpx.AsyncClient) -> None:
    await api.get("/state")
    assert (emulator.counts.requests, (await api.get("/requests")).json()["items"]) == (0, [])


PATHS = ["state", "records", "faults", "faults/1", "clock", "seed", "events", "deliveries/1", "deliveries/1/resend"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["GET", "POST", "DELETE", "PUT", "HEAD"]),
    query=st.dictionaries(st.sampled_from(["id", "phone", "task", "offset", "limit", "after"]), st.text(max_size=8)),
    body=st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(["speed", "advance", "finish", "seed", "name", "times", "status"]),
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        max_size=3,
    ).map(lambda value: __import__("json").dumps(value).encode()),
)
async def test_nothing_that_is_asked_of_it_is_an_error_of_the_server(
    path: str, method: str, query: dict[str, str], body: bytes
) -> None:
    emulator = Emulator(start=START, speed=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(emulator)) as client:
        url = f"{emulator.base_url}/_emulator/api/{path}"
        response = await client.request(method, url, params=query, content=body)
    assert response.status_code < 500

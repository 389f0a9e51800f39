"""The three operations over a real socket, asked by a plain httpx client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, time, timedelta, timezone
from typing import Any

import httpx
import pytest

from autodialer_async.emulator import Emulator

Post = Callable[..., Awaitable[httpx.Response]]
Records = Callable[..., list[dict[str, str]]]
pytestmark = pytest.mark.anyio

NOON = datetime(2024, 3, 5, 12, 0, 0, tzinfo=timezone(timedelta(hours=3)))
CALL = {"id": "0", "name": "Петров", "phone": "89222220000", "var1": "один", "generationtype": "1"}
HALF_A_PAIR = (
    b'--x\r\ncontent-disposition: form-data; name="id"\r\n\r\n0\r\n'
    b'--x\r\ncontent-disposition: form-data; name="phone"\r\n\r\n89222220000\r\n'
    b'--x\r\ncontent-disposition: form-data; name="generationtype"\r\n\r\n1\r\n'
    b'--x\r\ncontent-disposition: form-data; name="name"\r\n\r\n%s\r\n--x--\r\n'
)
TODAY = {"date_from": "2024-03-05", "date_to": "2024-03-05"}


@pytest.fixture
async def emulator() -> AsyncGenerator[Emulator]:
    async with Emulator.serve(now=lambda: NOON, max_body=300_000) as emulator:
        yield emulator


@pytest.fixture
async def client(emulator: Emulator) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"{emulator.base_url}/{emulator.api_key}/") as client:
        yield client


async def test_pages_example_is_answered_as_on_the_page(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    response = await post_list(client, emulator, page_records)
    report = response.json()["report"]
    assert len(report.pop("id")) == 17
    assert report == {"lines": "3", "ok": "3", "inserted": "2", "errorcode": "2"}
    assert [emulator.accepted(key) for key in (1, "2", 3)] == [1, 0, 1]
    assert emulator.dialled("+7 922 222-00-00") == emulator.dialled(79222220002) == 1


async def test_content_type_of_a_list_does_not_matter(emulator: Emulator, client: httpx.AsyncClient) -> None:
    body = '{"query": {"access_token": "emulator-token", "data": [{"id": "1", "phone": "89222220000"}]}}'
    response = await client.post("make", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert response.json()["report"]["inserted"] == "1"


async def test_1000_records_are_taken_and_1001_refused_whole(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, some_records: Records
) -> None:
    assert (await post_list(client, emulator, some_records(1000))).json()["report"]["inserted"] == "1000"
    refused = await post_list(client, emulator, some_records(1001, first=2000))
    assert refused.status_code == 400
    assert "1000" in refused.json()["error"]
    assert emulator.counts.records == 1000


@pytest.mark.parametrize("form", ["data", "json", "files"])
async def test_single_call_in_every_encoding(emulator: Emulator, client: httpx.AsyncClient, form: str) -> None:
    fields: Any = {name: (None, value) for name, value in CALL.items()} if form == "files" else CALL
    answer = (await client.post("newcall", **{form: fields})).json()
    assert answer == {"QUERY_ID": str(emulator.tasks[0].number), "QUERY_COUNT": "1"}
    record = emulator.records[0]
    assert (record.name, record.var1, record.phone, record.start) == ("Петров", "один", "89222220000", None)


async def test_fields_without_a_type_and_raw_utf8_are_read_as_urlencoded(
    emulator: Emulator, client: httpx.AsyncClient
) -> None:
    body = "id=0&phone=89222220000&generationtype=1&name=Петров&timestart=10:00&timestop=19:00".encode()
    await client.post("newcall", content=body)
    assert (emulator.records[0].name, emulator.records[0].stop) == ("Петров", time(19))


async def test_second_var2_is_variable_3_as_on_the_page(emulator: Emulator, client: httpx.AsyncClient) -> None:
    body = b"id=0&phone=89222220000&generationtype=1&var2=two&var2=three"
    await client.post("newcall", content=body, headers={"content-type": "application/x-www-form-urlencoded"})
    assert (emulator.records[0].var2, emulator.records[0].var3) == ("two", "three")


async def test_incorrect_single_call_counts_nothing(emulator: Emulator, client: httpx.AsyncClient) -> None:
    answer = await client.post("newcall", data={**CALL, "phone": "1"})
    assert (answer.status_code, answer.json()) == (200, {"QUERY_ID": "0", "QUERY_COUNT": "0"})


@pytest.mark.parametrize("form", ["data", "json", "files"])
async def test_history_in_every_encoding(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]], form: str
) -> None:
    await post_list(client, emulator, page_records)
    asked = {**TODAY, "to": "+79222220002"}
    fields: Any = {name: (None, value) for name, value in asked.items()} if form == "files" else asked
    (row,) = (await client.post("cdr", **{form: fields})).json()
    assert row.keys() == {"QUERY_ID", "DST", "TIME", "CODE", "SEC"}
    assert (row["DST"], row["TIME"]) == ("89222220002", "2024-03-05 12:00:00 +0300")


@pytest.mark.parametrize("to", [{}, {"to": ""}])
async def test_history_without_a_number_is_everybodys(
    emulator: Emulator,
    client: httpx.AsyncClient,
    post_list: Post,
    page_records: list[dict[str, str]],
    to: dict[str, str],
) -> None:
    await post_list(client, emulator, page_records)
    assert len((await client.post("cdr", data=TODAY | to)).json()) == 2


@pytest.mark.parametrize(
    "wrong",
    [{"date_from": "05.03.2024"}, {"date_to": ""}, {"date_from": "2024-03-06"}],
)
async def test_history_of_wrong_days_is_refused(client: httpx.AsyncClient, wrong: Any) -> None:
    response = await client.post("cdr", data=TODAY | wrong)
    assert response.status_code == 400
    assert "date_from" in response.json()["error"] or "date_to" in response.json()["error"]


async def test_day_that_is_no_text_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("cdr", json=TODAY | {"date_to": 20240305})).status_code == 400


async def test_wrong_key_is_403_and_shows_no_key(emulator: Emulator) -> None:
    async with httpx.AsyncClient() as stranger:
        response = await stranger.post(f"{emulator.base_url}/another-key/cdr", data=TODAY)
    assert response.status_code == 403
    assert "key" in response.json()["error"]
    assert emulator.api_key not in response.text


@pytest.mark.parametrize("query", [{"access_token": "another"}, {"access_token": None}, {"access_token": ""}])
async def test_wrong_or_missing_token_of_a_list_is_401(
    emulator: Emulator,
    client: httpx.AsyncClient,
    post_list: Post,
    page_records: list[dict[str, str]],
    query: dict[str, Any],
) -> None:
    response = await post_list(client, emulator, page_records, **query)
    assert response.status_code == 401
    assert emulator.counts.records == 0


async def test_single_call_needs_no_token_and_may_not_bear_a_wrong_one(
    emulator: Emulator, client: httpx.AsyncClient
) -> None:
    assert (await client.post("newcall", data={**CALL, "access_token": "another"})).status_code == 401
    assert (await client.post("newcall", data={**CALL, "access_token": emulator.access_token})).status_code == 200
    assert emulator.counts.records == 1


async def test_unknown_operation_is_404_and_another_method_405(client: httpx.AsyncClient) -> None:
    assert (await client.post("other")).status_code == 404
    response = await client.get("cdr")
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b'"text"', b"{}", b'{"query": []}', b'{"query": {"data": {}}}', b"[" * 5000, b'{"query": {'],
)
async def test_list_of_another_shape_is_400(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("make", content=body)
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"[]"),
        ("application/json", b"{"),
        ("application/x-www-form-urlencoded", b"name=%FF"),
        ("application/x-www-form-urlencoded", b"\xff"),
        ("application/x-www-form-urlencoded", b"a=b&" * 1001),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"garbage"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--',
        ),
        ("text/plain", b"id=0"),
        *(
            (f"multipart/form-data; boundary=x; charset={charset}", HALF_A_PAIR % half)
            for charset, half in (("utf-7", b"+2AA-"), ("unicode_escape", b"\\ud800"))
        ),
    ],
)
async def test_broken_fields_are_400(client: httpx.AsyncClient, kind: str, body: bytes) -> None:
    response = await client.post("newcall", content=body, headers={"content-type": kind})
    assert response.status_code == 400
    assert response.json()["error"]


async def test_body_over_the_limit_is_413(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    response = await post_list(client, emulator, page_records, padding="x" * 400_000)
    assert (response.status_code, emulator.counts.records) == (413, 0)


async def test_key_with_slashes_and_blanks_is_quoted_in_the_path() -> None:
    async with Emulator.serve(api_key="a/b c", now=lambda: NOON) as emulator, httpx.AsyncClient() as client:
        response = await client.post(f"{emulator.base_url}/a%2Fb%20c/cdr", data=TODAY)
        assert (response.status_code, response.json()) == (200, [])


async def test_requests_are_remembered_without_contents(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    await post_list(client, emulator, page_records)
    await client.post("other")
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    first, second = emulator.requests
    assert (first.number, first.operation, first.records, first.status, first.fault) == (1, "make", 3, 200, None)
    assert (second.number, second.operation, second.records, second.status) == (2, None, 0, 404)
    assert "9222220000" not in repr(emulator.requests)
    assert emulator.api_key not in repr(emulator.requests)


async def test_reset_forgets_records_and_requests(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    await post_list(client, emulator, page_records)
    await emulator.wait_until(lambda emulator: emulator.counts.in_flight == 0)
    emulator.reset()
    assert (emulator.counts.requests, emulator.counts.records, emulator.requests) == (0, 0, ())
    assert emulator.accepted("1") == 0


async def test_repeats_are_told(
    emulator: Emulator, client: httpx.AsyncClient, post_list: Post, page_records: list[dict[str, str]]
) -> None:
    await post_list(client, emulator, page_records[2:])
    await post_list(client, emulator, page_records[2:])
    assert emulator.accepted_more_than_once() == {"3": 2}
    assert emulator.dialled_more_than_once() == {"89222220002": 2}


def test_question_about_no_number_is_an_error() -> None:
    with pytest.raises(ValueError, match="phone"):
        Emulator().dialled("12")

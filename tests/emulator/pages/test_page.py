"""The page over HTTP, as a browser without scripts sees it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from autodialer_async.emulator import Emulator, pages

pytestmark = pytest.mark.anyio

Send = Callable[[list[dict[str, Any]]], Awaitable[None]]
HOME = Path(pages.__file__).parent


def people(count: int, **fields: str) -> list[dict[str, str]]:
    return [{"id": str(n), "phone": f"8922{n:07}", "name": f"Петров{n}", **fields} for n in range(1, count + 1)]


def readable(html: str) -> str:
    """The page's text, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


async def region(visitor: httpx.AsyncClient, name: str, **query: Any) -> str:
    answer = await visitor.get(f"regions/{name}", params=query)
    assert answer.status_code == 200
    return answer.text


async def test_the_page_of_an_emulator_that_took_nothing_says_so(visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("")
    assert answer.status_code == 200
    text = readable(answer.text)
    for said in ("No list yet", "No record yet", "Quiet so far", "No call has ended yet", "No webhook yet"):
        assert said in text


async def test_the_root_of_the_address_leads_to_the_page(emulator: Emulator) -> None:
    async with httpx.AsyncClient(follow_redirects=True) as client:
        answer = await client.get(emulator.base_url + "/")
    assert answer.status_code == 200
    assert str(answer.url) == emulator.page_url


async def test_no_answer_can_load_anything_from_elsewhere_or_be_kept(visitor: httpx.AsyncClient) -> None:
    for path in ("", "regions/records", "static/page.css", "static/page.js", "connect"):
        headers = (await visitor.get(path)).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert set(policy.values()) == {"'none'", "'self'"}
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("no-cache" if path.startswith("static") else "no-store")


async def test_no_file_of_the_page_names_another_address() -> None:
    files = [path for path in HOME.rglob("*") if path.suffix in {".html", ".css", ".js", ".svg", ".toml"}]
    assert len(files) > 15
    for path in files:
        addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"')]*", path.read_text(encoding="utf-8")))
        # The name of a language, which nobody asks for anything.
        assert addresses <= {"http://www.w3.org/2000/svg"}, path


async def test_nothing_in_the_page_runs_or_is_styled_in_line(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(3))
    html = (await visitor.get("", params={"shown": [0, 1], "keys": 1})).text
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html) == []


async def test_numbers_and_names_are_masked_until_a_row_is_asked_for(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(3, var1="секрет"))
    masked = (await visitor.get("")).text
    assert "Петров" not in masked
    assert "секрет" not in masked
    assert not re.search(r"8\D?922\D?000", readable(masked))
    assert "8 922 •••-••-02" in readable(masked)
    shown = readable((await visitor.get("", params={"shown": 1})).text)
    assert "8 922 000-00-02" in shown
    assert "Петров2" in shown
    assert "Петров1" not in shown
    assert shown.count("секрет") == 1


async def test_key_and_token_are_shown_only_where_they_are_asked_for(
    emulator: Emulator, visitor: httpx.AsyncClient, send: Send
) -> None:
    await send(people(2))
    for path in ("", "?shown=0", "regions/connect", "regions/feed", "static/page.js"):
        text = (await visitor.get(path)).text
        assert emulator.api_key not in text
        assert emulator.access_token not in text
    for path in ("?keys=1", "regions/connect?keys=1", "connect"):
        text = (await visitor.get(path)).text
        assert emulator.api_key in text
        assert emulator.access_token in text


async def test_a_record_is_found_by_its_id_and_by_its_phone_in_any_spelling(
    visitor: httpx.AsyncClient, send: Send
) -> None:
    await send(people(50))
    for wanted in ("42", "89220000042", "+7 (922) 000-00-42", "9220000042"):
        html = await region(visitor, "records", q=wanted)
        assert re.findall(r'<th scope="row"><code>(.*?)</code>', html) == ["42"], wanted
    assert "No record with this id or phone" in readable(await region(visitor, "records", q="51"))
    assert "No record with this id or phone" in readable(await region(visitor, "records", q="Петров"))


async def test_an_id_that_is_a_number_too_can_be_looked_for_as_either(visitor: httpx.AsyncClient, send: Send) -> None:
    await send([{"id": "89220000002", "phone": "89220000001"}, {"id": "x", "phone": "89220000002"}])
    as_id = await region(visitor, "records", q="89220000002")
    assert "1 record with this id" in readable(as_id)
    assert "by=phone" in as_id
    assert "<code>x</code>" in await region(visitor, "records", q="89220000002", by="phone")
    assert "<code>x</code>" not in as_id


async def test_records_come_in_pages_in_the_order_of_their_arrival(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(47))
    seen: list[str] = []
    for page in (1, 2, 3):
        html = await region(visitor, "records", records=page)
        seen += re.findall(r'<th scope="row"><code>(.*?)</code>', html)
    assert seen == [str(n) for n in range(1, 48)]
    assert "41–47 of 47" in readable(await region(visitor, "records", records=99))


async def test_a_task_shows_its_own_records(emulator: Emulator, visitor: httpx.AsyncClient, send: Send) -> None:
    await send([{"id": "first", "phone": "89220000001"}])
    await send([{"id": "second", "phone": "89220000002"}])
    second = emulator.tasks[1].number
    html = await region(visitor, "records", task=second)
    assert "<code>second</code>" in html
    assert "<code>first</code>" not in html
    assert f"task={second}" in await region(visitor, "tasks")


async def test_who_was_dialled_more_than_once_stands_in_red(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(3))
    assert "Nobody is dialled twice" in readable(await region(visitor, "repeats"))
    assert "alarm" not in await region(visitor, "summary")
    await send([{"id": "again", "phone": "89220000002"}])
    html = await region(visitor, "repeats")
    assert "1 number was taken to be dialled more than once" in readable(html)
    assert "•" in html
    assert "000-00-02" not in readable(html)
    assert '<tr class="alarm">' in html
    assert "tile-alarm" in await region(visitor, "summary")
    assert (await region(visitor, "records")).count('<tr class="alarm">') == 2
    assert "8 922 000-00-02" in readable(await region(visitor, "repeats", numbers=0))


async def test_outcomes_are_told_in_words_beside_the_chart(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(200))
    html = await region(visitor, "outcomes")
    spoken = re.search(r'role="img" aria-label="([^"]*)"', html)
    assert spoken is not None
    assert spoken[1].startswith("Outcomes of 200 records: Answered ")
    counts = [int(count) for count in re.findall(r'</th><td class="number">(\d+)</td>', html)]
    assert sum(counts) == 200


async def test_what_callers_send_stays_text(visitor: httpx.AsyncClient, send: Send) -> None:
    hostile = '"><script>alert(1)</script>'
    await send(
        [{"id": hostile, "phone": "89220000001", "name": hostile, "var1": hostile, "UUID": hostile, hostile: "1"}]
    )
    html = (await visitor.get("", params={"shown": 0, "q": hostile})).text
    assert "<script>alert" not in html
    assert hostile in unescape(html)


@pytest.mark.parametrize(
    ("asked", "query", "language"),
    [
        ("ru-RU,ru;q=0.9", "", "ru"),
        ("en", "", "en"),
        ("fr", "", "en"),
        ("en", "?lang=ru", "ru"),
        ("ru", "?lang=xx", "ru"),
    ],
)
async def test_the_language_is_the_browser_s_until_another_is_chosen(
    visitor: httpx.AsyncClient, asked: str, query: str, language: str
) -> None:
    headers = {"accept-language": asked}
    html = (await visitor.get(query, headers=headers, follow_redirects=True)).text
    assert f'<html lang="{language}"' in html
    # A choice is remembered.
    assert f'<html lang="{language}"' in (await visitor.get("", headers=headers)).text


async def test_choosing_keeps_the_place(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get("?q=42&records=3&theme=dark&lang=ru")
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("/_emulator/?q=42&records=3")
    html = (await visitor.get(emulator.base_url + answer.headers["location"])).text
    assert 'data-theme="dark"' in html
    assert "Записи" in html


async def test_a_page_in_russian_holds_no_english_sentence(visitor: httpx.AsyncClient, send: Send) -> None:
    await send(people(30))
    html = (await visitor.get("", headers={"accept-language": "ru"})).text
    text = readable(re.sub(r"<(pre|code|option|b|title)\b.*?</\1>|<button.*?>|<script.*", " ", html, flags=re.DOTALL))
    names = "EN RU JavaScript JSON Esc Tab Id UUID Retry After make p s t id"
    codes = "NO ANSWER BUSY ANSWERED FAILED CHANUNAVAIL MACHINE CONGESTION INVALID NUMBER"
    settings = (
        "retry after status accept share drop by errorcode location reset seconds interval size content type body"
    )
    assert set(re.findall(r"[A-Za-z]+", text)) <= {*names.split(), *codes.split(), *settings.split(), "body"}


@pytest.mark.parametrize(
    "query", ["records=0&shown=x&task=-1", "feed=nonsense&by=3&shown=" + "9" * 40, "q=%ff%00&numbers=-5"]
)
async def test_an_odd_address_is_no_error(visitor: httpx.AsyncClient, query: str) -> None:
    for name in ("", "regions/records", "regions/repeats", "regions/feed", "regions/deliveries"):
        assert (await visitor.get(f"{name}?{query}")).status_code == 200


async def test_what_is_not_there_is_not_found(visitor: httpx.AsyncClient) -> None:
    for path in ("regions/nonsense", "nonsense", "static/nonsense.css", "static/../__init__.py", "deliveries/7"):
        assert (await visitor.get(path)).status_code == 404
    assert "There is no delivery 7" in (await visitor.get("deliveries/7")).text


async def test_another_site_can_neither_look_nor_press(emulator: Emulator, visitor: httpx.AsyncClient) -> None:
    elsewhere: list[dict[str, str]] = [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"},
        {"host": "evil.example"},
    ]
    for headers in elsewhere:
        answer = await visitor.post("faults/on", data={"name": "Refuse"}, headers=headers)
        assert answer.status_code == 403, headers
    assert (await visitor.get("", headers={"host": "evil.example"})).status_code == 403
    assert emulator.faults == ()

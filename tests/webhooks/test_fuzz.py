"""Anything may come in: the answer is always 2xx or 4xx. `AUTODIALER_LONG=1` sends 10,000 requests, else 1,000 come."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import anyio
import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from autodialer_async.webhooks import EventState
from tests.webhooks.conftest import StartReceiving
from tests.webhooks.requests import BOUNDARY, SOUND
from tests.webhooks.serving import SECRET
from tests.webhooks.workers import workers

LONG = bool(os.environ.get("AUTODIALER_LONG"))
REQUESTS = 10_000 if LONG else 1000

_WORDS = [
    b"phone", b"89222220000", "номер_абонента".encode(), "номер_абонента".encode("cp1251"), b"%D0%BD", b"%", b"%zz",
    b"=", b"&", b"+", b"\r\n", b"\r\n\r\n", b"--" + BOUNDARY.encode(), b"--",
    b'Content-Disposition: form-data; name="phone"',
    b'; filename="a.wav"', b"name*=utf-8''%D0", b'{"phone": "', b'"}', b"[", b"{", b"\x00", b"\xff\xfe", b"\\ud800",
    b"1e999", b"1" * 5000, SOUND, b"A" * 70_000, b"data:audio/wav;base64,", b"NaN", b"null", b"-", b"\xef\xbb\xbf",
]  # fmt: skip
_KINDS = [
    "", "application/json", "application/x-www-form-urlencoded", f"multipart/form-data; boundary={BOUNDARY}",
    "multipart/form-data", 'multipart/form-data; boundary=""', "multipart/mixed; boundary=a",
    "text/plain; charset=utf-16", "application/json; charset=idna",
    "application/x-www-form-urlencoded; charset=base64", "\xff", "a/b;charset=\x7f",
]  # fmt: skip


def _rubbish(chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return chance.randbytes(chance.choice([0, 1, 20, 500, 5000]))
    return b"".join(chance.choices(_WORDS, k=chance.randrange(12)))


def _form(chance: random.Random) -> bytes:
    parts = [b"--" + BOUNDARY.encode(), b"\r\n", b'Content-Disposition: form-data; name="', b"phone", b'"\r\n\r\n']
    parts += [b"89222220000", b"\r\n--" + BOUNDARY.encode(), b"--\r\n"]
    for _ in range(chance.randrange(4)):
        parts.insert(chance.randrange(len(parts) + 1), _rubbish(chance))
    return b"".join(parts)


def _query(chance: random.Random) -> str:
    return quote_from_bytes(_rubbish(chance)[:200], "=&%+;/") if chance.random() < 0.5 else ""


@pytest.mark.anyio
async def test_rubbish_of_every_kind_is_answered_2xx_or_4xx(receiving: StartReceiving, anyio_backend: str) -> None:
    chance = random.Random(anyio_backend)
    statuses: dict[int, int] = {}
    async with receiving(max_body=200_000, on_event=lambda event: None) as here:

        async def send(number: int) -> None:
            body, kind = _rubbish(chance), chance.choice(_KINDS)
            if chance.random() < 0.5:
                body, kind = _form(chance), _KINDS[3]
            path = chance.choice([f"/{SECRET}", f"/{SECRET}", f"/{SECRET}", "/", "/%FF%00", f"/x/{SECRET}/"])
            request = httpx.Request(
                chance.choice(["POST", "POST", "POST", "GET", "PUT", "HEAD"]),
                f"{here.client.base_url}{path}?{_query(chance)}",
                headers=[(b"content-type", kind.encode("latin-1"))],
                content=body,
            )
            try:
                answer = await here.client.send(request)
            except httpx.RemoteProtocolError:
                # The server itself closes on a header that is none.
                return
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

        # Half of them on each loop.
        for start in range(0, REQUESTS // 2, 8):
            async with anyio.create_task_group() as tasks:
                for number in range(start, start + 8):
                    tasks.start_soon(send, number)
        assert (await here.client.get(f"/{SECRET}?phone=89222220000&duration=77")).status_code == 200
    print(f"statuses: {dict(sorted(statuses.items()))}")  # noqa: T201 - what was counted, as docs/webhooks.md says
    assert sum(statuses.values()) > REQUESTS // 2 * 0.9
    assert {status // 100 for status in statuses} == {2, 4}
    assert (await here.receiver.inbox.counts())[EventState.DEAD] == 0


_SCHEMA = {
    "openapi": "3.1.0",
    "info": {"title": "webhook", "version": "1"},
    "paths": {
        f"/{SECRET}": {
            "get": {
                "parameters": [
                    {"name": name, "in": "query", "schema": {"type": ["string", "integer", "null"]}}
                    for name in ("номер_абонента", "phone", "duration", "record", "answer")
                ],
                "responses": {"default": {"description": "any"}},
            },
            "post": {
                "requestBody": {
                    "content": {
                        kind: {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "phone": {"type": ["string", "number"]},
                                    "duration": {"type": ["string", "integer"]},
                                    "record": {"type": "string"},
                                    "ответ": {},
                                },
                            }
                        }
                        for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
                    }
                },
                "responses": {"default": {"description": "any"}},
            },
        }
    },
}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_schemathesis_makes_of_the_form_is_answered_2xx_or_4xx(
    tmp_path: Path, method: str, mode: GenerationMode
) -> None:
    operation = schemathesis.openapi.from_dict(_SCHEMA)[f"/{SECRET}"][method]
    seen: list[int] = []
    with workers(tmp_path, 1) as running, requests.Session() as session:

        @settings(
            max_examples=600 if LONG else 25,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(mode))
        def send(case: schemathesis.Case[Any]) -> None:
            answer = case.call(base_url=f"http://127.0.0.1:{running.port}", session=session)
            seen.append(answer.status_code)

        send()
    print(f"schemathesis: {len(seen)} requests")  # noqa: T201 - what was counted, as docs/webhooks.md says
    assert {status // 100 for status in seen} <= {2, 4}
    assert len(seen) >= 25

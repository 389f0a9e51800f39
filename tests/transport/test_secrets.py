"""Fake secrets and people's data through every operation and every fault: none of them comes out again."""

from __future__ import annotations

import dataclasses
import html
import json
import logging
import pickle
import traceback
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import httpx
import pytest

from autodialer_async import AsyncAutodialer, AutodialerError, Call, RetryPolicy
from autodialer_async._delivery.spacing import Spacing
from tests.servers.misbehaving import (
    Accept,
    DropAfterAccepting,
    DropBeforeReading,
    EmptyBody,
    GarbageStatusLine,
    Html,
    MisbehavingServer,
    NeverAnswer,
    NothingInserted,
    Redirect,
    Reply,
    TruncatedJson,
    WholeBody,
    closed_port,
)
from tests.servers.proxy import Proxy
from tests.servers.replies import response
from tests.transports import over_stock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.misbehaving import Behaviour, RequestInfo, Script

pytestmark = pytest.mark.anyio

KEY = "kLuch+taina/77"
TOKEN = 'tok"en&<7f>-secret'
PHONE = "89267654321"
OTHER_PHONE = "+375291234567"
NAME = 'Секретов "Пётр" <П>'
UUID = "crm-uuid-4d1f"
VAR = "долг за март & апрель"
EXTRA = "поле кабинета"
CALLS = [
    Call(1, PHONE, generation_type=1, name=NAME, uuid=UUID, var1=VAR, var2=TOKEN, extra={"cabinet": EXTRA}),
    Call(2, OTHER_PHONE, generation_type=1, name=NAME, var3=VAR),
]
RETRY = RetryPolicy(attempts=2, base=0.001, max_retry_after=0.001)
DAY = date(2026, 1, 5)


def spellings(value: str) -> Iterator[str]:
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield html.escape(value)
    for quoted in (quote(value), quote(value, safe=""), quote_plus(value)):
        yield quoted
        yield quoted.lower()
        yield quote(quoted, safe="")
    yield repr(value.encode())[2:-1]
    yield repr(value.encode("utf-8"))[2:-1].replace("\\", "\\\\")


FORBIDDEN = sorted(
    {
        spelling
        for value in (KEY, TOKEN, PHONE, PHONE[1:], OTHER_PHONE, OTHER_PHONE[1:], NAME, UUID, VAR, EXTRA, "Секретов")
        for spelling in spellings(value)
    }
)


def assert_clean(text: str, where: str) -> None:
    found = [value for value in FORBIDDEN if value in text]
    assert not found, f"{where} holds {found}"


def assert_error_is_clean(error: BaseException | None, where: str) -> None:
    while error is not None:
        for name, text in {
            "repr": repr(error),
            "str": str(error),
            "traceback": "".join(traceback.format_exception(error)),
            "fields": repr(vars(error)),
            "pickle": pickle.dumps(error).decode("utf-8", "replace"),
        }.items():
            assert_clean(text, f"{where}: {name} of {type(error).__name__}")
        error = error.__cause__ or error.__context__


def everything_said(caplog: pytest.LogCaptureFixture) -> str:
    texts = [caplog.text]
    for record in caplog.records:
        texts += [record.getMessage(), repr(record.__dict__)]
    return "\n".join(texts)


ECHOES: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": lambda text: json.dumps({"error": text}),
    "json_in_utf8": lambda text: json.dumps({"message": text}, ensure_ascii=False),
    "json_twice": lambda text: json.dumps({"error": json.dumps({"was": text})}),
    "url": lambda text: quote(text, safe=""),
    "url_twice": lambda text: quote(quote(text, safe=""), safe=""),
    "html": html.escape,
    "html_of_url": lambda text: html.escape(quote(text)),
    "python": lambda text: repr(text.encode()),
    "report": lambda text: json.dumps({"report": {"lines": "0", "ok": "0", "inserted": "0", "errorcode": text}}),
    "receipt": lambda text: json.dumps({"QUERY_ID": text, "QUERY_COUNT": text}),
    "rows": lambda text: json.dumps({"rows": text}),
}


@dataclass(frozen=True)
class Echo(WholeBody):
    """Answers what it was asked: path and body, in the body, a header or the status line."""

    how: str = "plain"
    status: int = 200
    books: MisbehavingServer | None = dataclasses.field(default=None, compare=False)

    def takes(self, records: int) -> int:
        return 0

    def reply(self, request: RequestInfo, right: Any) -> Reply:  # noqa: PLR0911 - one for each way to echo
        assert self.books is not None
        body = self.books.requests[request.number - 1].body.decode()
        if self.how == "status_line":
            return Reply(f"HTTP/1.1 {request.target} {quote(body)}\r\n\r\n".encode(), ending="close")
        if self.how == "reason":
            return Reply(f"HTTP/1.1 {self.status} {request.target} {quote(body)}\r\nContent-Length: 0\r\n\r\n".encode())
        if self.how == "header":
            headers = (("X-Echo", request.target), ("Retry-After", quote(body)), ("Location", request.target))
            return Reply(response(self.status, b"", headers), self.status)
        if self.how == "bad_header":
            return Reply(f"HTTP/1.1 200 OK\r\n{request.target} {quote(body)}\r\n\r\n".encode(), ending="close")
        if self.how == "bad_chunk":
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            return Reply(head + request.target.encode() + b"\r\n" + quote(body).encode() + b"\r\n", ending="close")
        if self.how == "bad_length":
            return Reply(f"HTTP/1.1 200 OK\r\nContent-Length: {request.target}\r\n\r\n".encode(), ending="close")
        text = ECHOES[self.how](f"{request.target}\n{body}")
        return Reply(response(self.status, text.encode()), self.status)


async def run_everything(dialer: AsyncAutodialer, where: str) -> int:
    """Each operation once; checks all that comes out of it. Gives the number of failures."""
    failures = 0
    assert_clean(repr(dialer), where)
    result = await dialer.make(CALLS, on_failure="return")
    for text in (
        repr(result),
        str(result),
        repr(result.batches),
        json.dumps(result.to_dict()),
        json.dumps(result.to_dict(), ensure_ascii=False),
        pickle.dumps(result).decode("utf-8", "replace"),
    ):
        assert_clean(text, f"{where}: result")
    for outcome in result.batches:
        assert_clean(repr(outcome) + str(outcome) + repr(list(outcome.calls() if outcome.kept else [])), where)
        assert_error_is_clean(outcome.error, where)
    operations: list[Callable[[], Any]] = [
        lambda: dialer.make(CALLS),
        lambda: dialer.newcall(CALLS[0], immediate=True),
        lambda: dialer.newcall(phone=OTHER_PHONE, generation_type=1, name=NAME, var1=VAR, immediate=True),
        lambda: dialer.cdr(DAY, to=PHONE),
        dialer.ping,
        lambda: dialer.newcall(phone=PHONE + "99", generation_type=1, name=NAME, immediate=True),
        lambda: dialer.cdr(DAY, to=PHONE + "77"),
        lambda: dialer.make([{"id": 1, "phone": PHONE, "number": PHONE}, {"id": 2, "phone": f"{PHONE};{PHONE}"}]),
    ]
    for operation in operations:
        try:
            await operation()
        except AutodialerError as error:
            failures += 1
            assert_error_is_clean(error, where)
    return failures


@pytest.fixture(autouse=True)
def _requests_leave_close_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a 429: how far apart is not what these tests are about, and takes seconds."""
    monkeypatch.setattr("autodialer_async._delivery.pace.Spacing", partial(Spacing, first=0.001, longest=0.001))


@pytest.fixture
def silence(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The root logger at DEBUG, everything kept; clean at the end."""
    caplog.set_level(0)
    logging.getLogger().setLevel(logging.DEBUG)
    for name in ("httpcore", "httpx", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield caplog
    assert_clean(everything_said(caplog), "the log")


def dialer_of(url: str, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(
        url, api_key=KEY, access_token=TOKEN, retry=RETRY, batch_size=1, **{"timeout": 5, **settings}
    )


FAULTS: dict[str, Script | Behaviour] = {
    "none": Accept(),
    "redirect_that_echoes_the_path": Redirect(301),
    "html": Html(),
    "empty": EmptyBody(),
    "truncated": TruncatedJson(),
    "garbage": GarbageStatusLine(),
    "dropped": DropAfterAccepting(),
    "reset": DropBeforeReading(),
    "nothing_inserted": lambda request: NothingInserted() if request.operation == "make" else Accept(),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_nothing_comes_out_of_a_fault(name: str, silence: pytest.LogCaptureFixture) -> None:
    with MisbehavingServer(FAULTS[name]) as server:
        async with dialer_of(server.base_url) as dialer:
            await run_everything(dialer, name)


@over_stock
async def test_httpcore_is_heard_at_debug_and_says_nothing(silence: pytest.LogCaptureFixture) -> None:
    with MisbehavingServer(Redirect(301)) as server:
        async with dialer_of(server.base_url) as dialer:
            await run_everything(dialer, "httpcore")
    assert any(record.name.startswith("httpcore") for record in silence.records)


@pytest.mark.parametrize("status", [200, 429, 500])
@pytest.mark.parametrize("how", ECHOES)
async def test_nothing_comes_out_of_an_answer_that_echoes_the_request(
    how: str, status: int, silence: pytest.LogCaptureFixture
) -> None:
    with MisbehavingServer() as server:
        server.script = Echo(how, status, server)
        async with dialer_of(server.base_url) as dialer:
            assert await run_everything(dialer, f"{how} {status}") >= 3


@pytest.mark.parametrize("how", ["status_line", "reason", "header", "bad_header", "bad_chunk", "bad_length"])
async def test_nothing_comes_out_of_a_header_that_echoes_the_request(
    how: str, silence: pytest.LogCaptureFixture
) -> None:
    with MisbehavingServer() as server:
        server.script = Echo(how, 503, server)
        async with dialer_of(server.base_url) as dialer:
            assert await run_everything(dialer, how) >= 3


async def test_nothing_comes_out_of_a_timeout(silence: pytest.LogCaptureFixture) -> None:
    with MisbehavingServer(NeverAnswer()) as server:
        async with dialer_of(server.base_url, timeout=0.1) as dialer:
            await run_everything(dialer, "timeout")


async def test_nothing_comes_out_of_a_refused_connection(silence: pytest.LogCaptureFixture) -> None:
    with closed_port() as port:
        async with dialer_of(f"http://127.0.0.1:{port}") as dialer:
            assert await run_everything(dialer, "refused") >= 3


async def test_nothing_comes_out_of_a_plain_proxy(silence: pytest.LogCaptureFixture) -> None:
    with MisbehavingServer(Redirect(301)) as server, Proxy() as proxy:
        settings = {"proxy": httpx.Proxy(proxy.url, auth=("user", TOKEN))}
        async with dialer_of(server.base_url, **settings) as dialer:
            await run_everything(dialer, "proxy")


@pytest.mark.parametrize("refuse_with", ["407 Proxy Authentication Required", "502 Bad Gateway"])
async def test_nothing_comes_out_of_a_proxy_that_refuses(refuse_with: str, silence: pytest.LogCaptureFixture) -> None:
    with Proxy(refuse_with=refuse_with) as proxy:
        for url in ("https://site.url", "http://site.url"):
            settings = {"proxy": httpx.Proxy(proxy.url, auth=("user", TOKEN))}
            async with dialer_of(url, **settings) as dialer:
                await run_everything(dialer, refuse_with)


@over_stock
async def test_nothing_comes_out_of_a_transport_of_the_users(silence: pytest.LogCaptureFixture) -> None:
    def quoting(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError(f"reading {request.url} after {request.content!r}", request=request)

    async with dialer_of("https://site.url", transport=httpx.MockTransport(quoting)) as dialer:
        await run_everything(dialer, "mock")
    with MisbehavingServer(Redirect(301)) as server:
        async with dialer_of(server.base_url, transport=httpx.AsyncHTTPTransport()) as dialer:
            await run_everything(dialer, "own transport")

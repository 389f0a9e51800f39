"""No number, name, answer or secret in any log, whatever goes wrong."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
import uvicorn

from autodialer_async.webhooks import Backoff, ReceivedEvent, WebhookReceiver
from autodialer_async.webhooks.quiet import AccessLogFilter, answering_ours
from tests.webhooks.requests import SOUND
from tests.webhooks.serving import SECRET

SHOWN_NOWHERE = [SECRET, "9222220000", "Пётр", quote("Пётр"), "wrong-secret", "site.url"]


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    handler, root = Lines(), logging.getLogger()
    before = root.level
    # uvicorn's own configuration, which some earlier test may have left, keeps these lines to itself.
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler.lines
    root.removeHandler(handler)
    root.setLevel(before)


class Fails:
    def __call__(self, event: ReceivedEvent) -> None:
        raise ValueError(f"cannot store {event.phone}: {event.answer} {event.recording}")


@pytest.mark.parametrize("http", ["h11", "httptools"])
def test_a_receiver_under_uvicorn_logs_neither_secret_nor_what_was_sent(
    tmp_path: Path, lines: list[str], http: str
) -> None:
    if http == "httptools":
        pytest.importorskip("httptools")
    receiver = WebhookReceiver(
        secret=(SECRET, "other secret"), inbox=tmp_path / "calls.db", on_event=Fails(), max_body=5000,
        backoff=Backoff(attempts=2, base=0),
    )  # fmt: skip
    server = uvicorn.Server(uvicorn.Config(receiver, port=0, http=http, log_config=None))
    # uvicorn's own configuration of its logs, without handlers of its own.
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    query = {"phone": "89222220000", "answer": "Пётр", "record": "https://site.url/1.wav"}
    with httpx.Client(base_url=url, trust_env=False) as client:
        logging.getLogger("httpx").disabled = logging.getLogger("httpcore.http11").disabled = True
        try:
            assert client.get(f"/{SECRET}", params=query).status_code == 200
            assert client.get("/", params=query | {"secret": "other secret"}).status_code == 200
            assert client.get("/wrong-secret", params=query).status_code == 404
            assert client.put(f"/{SECRET}", params=query).status_code == 405
            assert client.post(f"/{SECRET}", data={"phone": "Пётр 9222220000"}).status_code == 422
            assert client.post(f"/{SECRET}", data=query, files={"wav": ("Пётр.wav", SOUND * 10)}).status_code == 413
            receiver.inbox.recordings.path.touch()
            assert client.post(f"/{SECRET}", data=query, files={"wav": ("Пётр.wav", SOUND)}).status_code == 503
        finally:
            logging.getLogger("httpx").disabled = logging.getLogger("httpcore.http11").disabled = False
    server.should_exit = True
    thread.join(20)
    text = "\n".join(lines)
    assert text.count("/***") == 7
    assert "the handler failed" in text
    assert "could not be kept" in text
    for secret in SHOWN_NOWHERE:
        assert secret not in text, secret


@pytest.mark.parametrize(
    ("message", "args", "shown"),
    [
        ("%s - %s", ("127.0.0.1", f"/hook/{SECRET}?phone=89222220000"), "127.0.0.1 - /***"),
        ("%(h)s", ({"h": f"GET /{SECRET}"},), "a webhook request"),
        (f"GET /{SECRET} 200", (), "a webhook request"),
        ("GET /?secret=other+secret", (), "a webhook request"),
        ("%s - %s", ("127.0.0.1", "/another?phone=1"), "127.0.0.1 - /another?phone=1"),
    ],
)
def test_other_servers_lines_are_known_by_the_secret(message: str, args: tuple[object, ...], shown: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, message, args, None)
    assert AccessLogFilter([SECRET, "other secret"]).filter(record)
    assert record.getMessage() == shown


@pytest.mark.parametrize("args", [(), ({"h": "GET /wrong?phone=89222220000"},), ("/wrong?phone=89222220000",)])
def test_while_a_receiver_answers_no_line_shows_an_address(args: tuple[object, ...]) -> None:
    message = "%(h)s" if args and isinstance(args[0], dict) else "%s" if args else "GET /wrong?phone=89222220000"
    record = logging.LogRecord("x", logging.INFO, "", 0, message, args, None)
    token = answering_ours.set(True)
    try:
        assert AccessLogFilter([SECRET]).filter(record)
    finally:
        answering_ours.reset(token)
    assert record.getMessage() in {"a webhook request", "/***"}


def test_a_receiver_without_starlette_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['starlette'] = None\n"
        "from autodialer_async.webhooks import parse_event, Inbox\n"
        "print(parse_event('GET', 'phone=89222220000'))\n"
        "from autodialer_async.webhooks import WebhookReceiver"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "89*******00" in done.stdout
    assert 'pip install "autodialer-async[webhooks]"' in done.stderr.splitlines()[-1]


def test_the_router_without_fastapi_says_what_to_install() -> None:
    code = "import sys; sys.modules['fastapi'] = None\nimport autodialer_async.webhooks.fastapi"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert "pip install fastapi" in done.stderr.splitlines()[-1]

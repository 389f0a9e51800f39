"""Debian's Chromium without a screen, for tests that look at a page as a person does. Playwright drives it.

    @pytest.fixture(scope="module")
    def browser(program: ...) -> Iterator[Browser]:
        with chromium(program("chromium", "chromium")) as browser:
            yield browser

    def test_…(browser: Browser) -> None:
        with watched_page(browser) as watched:
            watched.page.goto(address)
            …
        assert watched.complaints == []
        assert watched.strangers == []

Playwright's synchronous calls keep an event loop in their thread: tests that use them are synchronous, and stand in a
module of their own, beside no asynchronous ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import attrs
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

__all__ = ["Watched", "chromium", "watched_page"]

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever slips through finds no host but this one.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
)
# Two cores may have more to do than this page.
_SOON = 20_000
_INSIDE = ("data", "blob", "about")


@attrs.define
class Watched:
    """A page, and what it did.

    Attributes:
        page: To be driven.
        requests: Addresses that were asked for, in order.
        complaints: Errors and warnings of the console, and errors that no script caught.
    """

    page: Page
    requests: list[str] = attrs.field(factory=list)
    complaints: list[str] = attrs.field(factory=list)

    @property
    def strangers(self) -> list[str]:
        """Addresses that are not on this machine."""
        return [address for address in self.requests if not _is_here(address)]


@contextmanager
def chromium(path: str) -> Iterator[Browser]:
    """A browser with a fresh profile, closed on leaving.

    Args:
        path: Of the program.
    """
    expect.set_options(timeout=_SOON)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def watched_page(browser: Browser, **options: Any) -> Iterator[Watched]:
    """A page in a window of its own: no cookies, nothing in the cache.

    Args:
        browser: Where.
        options: Of Playwright's `new_context`: `viewport`, `locale`, `color_scheme`, `java_script_enabled`, …
    """
    context = browser.new_context(**options)
    context.set_default_timeout(_SOON)
    watched = Watched(context.new_page())

    def note_request(request: Request) -> None:
        watched.requests.append(request.url)

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watched.complaints.append(f"{message.type}: {message.text}")

    context.on("request", note_request)
    context.on("console", note_message)
    context.on("weberror", lambda error: watched.complaints.append(f"uncaught: {error.error}"))
    try:
        yield watched
    finally:
        context.close()


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme in _INSIDE:
        return True
    host = parts.hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

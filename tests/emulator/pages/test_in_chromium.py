"""The page in a real browser: what moves by itself, what is clicked, what keys do, and how it looks.

The pictures of the docs are made here too, and are right as long as the page has the same shape: tests/pictures.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import attrs
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from autodialer_async import AsyncAutodialer, Call
from autodialer_async.cli.sample_list import SampleList
from autodialer_async.emulator import Emulator, Refuse, Rule, Unavailable, Webhook
from tests.browser import Watched, chromium, watched_page
from tests.emulator.receiver import UsersServer
from tests.pictures import out_of_date, shape_of, size_of

MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=timezone(timedelta(hours=3)))
WIDE = {"width": 1440, "height": 1180}


@pytest.fixture(scope="module")
def browser(program: Callable[[str, str], str]) -> Iterator[Browser]:
    with chromium(program("chromium", "chromium")) as browser:
        yield browser


@pytest.fixture
def portal() -> Iterator[BlockingPortal]:
    with start_blocking_portal() as portal:
        yield portal


@contextmanager
def served(portal: BlockingPortal, **settings: Any) -> Iterator[Emulator]:
    with portal.wrap_async_context_manager(Emulator.serve(start=MORNING, **settings)) as emulator:
        yield emulator


@pytest.fixture
def emulator(portal: BlockingPortal) -> Iterator[Emulator]:
    with served(portal) as emulator:
        yield emulator


@contextmanager
def looking_at(browser: Browser, emulator: Emulator, **options: Any) -> Iterator[Page]:
    """The page, which must neither complain nor ask anything of another machine."""
    with watched_page(browser, **{"locale": "en-US", "viewport": WIDE, **options}) as watched:
        watched.page.goto(emulator.page_url)
        yield watched.page
        assert_clean(watched)


def assert_clean(watched: Watched) -> None:
    assert watched.complaints == []
    assert len(watched.requests) > 1
    assert watched.strangers == []


@pytest.fixture
def page(browser: Browser, emulator: Emulator) -> Iterator[Page]:
    with looking_at(browser, emulator) as page:
        yield page


def upload(portal: BlockingPortal, emulator: Emulator, calls: Any, **settings: Any) -> Future[Any]:
    """Sends calls with the real client, beside the test."""

    async def make() -> Any:
        async with AsyncAutodialer(
            emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token, **settings
        ) as dialer:
            return await dialer.make(calls, on_failure="return")

    return portal.start_task_soon(make)


def people(count: int, first: int = 1) -> list[Call]:
    return [Call(id=n, phone=f"8922{n:07}", name=f"Петров{n}") for n in range(first, first + count)]


def tile(page: Page, name: str) -> Any:
    return page.locator(".tile", has_text=name).locator(".tile-number")


def test_the_page_follows_an_upload_while_it_runs(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Autodialer emulator")
    expect(page.locator("#link-state")).to_have_text("Live")
    expect(page.locator("#tasks")).to_contain_text("No list yet")
    go_on = Event()

    def list_with_a_break() -> Iterator[Call]:
        yield from people(500)
        assert go_on.wait(30)
        yield from people(500, first=501)

    running = upload(portal, emulator, list_with_a_break(), batch_size=100)
    expect(tile(page, "Records accepted")).to_have_text("500")
    expect(page.locator("#tasks tbody tr")).to_have_count(5)
    expect(page.locator("#records")).to_contain_text("1–20 of 500")
    expect(page.locator("#feed-rows")).to_contain_text("100 records")
    expect(page.locator("#outcomes .ring-number")).to_contain_text("%")
    assert not running.done()
    go_on.set()
    assert running.result(30).inserted == 1000
    expect(tile(page, "Records accepted")).to_have_text("1,000")
    expect(tile(page, "Calls")).to_have_text(f"{emulator.state().calls:,}")
    expect(page.locator("#repeats")).to_contain_text("Nobody is dialled twice")


def test_a_number_dialled_twice_turns_red_by_itself(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    upload(portal, emulator, people(10)).result(30)
    upload(portal, emulator, people(1, first=7)).result(30)
    expect(page.locator(".tile-alarm .tile-number")).to_have_text("1")
    expect(page.get_by_role("alert")).to_have_text("1 number was taken to be dialled more than once.")
    red = page.locator("#repeats tr.alarm .mask")
    expect(red).to_have_text(re.compile("8.922.•••-••-07"))
    colour = red.evaluate("element => getComputedStyle(element).color")
    assert max(map(int, re.findall(r"\d+", colour)[1:3])) < int(re.findall(r"\d+", colour)[0]) / 2
    red.click()
    page.locator("#repeats").get_by_role("link", name="Show the records").click()
    expect(page.locator("#records .found")).to_have_text("2 records with this phone")


def test_a_record_is_searched_for_by_key_and_its_number_uncovered(
    portal: BlockingPortal, emulator: Emulator, page: Page
) -> None:
    upload(portal, emulator, people(100)).result(30)
    expect(page.locator("#records")).to_contain_text("1–20 of 100")
    page.keyboard.press("/")
    page.keyboard.type("8 922 000-00-42")
    page.keyboard.press("Enter")
    rows = page.locator("#records tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("42")
    assert "Петров42" not in page.content()
    assert "000-00-42" not in page.locator("#records table").inner_text()
    page.get_by_role("link", name="Show the number and all of record 42").click()
    expect(rows.first).to_contain_text(re.compile("8.922.000-00-42"))
    expect(rows.first).to_contain_text("Петров42")
    # The address leads there again, and Show all leads away from it.
    page.reload()
    expect(rows.first).to_contain_text("Петров42")
    page.get_by_role("link", name="Show all").click()
    expect(rows).to_have_count(20)
    assert "Петров" not in page.content()


def test_pages_are_turned_without_a_jump(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    upload(portal, emulator, people(60)).result(30)
    expect(page.locator("#records")).to_contain_text("1–20 of 60")
    page.locator("#records").get_by_role("link", name="Next").click()
    expect(page.locator("#records")).to_contain_text("21–40 of 60")
    # Focus stays on the button, so that the keyboard can go on.
    page.keyboard.press("Enter")
    expect(page.locator("#records")).to_contain_text("41–60 of 60")


def test_a_fault_is_switched_on_and_strikes(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    switch = page.get_by_role("switch", name="Refuse An error status")
    expect(switch).to_have_attribute("aria-checked", "false")
    page.locator("#settings-Refuse summary").click()
    page.locator("#settings-Refuse").get_by_label("status").fill("418")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(page.locator("#said")).to_have_text("Refuse is on")
    assert [fault.rule.fault for fault in emulator.faults] == [Refuse(418)]
    assert upload(portal, emulator, people(3)).result(30).rejected == 3
    page.mouse.move(0, 0)
    expect(page.locator(".fault-on")).to_contain_text("struck 1 time")
    expect(page.locator("#feed-rows .event-request").first).to_contain_text("418")
    switch.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    assert emulator.faults == ()


def test_a_setting_that_makes_no_sense_is_told(browser: Browser, emulator: Emulator) -> None:
    with watched_page(browser, locale="en-US") as watched:
        watched.page.goto(emulator.page_url)
        watched.page.locator("#settings-Refuse summary").click()
        watched.page.locator("#settings-Refuse").get_by_label("status").fill("many")
        watched.page.locator("#fault-Refuse").click()
        expect(watched.page.locator("#said")).to_have_text("Refuse stays off: status: not a number")
        # What was filled in is still there.
        expect(watched.page.locator("#settings-Refuse").get_by_label("status")).to_have_value("many")
        assert emulator.faults == ()
        # The browser itself notes every answer of this kind.
        assert [complaint for complaint in watched.complaints if "422" not in complaint] == []


def test_a_webhook_is_looked_at_and_sent_again(browser: Browser, portal: BlockingPortal) -> None:
    with UsersServer() as mine:
        webhook = Webhook(mine.url, encoding="multipart", codes={"ANSWERED"})
        with served(portal, webhook=webhook) as emulator, looking_at(browser, emulator) as page:
            upload(portal, emulator, people(8, first=101)).result(30)
            before = sum(emulator.state().deliveries.values())
            assert before > 0
            expect(page.locator("#deliveries .tone-good")).to_have_count(before)
            page.get_by_role("link", name="Show the payload of delivery 1", exact=True).click()
            window = page.get_by_role("dialog")
            expect(window).to_contain_text("номер_абонента")
            expect(window).to_contain_text("892200001")
            expect(window.locator("audio")).to_be_visible()
            page.keyboard.press("Escape")
            expect(window).to_be_hidden()
            page.get_by_role("button", name="Send delivery 1 again", exact=True).click()
            expect(page.locator("#said")).to_have_text(f"Sent again as delivery {before + 1}")
            expect(page.locator("#deliveries tbody tr").first).to_contain_text("sent again")
            page.mouse.move(0, 0)
            expect(page.locator("#deliveries .tone-good")).to_have_count(before + 1)
            assert mine.told[-1].body == emulator.payload(1).body


def test_the_clock_is_stopped_and_let_go_on(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    page.get_by_role("button", name="Paused").click()
    expect(page.get_by_role("button", name="Paused")).to_have_attribute("aria-pressed", "true")
    assert emulator.speed == 0
    upload(portal, emulator, people(20)).result(30)
    expect(page.locator(".tile", has_text="Records accepted")).to_contain_text("20 records to go")
    assert emulator.state().calls == 0
    page.get_by_role("button", name="Finish all calls").click()
    expect(page.locator(".tile", has_text="Records accepted")).to_contain_text("all done")
    # By key: the speed from before the pause.
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="1×", exact=True)).to_have_attribute("aria-pressed", "true")
    assert emulator.speed == 1


def test_the_feed_is_filtered_and_held(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    upload(portal, emulator, people(5)).result(30)
    rows = page.locator("#feed-rows li")
    expect(page.locator("#feed-rows .event-call").first).to_be_visible()
    page.locator("#feed").get_by_role("link", name="Requests").click()
    expect(page.locator("#feed-rows .event-call")).to_have_count(0)
    expect(rows).to_have_count(2)
    page.keyboard.press("p")
    expect(page.get_by_role("button", name="Go on")).to_have_attribute("aria-pressed", "true")
    upload(portal, emulator, people(5, first=6)).result(30)
    expect(tile(page, "Records accepted")).to_have_text("10")
    expect(rows).to_have_count(2)
    page.keyboard.press("p")
    expect(rows).to_have_count(4)


def test_language_and_theme_are_switched_and_stay(page: Page) -> None:
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("link", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.get_by_role("link", name="RU").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Эмулятор «Автодайлера»")
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    expect(page.locator("#link-state")).to_have_text("На связи")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ru")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")


def test_a_keyboard_reaches_everything(portal: BlockingPortal, emulator: Emulator, page: Page) -> None:
    upload(portal, emulator, people(3)).result(30)
    expect(page.locator("#records tbody tr")).to_have_count(3)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    unreached = set(page.evaluate("[...document.querySelectorAll('a, button, input, select, summary')]"
                                  ".filter((it) => it.checkVisibility()).map((it) => it.outerHTML)"))  # fmt: skip
    for _ in range(2 * len(unreached)):
        outline, html = page.evaluate(
            "[getComputedStyle(document.activeElement).outlineStyle, document.activeElement.outerHTML]"
        )
        assert outline != "none" or html.startswith("<body"), html
        unreached.discard(html)
        page.keyboard.press("Tab")
    assert unreached == set()


def test_single_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.get_by_label("Use the single keys").uncheck()
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()
    page.get_by_label("Use the single keys").check()
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()


def test_the_key_is_shown_on_a_click(emulator: Emulator, page: Page) -> None:
    assert emulator.api_key not in page.content()
    page.get_by_role("link", name="Show the key and the token").click()
    expect(page.locator("#environment")).to_contain_text(f"AUTODIALER_API_KEY={emulator.api_key}")
    page.get_by_role("link", name="Hide them").click()
    expect(page.locator("#environment")).not_to_contain_text(emulator.api_key)


def test_a_page_connects_again_to_an_emulator_that_was_started_again(browser: Browser, portal: BlockingPortal) -> None:
    with watched_page(browser, locale="en-US") as watched:
        with served(portal) as first:
            watched.page.goto(first.page_url)
            upload(portal, first, people(3)).result(30)
            expect(watched.page.locator("#records tbody tr")).to_have_count(3)
        expect(watched.page.locator("#link-state")).to_have_text("No connection, trying again")
        with served(portal, port=urlsplit(first.base_url).port) as second:
            expect(watched.page.locator("#link-state")).to_have_text("Live")
            expect(watched.page.locator("#records")).to_contain_text("No record yet")
            upload(portal, second, people(2)).result(30)
            expect(watched.page.locator("#records tbody tr")).to_have_count(2)
        assert watched.strangers == []
        # Of what the browser says by itself while nobody is there.
        assert all("net::ERR_" in complaint for complaint in watched.complaints)


def test_everything_works_without_scripts(browser: Browser, portal: BlockingPortal, emulator: Emulator) -> None:
    upload(portal, emulator, people(30)).result(30)
    with looking_at(browser, emulator, java_script_enabled=False) as page:
        page.get_by_label("Search by id or phone").fill("7")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Show the number and all of record 7").click()
        expect(page.locator("#records tbody tr").first).to_contain_text(re.compile("8.922.000-00-07"))
        page.get_by_role("switch", name="Refuse An error status").click()
        expect(page.get_by_role("switch", name="Refuse An error status")).to_have_attribute("aria-checked", "true")
        # The place was kept.
        expect(page.get_by_label("Search by id or phone")).to_have_value("7")
        page.get_by_role("button", name="60×", exact=True).click()
        assert emulator.speed == 60
        expect(page.get_by_role("button", name="Hold")).to_be_hidden()


@pytest.fixture(scope="module")
def campaign() -> Iterator[Emulator]:
    """Calls in mid-run, with a mishap or two: what the pictures show. Its clock stands still."""
    with UsersServer() as mine, start_blocking_portal() as portal:
        webhook = Webhook(mine.url, codes={"BUSY"}, names={"id": "id"})
        with served(portal, webhook=webhook, speed=0.0) as emulator:
            emulator.add_fault(Rule(Unavailable(retry_after=0), after=1, times=1))
            everybody = [attrs.evolve(call, max_count=3) for call in SampleList(2500, 6)]
            upload(portal, emulator, everybody, concurrency=1).result(60)
            for _ in range(12):
                emulator.advance(75)
                portal.call(emulator.wait_until, lambda seen: not seen.state().deliveries["waiting"])
            emulator.add_fault(Rule(Refuse(), times=1))
            upload(portal, emulator, everybody[:3]).result(30)
            upload(portal, emulator, everybody[41:43]).result(30)
            emulator.advance(20)
            portal.call(emulator.wait_until, lambda seen: not seen.state().deliveries["waiting"])
            yield emulator


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "viewport": WIDE},
        {"color_scheme": "dark", "viewport": {"width": 390, "height": 844}, "locale": "ru-RU"},
    ],
)
def test_the_page_breaks_no_rule_of_accessibility(
    browser: Browser, campaign: Emulator, options: dict[str, Any]
) -> None:
    with looking_at(browser, campaign, reduced_motion="reduce", **options) as page:
        page.goto(f"{campaign.page_url}?shown=0&shown=1&numbers=0&keys=1")
        page.locator("#settings-Refuse summary").click()
        # Rows are alike: the first ones stand for all.
        rest = ["#feed-rows li:nth-child(n+6)", "#records tr:nth-child(n+6)", ".fault-group li:nth-child(n+4)"]
        found = Axe().run(
            page,
            context={"exclude": [[row] for row in rest]},
            options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
        )
        broken = [(rule["id"], node["html"]) for rule in found.response["violations"] for node in rule["nodes"]]
        assert broken == []
        assert page.evaluate("document.documentElement.scrollWidth") <= options["viewport"]["width"]


@pytest.mark.parametrize(("name", "theme"), [("emulator", "light"), ("emulator-dark", "dark")])
def test_the_pictures_of_the_docs_are_current(browser: Browser, campaign: Emulator, name: str, theme: str) -> None:
    with looking_at(browser, campaign, color_scheme=theme) as page:
        expect(page.locator("#link-state")).to_have_text("Live")
        expect(page.locator("#feed-rows li").first).to_be_visible()
        picture = page.screenshot()
        shape = shape_of(page)
    assert size_of(picture) == (WIDE["width"], WIDE["height"])
    assert out_of_date(f"{name}.png", picture, shape) is None

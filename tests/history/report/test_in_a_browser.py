"""The report's page in Chromium: no complaint, no request, nothing in the way of those who see or move otherwise.

The pictures of the docs are made here too, and are right as long as the page has the same shape: tests/pictures.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio.from_thread
import pytest
from playwright.sync_api import Browser, Page

from autodialer_async.history.report import LANGUAGES, Language, page_of
from tests.browser import watched_page
from tests.history.report.demo import demo_campaign
from tests.pictures import out_of_date, shape_of

PICTURES = {("en", "light"): "report.png", ("ru", "dark"): "report-ru-dark.png"}
DESK = {"width": 1160, "height": 900}
TELEPHONE = {"width": 375, "height": 700}
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, Path]:
    """The report of the demo campaign in each language."""
    written: dict[Language, Path] = {}
    # Playwright keeps the event loop of this thread.
    with anyio.from_thread.start_blocking_portal() as portal:
        for language in LANGUAGES:
            folder = tmp_path_factory.mktemp(language)
            report, _, _ = portal.call(demo_campaign, folder, language)
            written[language] = folder / "report.html"
            written[language].write_text(page_of(report, language), encoding="utf-8")
    return written


def faults(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['help']}: {[node['html'][:200] for node in fault['nodes'][:3]]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_silent_alone_and_open_to_everyone(
    browser: Browser, axe: str, pages: dict[Language, Path], language: Language, scheme: str
) -> None:
    address = pages[language].as_uri()
    with watched_page(browser, viewport=DESK, color_scheme=scheme) as watched:
        page = watched.page
        page.goto(address)
        assert page.locator("h1").inner_text() == ("Campaign report" if language == "en" else "Отчёт о кампании")
        picture, shape = page.screenshot(full_page=True), shape_of(page)
        for fold in page.locator("summary").all():
            fold.click()
        assert faults(page, axe) == []
        assert watched.complaints == []
        assert watched.requests == [address]
    if name := PICTURES.get((language, scheme)):
        assert out_of_date(name, picture, shape) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_wider_than_a_telephone(
    browser: Browser, axe: str, pages: dict[Language, Path], language: Language
) -> None:
    with watched_page(browser, viewport=TELEPHONE) as watched:
        watched.page.goto(pages[language].as_uri())
        assert watched.page.evaluate("document.documentElement.scrollWidth") == TELEPHONE["width"]
        assert faults(watched.page, axe) == []


def test_what_would_be_in_the_way_is_found(browser: Browser, axe: str, pages: dict[Language, Path]) -> None:
    with watched_page(browser, viewport=DESK) as watched:
        page = watched.page
        page.goto(pages["en"].as_uri())
        page.evaluate("document.documentElement.removeAttribute('lang')")
        page.evaluate("document.querySelector('.note').style.color = '#ccc'")
        assert sorted(fault.partition(":")[0] for fault in faults(page, axe)) == ["color-contrast", "html-has-lang"]


def test_folded_numbers_can_be_opened_without_a_mouse(browser: Browser, pages: dict[Language, Path]) -> None:
    with watched_page(browser, viewport=DESK) as watched:
        page = watched.page
        page.goto(pages["en"].as_uri())
        table = page.locator("section[aria-labelledby=funnel] table")
        assert not table.is_visible()
        # The drawing, which can be moved where the window is narrow, and then the fold.
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert table.is_visible()
        assert table.locator("tbody tr").count() == 4


def test_texts_of_a_drawing_stay_inside_of_it(browser: Browser, pages: dict[Language, Path]) -> None:
    outside = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
        const frame = svg.getBoundingClientRect();
        return [...svg.querySelectorAll('text')].filter(text => {
            const box = text.getBoundingClientRect();
            return box.left < frame.left - 8 || box.right > frame.right + 8 || box.bottom > frame.bottom + 8;
        }).map(text => text.textContent);
    })"""
    for path in pages.values():
        with watched_page(browser, viewport=DESK) as watched:
            watched.page.goto(path.as_uri())
            assert watched.page.evaluate(outside) == []


def test_the_page_prints_on_a_few_sheets(browser: Browser, pages: dict[Language, Path]) -> None:
    with watched_page(browser, viewport=DESK, color_scheme="dark") as watched:
        page = watched.page
        page.goto(pages["en"].as_uri())
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
        printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= printed.count(b"/Type /Page\n") <= 6

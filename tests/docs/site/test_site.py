"""The site as it was built: names, links, and a look at it in Chromium as its readers have it.

    sphinx-build -W -n --keep-going -q -b html docs site && DOCS_SITE=site pytest tests/docs/site

The daily check builds it and runs these; without DOCS_SITE there is nothing to look at, and they skip.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
from collections.abc import Callable, Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from sphinx.util.inventory import InventoryFile

from tests.browser import chromium, watched_page
from tests.docs.links import complaints

DOCS = Path(__file__).parents[3] / "docs"
API = {
    path: re.findall(r"^\.\. automodule:: (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    for path in sorted((DOCS / "api").glob("*.md"))
}
DESK = {"width": 1280, "height": 900}
TELEPHONE = {"width": 390, "height": 844}
LOOKED_AT = ["index", "start", "settings", "errors", "cli", "api/autodialer_async", "api/emulator", "ru/index"]


@pytest.fixture(scope="module")
def site() -> Path:
    built = os.environ.get("DOCS_SITE")
    if built is None:
        pytest.skip("DOCS_SITE names no built site")
    return Path(built)


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(program: Callable[[str, str], str]) -> Iterator[Browser]:
    with chromium(program("chromium", "chromium")) as browser:
        yield browser


def test_every_link_leads_somewhere_and_nothing_comes_from_elsewhere(site: Path) -> None:
    assert complaints(site) == []


def test_every_page_of_the_docs_is_on_the_map(site: Path) -> None:
    sources = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    front = (site / "index.html").read_text(encoding="utf-8")
    for source in sources - {Path("index")}:
        assert f'href="{source.as_posix()}.html"' in front, f"{source} is not in docs/_toc.yml"


def test_every_public_name_has_its_place_and_no_private_one_has(site: Path) -> None:
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    places = {
        name: entry.uri.partition("#")[0]
        for kind, entries in inventory.data.items()
        if kind.startswith("py:")
        for name, entry in entries.items()
    }
    facade = set(importlib.import_module("autodialer_async").__all__)
    for path, modules in API.items():
        for module in modules:
            for name in importlib.import_module(module).__all__:
                homes = [f"{module}.{name}"]
                if module in ("autodialer_async", "autodialer_async.models") and name in facade:
                    # Errors are described with their module, records where they are imported from.
                    homes += [f"autodialer_async.{name}", f"autodialer_async.errors.{name}"]
                    own = None
                else:
                    own = f"api/{path.stem}.html"
                found = [places[home] for home in homes if home in places]
                assert found, f"{module}.{name} is on no page"
                assert own is None or own in found
    headings = {
        anchor
        for page in (site / "api").glob("*.html")
        for anchor in re.findall(r'<dt class="sig[^>]* id="([^"]+)"', page.read_text(encoding="utf-8"))
    }
    assert headings
    private = {name for name in headings if any(re.match(r"_[a-z]", part) for part in name.split("."))}
    assert private == set()


@pytest.mark.parametrize("words", ["deadline", "RetryPolicy", "Автодайлер"])
def test_search_finds_pages_without_a_network(browser: Browser, address: str, words: str) -> None:
    with watched_page(browser, viewport=DESK) as watched:
        watched.page.goto(f"{address}/index.html")
        watched.page.get_by_role("searchbox").or_(watched.page.get_by_placeholder("Search")).first.fill(words)
        watched.page.keyboard.press("Enter")
        expect(watched.page.locator("#search-results li a").first).to_be_visible()
        expect(watched.page.locator("#search-results")).to_contain_text("Search finished")
        assert watched.strangers == []
        assert watched.complaints == []


@pytest.mark.parametrize(
    ("size", "scheme"), [(DESK, "light"), (DESK, "dark"), (TELEPHONE, "light"), (TELEPHONE, "dark")]
)
def test_pages_are_silent_alone_and_no_wider_than_the_window(
    browser: Browser, address: str, size: dict[str, int], scheme: str
) -> None:
    options: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce"}
    with watched_page(browser, **options) as watched:
        for name in LOOKED_AT:
            watched.page.goto(f"{address}/{name}.html")
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
            expected = "ru" if name.startswith("ru/") else "en"
            assert watched.page.locator("html").get_attribute("lang") == expected
        assert watched.strangers == []
        assert watched.complaints == []


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (TELEPHONE, "dark")])
def test_pages_break_no_serious_rule_of_accessibility(
    browser: Browser, address: str, size: dict[str, int], scheme: str
) -> None:
    options: dict[str, Any] = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce"}
    with watched_page(browser, **options) as watched:
        for name in ("index", "settings", "cli", "api/fast"):
            watched.page.goto(f"{address}/{name}.html")
            found = Axe().run(
                watched.page,
                options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]},
            )
            broken = [
                (rule["id"], node["html"][:200])
                for rule in found.response["violations"]
                if rule["impact"] in ("serious", "critical")
                for node in rule["nodes"][:3]
            ]
            assert broken == [], name

"""The report's page as text: self-contained, masked, escaped, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from html import unescape

import anyio.from_thread
import pytest

from autodialer_async import BatchState, CallDetail, Disposition
from autodialer_async.history.campaign import Campaign
from autodialer_async.history.report import LANGUAGES, CampaignReport, Language, RecognisedAnswer, page_of
from autodialer_async.journal import MemoryJournal
from tests.history.campaign.rows import CALLED, MOSCOW, NEXT_WEEK, journal_of, row
from tests.history.report.demo import demo_campaign

pytestmark = pytest.mark.anyio

HOSTILE = '<script>alert("x")</script> & $\\frac{1}{2}$ #0fed00 `rm`'


async def report_of(*rows: CallDetail, answers: tuple[str, ...] = (), records: int = 4) -> CampaignReport:
    journal = await journal_of((range(records), BatchState.ACCEPTED, 77))
    campaign = await Campaign.read(journal, rows, zone=MOSCOW)
    return await CampaignReport.of(
        campaign, name=HOSTILE, answers=[RecognisedAnswer(text) for text in answers], now=NEXT_WEEK
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[Language, tuple[str, list[str]]]:
    """The page of a demo campaign in each language, and what must not stand in it."""
    made: dict[Language, tuple[str, list[str]]] = {}
    with anyio.from_thread.start_blocking_portal() as portal:
        for language in LANGUAGES:
            folder = tmp_path_factory.mktemp(language)
            report, _, secret = portal.call(demo_campaign, folder, language)
            made[language] = page_of(report, language), secret
    return made


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_names_no_address_runs_no_script_and_holds_no_number_and_no_name(
    demo: dict[Language, tuple[str, list[str]]], language: Language
) -> None:
    page, secret = demo[language]
    assert "//" not in page.replace("<!--", "")
    assert not re.search(r"<script|\bsrc=|@import|\bon\w+=", page)
    assert set(re.findall(r"url\((.)", page)) <= {"#"}
    assert not [one for one in secret if one in page]
    # No run of digits that could be a subscriber's number, but for coordinates and colours.
    words = re.sub(r"<(svg|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.search(r"\d{7,}", words)
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drawing_is_named_described_and_shares_no_id(
    demo: dict[Language, tuple[str, list[str]]], language: Language
) -> None:
    page, _ = demo[language]
    drawings = re.findall(r"<svg\b.*?</svg>", page, flags=re.DOTALL)
    assert len(drawings) == 8
    for drawing in drawings:
        assert re.match(r'<svg [^>]*role="img"[^>]*aria-labelledby="(\S+)-title \1-said"', drawing)
        assert re.search(r"<title[^>]*>.{8,}</title>", drawing)
        assert re.search(r"<desc[^>]*>.{8,}</desc>", drawing)
    ids = Counter(re.findall(r'\bid="([^"]*)"', page))
    assert not [own for own, times in ids.items() if times > 1]
    referred = set(re.findall(r'(?:href="|url\()#([^")]*)', page))
    assert referred <= set(ids)


async def test_what_the_service_and_people_say_is_text_and_nothing_else() -> None:
    rows = [row(0, Disposition.UNKNOWN, raw=HOSTILE), row(1)]
    page = page_of(await report_of(*rows, answers=(HOSTILE, "$5 или $6", "$$")))
    assert "<script" not in page
    text = unescape(re.sub(r"<[^>]*>", "", page))
    assert text.count('<script>alert("x")</script> & $\\frac{1}{2}$') >= 3
    assert "$5 или $6" in text


async def test_the_same_figures_give_the_same_page() -> None:
    report = await report_of(row(0), row(1, Disposition.BUSY), answers=("да",))
    assert page_of(report, "ru") == page_of(report, "ru")


async def test_attempts_are_drawn_where_they_are_known_and_else_said_to_be_unknown() -> None:
    later = CALLED + timedelta(hours=1)
    known = page_of(await report_of(row(0, Disposition.BUSY), row(0, at=later)))
    assert "Attempt 2" in known
    assert "Not known" not in known
    unknown = page_of(await report_of(row(0)))
    assert "Not known: the service&#39;s history tells the last call of a number only" in unknown


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_campaign_of_nothing_has_a_page_too(language: Language) -> None:
    report = await CampaignReport.of(await Campaign.read(MemoryJournal(), []))
    page = page_of(report, language)
    assert ("Nothing has been sent yet." if language == "en" else "Пока ничего не отправлено.") in page


async def test_what_is_left_open_is_said_in_plain_words() -> None:
    journal = await journal_of(
        ([0, 0, 1], BatchState.ACCEPTED, 77), ([2], BatchState.UNKNOWN, None), ([3], BatchState.UNSENT, None),
        ids=["a", "b", "c", "d", "e"],
    )  # fmt: skip
    rows = [row(0), row(9), row(2, task=5), row(8, task=5), CallDetail(None, None, None, None, None, {}, "?")]
    page = page_of(await CampaignReport.of(await Campaign.read(journal, rows, zone=MOSCOW), now=NEXT_WEEK))
    text = unescape(re.sub(r"<[^>]*>", "", page))
    for said in (
        "1 record: sent, but without a usable answer.",
        "1 record: never left.",
        "1 record: accepted, and not in the history that was read",
        "1 record: their number stands in an earlier record of the same task",
        "Calls in the history to numbers whose records are unknown: 1.",
        "numbers that its journal does not know: 1.",
        "belong to other campaigns, left out here: 1.",
        "Rows of the history without a readable task or number: 1.",
    ):
        assert said in text
    calm = page_of(await report_of(*(row(number) for number in range(4))))
    assert "every record was accepted" in calm

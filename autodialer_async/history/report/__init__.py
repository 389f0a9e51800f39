"""The picture of a campaign: figures, one self-contained page, and the words for both in English and Russian.

    campaign = await dialer.campaign("campaign.db")
    report = await CampaignReport.of(campaign, name="spring")
    Path("report.html").write_text(page_of(report, "ru"), encoding="utf-8")

Figures need no extra; pages (`page_of`) and regions (`place_finder`) need the extra `report`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodialer_async.history.report.answers import AnswerText, RecognisedAnswer
from autodialer_async.history.report.chart_kinds import Bars, Columns, Spans
from autodialer_async.history.report.durations import Durations
from autodialer_async.history.report.figures import CampaignReport
from autodialer_async.history.report.heard import HeardEvent, answers_of
from autodialer_async.history.report.places import place_finder
from autodialer_async.history.report.sections import Section, Tile, lead_of, sections_of, tiles_of
from autodialer_async.history.report.timeline import Span
from autodialer_async.history.report.words import LANGUAGES, Language, Words

if TYPE_CHECKING:
    from autodialer_async.history.report.page import page_of

__all__ = [
    "LANGUAGES",
    "AnswerText",
    "Bars",
    "CampaignReport",
    "Columns",
    "Durations",
    "HeardEvent",
    "Language",
    "RecognisedAnswer",
    "Section",
    "Span",
    "Spans",
    "Tile",
    "Words",
    "answers_of",
    "lead_of",
    "page_of",
    "place_finder",
    "sections_of",
    "tiles_of",
]


def __getattr__(name: str) -> object:
    # Pages alone need the extra, and a second to load their libraries.
    if name != "page_of":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from autodialer_async.history.report.page import page_of  # noqa: PLC0415 - as said
    except ModuleNotFoundError as missing:
        raise ImportError(
            f'a report page needs {missing.name}, which is not installed: pip install "autodialer-async[report]"'
        ) from None
    return page_of

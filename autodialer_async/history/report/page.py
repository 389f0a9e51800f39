"""The report as one HTML file: the one door to Jinja."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from autodialer_async.history.report import charts
from autodialer_async.history.report.chart_kinds import Bars, Columns
from autodialer_async.history.report.colours import variables
from autodialer_async.history.report.figures import CampaignReport
from autodialer_async.history.report.sections import Section, lead_of, sections_of, tiles_of
from autodialer_async.history.report.words import Language, Words

__all__ = ["page_of"]


def page_of(report: CampaignReport, language: Language = "en") -> str:
    """The whole page: nothing is loaded from anywhere, no script runs.

    Args:
        report: The figures.
        language: `en` or `ru`.

    Raises:
        ValueError: Another language.

    Example:
        >>> result = await dialer.make(calls, journal="campaign.db")
        >>> report = await CampaignReport.of(await dialer.campaign("campaign.db"), name="november")
        >>> page_of(report, "ru").startswith("<!doctype html>")
        True
    """
    words = Words(language)
    environment = Environment(
        autoescape=select_autoescape(default=True), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["commands"] = _commands
    folder = files("autodialer_async.history.report")
    template = environment.from_string((folder / "page.html").read_text(encoding="utf-8"))
    return template.render(
        words=words,
        report=report,
        subtitle=_subtitle(report, words),
        lead=lead_of(report, words),
        tiles=tiles_of(report, words),
        sections=sections_of(report, words),
        draw=lambda section: Markup(_drawing(section, words)),  # noqa: S704 - our own drawing, its texts are escaped
        style=Markup((folder / "page.css").read_text(encoding="utf-8")),  # noqa: S704 - our own file
        light=variables(dark=False),
        dark=variables(dark=True),
    )


def _commands(text: str) -> Markup:
    """The text with what stands between backticks as code: a command must not be broken at a hyphen."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )


def _subtitle(report: CampaignReport, words: Words) -> str:
    first, last = report.first_day, report.last_day
    if first is None or last is None:
        days = words("history.given")
    elif first == last:
        days = words("history.day", first=words.day(first))
    else:
        days = words("history", first=words.day(first), last=words.day(last))
    return " · ".join(filter(None, (report.campaign, days, words("made", when=words.moment(report.made_at)))))


def _drawing(section: Section, words: Words) -> str:
    chart = section.chart
    title = words("chart", title=section.title, said="").rstrip(" .")
    if isinstance(chart, Columns):
        return charts.columns(
            chart.labels, chart.series, name=section.name, title=title, said=section.said, wide=not section.half,
            note=chart.axis,
        )  # fmt: skip
    if isinstance(chart, Bars):
        return charts.bars(chart.labels, chart.series, chart.values, name=section.name, title=title, said=section.said)
    if chart is None:
        return ""
    return charts.spans(chart.lines, name=section.name, title=title, said=section.said, note=chart.axis)

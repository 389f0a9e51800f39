"""The parts of a report in words and tables, each with the chart that goes with it: the same for page and terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

import attrs

from autodialer_async.history.campaign import Decision
from autodialer_async.history.report.chart_kinds import Bars, Chart, Columns, Spans
from autodialer_async.history.report.colours import OUTCOMES, STATES
from autodialer_async.history.report.figures import CampaignReport, Outcomes
from autodialer_async.history.report.open_ends import open_ends
from autodialer_async.history.report.words import Words
from autodialer_async.models import Disposition

__all__ = ["Section", "Tile", "lead_of", "sections_of", "tiles_of"]

K = TypeVar("K")

_MOST_PLACES = 12
_SAID = 12


@attrs.frozen
class Tile:
    """One large number with its name and what it is a part of.

    Attributes:
        name: What it counts.
        value: The number, as it is shown.
        part: What it is a part of, such as a share of the records, or nothing.
        colour: Name of its colour.
    """

    name: str
    value: str
    part: str
    colour: str = "ink"


@attrs.frozen
class Section:
    """One part of the report.

    Attributes:
        name: Unique in the report.
        title: Its heading.
        note: What one should know of it.
        headers: Of the table; empty where there is none.
        rows: Of the table, texts; the first column names, the others are numbers or texts.
        chart: What can be drawn of it.
        said: What can be seen in the chart, in words.
        legend: Colours of the chart and what they mean.
        lines: Sentences instead of a table.
        half: Whether half a page's width is enough.
    """

    name: str
    title: str
    note: str = ""
    headers: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    chart: Chart | None = None
    said: str = ""
    legend: Sequence[tuple[str, str]] = ()
    lines: Sequence[str] = ()
    half: bool = False


def lead_of(report: CampaignReport, words: Words) -> str:
    """The campaign in one sentence: the figures of `report` in the language of `words`."""
    if not report.records:
        return words("lead.nobody")
    return words(
        "lead",
        records=words.count("record.of", report.records),
        accepted=report.accepted,
        dialled=report.dialled,
        answered=report.answered,
    )


def tiles_of(report: CampaignReport, words: Words) -> list[Tile]:
    """The numbers of `report` that people ask for first, in the language of `words`."""
    number, percent = words.number, words.percent
    return [
        Tile(words("records"), number(report.records), words("of.list")),
        Tile(
            words("accepted"),
            number(report.accepted),
            words("of.records", percent=percent(report.accepted, report.records)),
        ),
        Tile(
            words("dialled"),
            number(report.dialled),
            words("of.accepted", percent=percent(report.dialled, report.accepted)),
        ),
        Tile(
            words("answered"),
            number(report.answered),
            words("of.dialled", percent=percent(report.answered, report.dialled)),
            "answered",
        ),
        Tile(words("again"), number(report.to_call_again), words("of.rule")),
    ]


def sections_of(report: CampaignReport, words: Words) -> list[Section]:
    """All parts of `report` in the language of `words`, from the most to the least asked for.

    What has no figures says so or is left out.
    """
    sections = [
        _funnel(report, words),
        _outcomes(report, words),
        _again(report, words),
        Section("open", words("open"), lines=open_ends(report, words), half=True),
    ]
    if report.by_hour:
        hours = range(min(report.by_hour), max(report.by_hour) + 1)
        by_hour = {f"{hour:02}": report.by_hour.get(hour, Outcomes()) for hour in hours}
        sections.append(_stacks("hours", by_hour, words))
    if report.by_weekday:
        days = {words(f"weekday.{day}"): report.by_weekday.get(day, Outcomes()) for day in range(7)}
        sections.append(_stacks("weekdays", days, words))
    if max(report.by_attempt, default=0) > 1:
        columns = {words("attempt", n=attempt): outcomes for attempt, outcomes in report.by_attempt.items()}
        sections += [_durations(report, words, half=True), _stacks("attempts", columns, words)]
    else:
        sections += [_durations(report, words), Section("attempts", words("attempts"), words("attempts.unknown"))]
    sections.append(_places(report, words))
    if report.answers:
        sections.append(_answers(report, words))
    if report.timeline:
        sections.append(_upload(report, words))
    return sections


def _funnel(report: CampaignReport, words: Words) -> Section:
    steps = [
        (words("records"), report.records),
        (words("accepted"), report.accepted),
        (words("dialled"), report.dialled),
        (words("answered"), report.answered),
    ]
    labels, counts = [name for name, _ in steps], [count for _, count in steps]
    shares = [words.percent(count, report.records) for count in counts]
    values = [f"{words.number(count)}  ·  {share}" for count, share in zip(counts, shares, strict=True)]
    return Section(
        "funnel",
        words("funnel"),
        words("funnel.note"),
        (words("what"), words("count"), words("share")),
        [(name, words.number(count), share) for (name, count), share in zip(steps, shares, strict=True)],
        # The last step in the colour that it has everywhere else.
        Bars(labels, [("bar", [*counts[:-1], 0]), ("answered", [0] * (len(counts) - 1) + counts[-1:])], values),
        _said(zip(labels, values, strict=True)),
    )


def _outcomes(report: CampaignReport, words: Words) -> Section:
    used = sorted(report.outcomes, key=lambda outcome: (-report.outcomes[outcome], OUTCOMES.index(outcome)))
    total = report.outcomes.total()
    counts = [report.outcomes[outcome] for outcome in used]
    labels = [words(f"outcome.{outcome}") for outcome in used]
    values = [f"{words.number(count)}  ·  {words.percent(count, total)}" for count in counts]
    series = [
        (str(outcome), [count if place == own else 0 for place in range(len(used))])
        for own, (outcome, count) in enumerate(zip(used, counts, strict=True))
    ]
    return Section(
        "outcomes",
        words("outcomes"),
        words("outcomes.note"),
        (words("what"), words("count"), words("share")),
        [
            *(
                (label, words.number(count), words.percent(count, total))
                for label, count in zip(labels, counts, strict=True)
            ),
            (words("total"), words.number(total), words.percent(total, total)),
        ],
        Bars(labels, series, values) if used else None,
        _said(zip(labels, values, strict=True)),
    )


def _stacks(name: str, columns: Mapping[str, Outcomes], words: Words) -> Section:
    return Section(
        name,
        words(name),
        words(f"{name}.note"),
        *_table(columns, words),
        Columns(list(columns), _series(columns.values())),
        _said((label, words.number(outcomes.total())) for label, outcomes in columns.items()),
        _legend(columns.values(), words),
        half=True,
    )


def _durations(report: CampaignReport, words: Words, *, half: bool = False) -> Section:
    durations = report.durations
    bars = durations.bars
    median = durations.median
    if not bars or median is None:
        return Section("durations", words("durations"), words("durations.none"), half=half)
    labels = [
        words("longer", n=begin - 1) if end is None else f"{begin}–{end}" if begin else f"≤ {end}"
        for begin, end, _ in bars
    ]
    counts = [calls for _, _, calls in bars]
    return Section(
        "durations",
        words("durations"),
        words(
            "durations.note",
            calls=durations.calls,
            median=words.length(median),
            total=words.length(durations.total),
        ),
        (words("seconds.axis"), words("count"), words("share")),
        [
            (label, words.number(calls), words.percent(calls, durations.calls))
            for label, calls in zip(labels, counts, strict=True)
        ],
        Columns(labels, [("bar", counts)], words("seconds.axis")),
        _said((label, words.number(calls)) for label, calls in zip(labels, counts, strict=True)),
        half=half,
    )


def _places(report: CampaignReport, words: Words) -> Section:
    known = {place: outcomes for place, outcomes in report.by_place.items() if place is not None}
    if not known:
        return Section("places", words("places"), words("places.none"))
    ranked = sorted(known, key=lambda place: (-known[place].total(), place))
    columns = {place: known[place] for place in ranked[:_MOST_PLACES]}
    rest = sum((known[place] for place in ranked[_MOST_PLACES:]), Outcomes())
    columns |= {words("place.rest"): rest} if rest else {}
    nowhere = report.by_place.get(None, Outcomes())
    columns |= {words("place.unknown"): nowhere} if nowhere else {}
    values = [
        f"{words.number(outcomes.total())}  ·  {words.percent(outcomes[Disposition.ANSWERED], outcomes.total())} "
        f"{words('outcome.answered')}"
        for outcomes in columns.values()
    ]
    return Section(
        "places",
        words("places"),
        words("places.note"),
        *_table(columns, words),
        Bars(list(columns), _series(columns.values()), values),
        _said(zip(columns, values, strict=True)),
        _legend(columns.values(), words),
    )


def _answers(report: CampaignReport, words: Words) -> Section:
    total = sum(answer.count for answer in report.answers)
    texts = [words("answers.rest") if answer.text is None else f"«{answer.text}»" for answer in report.answers]
    return Section(
        "answers",
        words("answers"),
        words("answers.note"),
        (words("answer"), words("count"), words("share"), words("seconds.mean")),
        [
            (
                text,
                words.number(answer.count),
                words.percent(answer.count, total),
                "–" if answer.seconds is None else words.length(round(answer.seconds)),
            )
            for text, answer in zip(texts, report.answers, strict=True)
        ],
        Bars(
            texts, [("bar", [answer.count for answer in report.answers])],
            [f"{words.number(answer.count)}  ·  {words.percent(answer.count, total)}" for answer in report.answers],
        ),
        _said((text, words.number(answer.count)) for text, answer in zip(texts, report.answers, strict=True)),
    )  # fmt: skip


def _again(report: CampaignReport, words: Words) -> Section:
    counts = {decision: report.decisions.get(decision, 0) for decision in Decision}
    return Section(
        "again",
        words("again.why"),
        words("again.note"),
        (words("reason"), words("count"), words("share")),
        [
            (words(f"decision.{decision}"), words.number(count), words.percent(count, report.records))
            for decision, count in counts.items()
            if count or decision is Decision.AGAIN
        ],
        half=True,
    )


def _upload(report: CampaignReport, words: Words) -> Section:
    spans = report.timeline
    step = spans[0].last - spans[0].first + 1
    batches = spans[-1].last - spans[0].first + 1
    note = words("upload.note", batches=batches) if step == 1 else words("upload.note.many", batches=batches, step=step)
    begun = spans[0].left_at
    used = [state for state in STATES if any(span.state == state for span in spans)]
    return Section(
        "upload",
        words("upload"),
        f"{note} {words.moment(begun)}.",
        (words("batch"), words("records"), words("left"), words("settled"), words("state")),
        [
            (
                f"{span.first}" if span.first == span.last else f"{span.first}–{span.last}",
                words.number(span.records),
                f"{span.left_at:%H:%M:%S}",
                "–" if span.settled_at is None else f"{span.settled_at:%H:%M:%S}",
                words(f"state.{span.state}"),
            )
            for span in spans
        ],
        Spans(
            [(span.left_at, span.settled_at or span.left_at, f"state-{span.state}") for span in spans],
            words("batch"),
        ),
        _said((words(f"state.{state}"), words.number(sum(span.state == state for span in spans))) for state in used),
        [(f"state-{state}", words(f"state.{state}")) for state in used],
    )


def _table(columns: Mapping[str, Outcomes], words: Words) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    used = _used(columns.values())
    headers = ("", *(words(f"outcome.{outcome}") for outcome in used), words("total"), words("share.answered"))
    rows = [
        (
            label,
            *(words.number(outcomes[outcome]) for outcome in used),
            words.number(outcomes.total()),
            words.percent(outcomes[Disposition.ANSWERED], outcomes.total()),
        )
        for label, outcomes in columns.items()
    ]
    return headers, rows


def _series(columns: Iterable[Outcomes]) -> list[tuple[str, list[int]]]:
    stacks = list(columns)
    return [(str(outcome), [stack[outcome] for stack in stacks]) for outcome in _used(stacks)]


def _legend(columns: Iterable[Outcomes], words: Words) -> list[tuple[str, str]]:
    return [(str(outcome), words(f"outcome.{outcome}")) for outcome in _used(columns)]


def _used(columns: Iterable[Outcomes]) -> list[Disposition]:
    used = {outcome for outcomes in columns for outcome, count in outcomes.items() if count}
    return [outcome for outcome in OUTCOMES if outcome in used]


def _said(pairs: Iterable[tuple[str, str]]) -> str:
    """The first values of a chart; all of them are in its table."""
    said = [f"{label}: {value}" for label, value in pairs]
    return "; ".join(said[:_SAID]) + ("; …" if len(said) > _SAID else "")

"""What is unknown, doubled or left over, in plain words."""

from __future__ import annotations

from autodialer_async.history.report.figures import CampaignReport
from autodialer_async.history.report.words import Words
from autodialer_async.journal import RecordState

__all__ = ["open_ends"]


def open_ends(report: CampaignReport, words: Words) -> list[str]:
    """A sentence for each thing that is not as one would wish; one that says so where there is none."""
    records = [
        ("unknown", report.states[RecordState.UNKNOWN]),
        ("sending", report.states[RecordState.SENDING]),
        ("rejected", report.states[RecordState.REJECTED]),
        ("unsent", report.states[RecordState.UNSENT]),
        ("not_yet_dialled", report.not_yet_dialled),
        ("not_inserted", report.not_inserted),
        ("doubled", report.doubled),
    ]
    rows = [
        ("two_tasks", report.called_in_two_tasks),
        ("undecided", report.rows.undecided),
        ("strangers", report.rows.strangers),
        ("unreadable", report.rows.unreadable),
        ("without_time", report.without_time),
    ]
    lines = [words(f"open.{name}", count=words.count("record", count)) for name, count in records if count]
    lines += [words(f"open.{name}", n=count) for name, count in rows if count]
    if report.unknown_words:
        told = ", ".join(f"«{word or words('empty')}» ({words.number(rows)})" for word, rows in report.unknown_words)
        lines.append(words("open.words", words=told, unknown=words("outcome.unknown")))
    lines = lines or [words("open.none")]
    if report.rows.others:
        lines.append(words("open.others", n=report.rows.others))
    return lines

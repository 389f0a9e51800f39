"""The results as Markdown: what is printed, and the page for the docs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.case import Case, Failure, Measurement
from benchmarks.goals import Goal
from benchmarks.machine import description, pinning, versions
from benchmarks.runner import Round
from benchmarks.statistics import Summary, paired_ratios, summary
from benchmarks.tables import Table, label

__all__ = ["failures", "page", "report"]

_MB = 1e6
_FEWEST_ROUNDS = 5


def page(command: str, tables: Sequence[Table], goals: Sequence[Goal], rounds: Sequence[Round]) -> str:
    """The whole page for the docs."""
    return "\n".join(
        [
            "# Speed, measured beside everyone else",
            "",
            "Made by a program; do not edit. It was made by:",
            "",
            f"    {command}",
            "",
            report(tables, goals, rounds),
        ]
    )


def report(tables: Sequence[Table], goals: Sequence[Goal], rounds: Sequence[Round]) -> str:
    """Where and when, the goals, the tables, and what failed."""
    return "\n".join([*_setting(rounds), *_goals(goals, rounds), *_tables(tables, rounds), *_failed(rounds)])


def failures(rounds: Sequence[Round]) -> list[tuple[Case, str]]:
    """Each different failure once."""
    found = {(case, one.reason): None for each in rounds for case, one in each.items() if isinstance(one, Failure)}
    return list(found)


def _setting(rounds: Sequence[Round]) -> Iterator[str]:
    few = "" if len(rounds) >= _FEWEST_ROUNDS else "; too few: this shows that it runs, not how fast"
    when = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"- {when}, interleaved rounds: {len(rounds)}{few}; each row in a fresh process"
    yield f"- {description()}; {pinning()}"
    yield "- " + ", ".join(f"{name} {number}" for name, number in versions())
    yield "- numbers are medians; in brackets the lowest and the highest; ratios are those within a round"
    yield "- CPU is that of the client's process; memory is the growth of its peak while it runs"
    yield "- a rate is the stub's own where the stub is busy all the time; the client's CPU holds there too"
    yield ""


def _goals(goals: Sequence[Goal], rounds: Sequence[Round]) -> Iterator[str]:
    if not goals:
        return
    yield from ("## Goals", "", "| measure | goal | measured | |", "|---|---|---|---|")
    for goal in goals:
        value = goal.measured(rounds)
        if value is not None:
            told = f"{_spread(value, '{:.2f}')}{goal.unit} | {'met' if goal.met(value.median) else 'not met'}"
        else:
            told = "– | not measured" if goal.offered else "– | no such transport yet"
        yield f"| {goal.title} | {goal.sense} {goal.target:g}{goal.unit} | {told} |"
    yield ""


def _tables(tables: Sequence[Table], rounds: Sequence[Round]) -> Iterator[str]:
    for table in tables:
        cases = [case for case in table.cases if any(case in each for each in rounds)]
        if not cases:
            continue
        yield from (f"## {table.title}", "")
        things, per = ("times", "ms each") if table.singly else ("records", "s per million")
        yield (
            f"| | {things} | {things}/s | CPU, {per} | memory, MB | stub CPU, {per} | stub busy "
            "| first row's rate over this | this one's CPU over the first's |"
        )
        yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
        for case in cases:
            yield _row(case, table, rounds)
        yield ""


def _row(case: Case, table: Table, rounds: Sequence[Round]) -> str:
    first = table.cases[0]
    scale = 1e3 if table.singly else 1e6

    def told(number: Callable[[Measurement], float], form: str, *, spread: bool = False) -> str:
        found = summary(value for value in _values(case, number, rounds) if value is not None)
        if found is None:
            return "–"
        return _spread(found, form) if spread else form.format(found.median)

    rates = paired_ratios(_values(first, _rate, rounds), _values(case, _rate, rounds))
    cpus = paired_ratios(_values(case, _cpu, rounds), _values(first, _cpu, rounds))
    cells = [
        label(case),
        f"{case.records:,}",
        told(_rate, "{:,.0f}", spread=True),
        told(lambda one: one.cpu / one.records * scale, "{:.2f}", spread=True),
        told(lambda one: one.peak_growth / _MB, "{:.1f}"),
        told(lambda one: one.stub_cpu / one.records * scale, "{:.2f}"),
        told(lambda one: one.stub_cpu / one.seconds * 100, "{:.0f} %"),
        *("–" if (found := summary(ratios)) is None else _spread(found, "{:.2f}") for ratios in (rates, cpus)),
    ]
    return f"| {' | '.join(cells)} |"


def _values(case: Case, number: Callable[[Measurement], float], rounds: Sequence[Round]) -> list[float | None]:
    found = [each.get(case) for each in rounds]
    return [number(one) if isinstance(one, Measurement) else None for one in found]


def _rate(one: Measurement) -> float:
    return one.rate


def _cpu(one: Measurement) -> float:
    return one.cpu_per_million


def _spread(found: Summary, form: str) -> str:
    middle, low, high = (form.format(value) for value in (found.median, found.low, found.high))
    return middle if found.count == 1 else f"{middle} ({low}–{high})"


def _failed(rounds: Sequence[Round]) -> Iterator[str]:
    cases: dict[str, list[str]] = {}
    for case, reason in failures(rounds):
        cases.setdefault(reason, []).append(str(case))
    if cases:
        yield from ("## Failed", "")
        yield from (f"- {reason}: {'; '.join(who)}" for reason, who in cases.items())
        yield ""

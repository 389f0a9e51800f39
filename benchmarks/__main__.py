"""Measure everything, and print Markdown: `python -m benchmarks`."""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
from pathlib import Path

import attrs

from benchmarks.case import Case
from benchmarks.goals import Goal, goals
from benchmarks.page import failures, page, report
from benchmarks.runner import Round, run_rounds
from benchmarks.sizes import QUICK, sizes_for
from benchmarks.tables import Table, tables

__all__: list[str] = []


def main(arguments: list[str]) -> int:
    """Run as told; 0, or 1 if a row failed, or 130 after Ctrl-C (whole rounds are still printed)."""
    told = _told(arguments)
    sizes = QUICK if told.quick else sizes_for(told.records)
    wanted_tables, wanted_goals = _wanted(tables(sizes), goals(sizes), told.only)
    cases = _in_order(wanted_tables, wanted_goals)
    if not cases:
        print(f"no row, table or goal matches {told.only!r}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    rounds: list[Round] = []
    status = 0
    try:
        for measured in run_rounds(cases, 1 if told.quick else told.rounds, told.limit, _say):
            rounds.append(measured)  # noqa: PERF402 - what was measured before Ctrl-C is kept
    except KeyboardInterrupt:
        _say(f"interrupted after {len(rounds)} whole rounds")
        status = 130
    if rounds:
        print(report(wanted_tables, wanted_goals, rounds))
    if told.out and not status:
        command = shlex.join(["python", "-m", "benchmarks", *arguments])
        told.out.write_text(page(command, wanted_tables, wanted_goals, rounds), encoding="utf-8")
    return status or int(bool(failures(rounds)))


def _told(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="interleaved repetitions; at least 5 say something")
    parser.add_argument("--records", type=int, default=200_000, help="length of the list; the goals are for 200000")
    parser.add_argument("--quick", action="store_true", help="one round of tiny lists: only shows that every row runs")
    parser.add_argument(
        "--only", default="", metavar="PATTERN", help="only rows, tables or goals with this in the name"
    )
    parser.add_argument("--limit", type=float, default=300.0, help="longest time for one row, in seconds")
    parser.add_argument("--out", type=Path, metavar="FILE.md", help="also write the page for the docs")
    told = parser.parse_args(arguments)
    if told.rounds < 1 or told.records < 1 or told.limit <= 0:
        parser.error("--rounds, --records and --limit are positive")
    return told


def _wanted(all_tables: list[Table], all_goals: list[Goal], only: str) -> tuple[list[Table], list[Goal]]:
    def named(text: object) -> bool:
        return only.casefold() in str(text).casefold()

    chosen_goals = [goal for goal in all_goals if named(goal.title) or any(map(named, goal.cases))]
    chosen = {case for goal in chosen_goals for case in goal.cases}
    cut = [
        attrs.evolve(
            table,
            cases=tuple(case for case in table.cases if named(table.title) or named(case) or case in chosen),
        )
        for table in all_tables
    ]
    return [table for table in cut if table.cases], chosen_goals


def _in_order(wanted_tables: list[Table], wanted_goals: list[Goal]) -> list[Case]:
    """Each case once, those of a goal side by side."""
    offered = [case for goal in wanted_goals if goal.offered for case in goal.cases]
    return list(dict.fromkeys([*offered, *(case for table in wanted_tables for case in table.cases)]))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

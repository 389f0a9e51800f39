"""The report on a terminal: the page's tables, with a bar behind each row."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from autodialer_async.cli.output import Output, is_terminal, plain
from autodialer_async.history.report import CampaignReport, Language, Section, Words, lead_of, sections_of, tiles_of
from autodialer_async.history.report.chart_kinds import Bars, Columns

__all__ = ["print_report"]

_MOST_ROWS = 30
_BAR, _SHORT_BAR = 24, 12
_FEW_COLUMNS = 4
_NAME = 20
# A pipe has no width; wide enough for all tables.
_WIDTH = 110


def print_report(output: Output, report: CampaignReport, language: Language) -> None:
    """The whole report on stdout, in colours on a terminal."""
    if is_terminal(sys.stdout):
        _print(Console(file=sys.stdout, highlight=False, emoji=False), report, language)
        return
    text = io.StringIO()
    _print(Console(file=text, highlight=False, emoji=False, width=_WIDTH, color_system=None), report, language)
    for line in text.getvalue().splitlines():
        if not output.line(line.rstrip()):
            return


def _print(console: Console, report: CampaignReport, language: Language) -> None:
    words = Words(language)
    console.print(Text(plain(f"{words('title')} · {report.campaign}" if report.campaign else words("title")), "bold"))
    console.print(Text(plain(lead_of(report, words))))
    console.print()
    tiles = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for tile in tiles_of(report, words):
        style = "bold green" if tile.colour == "answered" else "bold"
        tiles.add_row(Text(tile.name, "dim"), Text(tile.value, style, justify="right"), Text(tile.part, "dim"))
    console.print(tiles)
    for section in sections_of(report, words):
        console.print()
        console.print(Text(plain(section.title), "bold"))
        if section.note:
            console.print(Text(plain(section.note), "dim"))
        for line in section.lines:
            console.print(Padding(Text("· " + plain(line)), (0, 0, 0, 1)))
        if section.rows:
            console.print(_table(section))
        if len(section.rows) > _MOST_ROWS:
            console.print(Text(f"  … {len(section.rows) - _MOST_ROWS}", "dim"))


def _table(section: Section) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    # Names are folded last: many columns leave them little.
    names = max((len(row[0]) for row in section.rows[:_MOST_ROWS]), default=0)
    for place, header in enumerate(section.headers):
        least = 0 if place else min(names, _NAME)
        table.add_column(
            Text(plain(header)), justify="right" if place else "left", overflow="fold", min_width=least or None
        )
    bars = _bars(section)
    if bars:
        table.add_column("", no_wrap=True)
    for place, row in enumerate(section.rows[:_MOST_ROWS]):
        cells = [Text(plain(cell)) for cell in row]
        table.add_row(*cells, *([Text(bars[place] if place < len(bars) else "", "green")] if bars else []))
    return table


def _bars(section: Section) -> Sequence[str]:
    if not isinstance(section.chart, Bars | Columns):
        return ()
    totals = [sum(values) for values in zip(*(values for _, values in section.chart.series), strict=True)]
    longest = max([*totals, 1])
    length = _BAR if len(section.headers) <= _FEW_COLUMNS else _SHORT_BAR
    return ["█" * max(round(length * total / longest), 1 if total else 0) for total in totals]

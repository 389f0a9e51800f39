"""Charts as inline SVG: the one door to matplotlib.

Text stays text, so that it can be read, searched and scaled, and colours are the page's variables, so that one drawing
serves light, dark and print.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, cast

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from autodialer_async.history.report.colours import GRID, INK, MUTED, stand_in
from autodialer_async.history.report.svg import inline_svg

__all__ = ["Series", "bars", "columns", "spans"]

Series = tuple[str, Sequence[int]]
"""Name of a colour, and a value for each column."""

_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": INK,
    # Dollar signs in an answer are no formula.
    "text.parse_math": False,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "figure.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
_POINTS_AN_INCH = 72
_WIDE, _NARROW = 700, 350
_ROW = 26


def columns(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    name: str,
    title: str,
    said: str,
    wide: bool = False,
    note: str = "",
) -> str:
    """Stacked columns.

    Args:
        labels: One below each column.
        series: From the bottom up.
        name: Of the drawing, unique on the page.
        title: What it shows, for those who do not see it.
        said: What can be seen in it.
        wide: Over the whole page, or half of it.
        note: Below the axis.
    """
    with _style(name):
        figure, axes = _canvas(_WIDE if wide else _NARROW, 210)
        bottoms = [0] * len(labels)
        places = range(len(labels))
        for colour, values in series:
            axes.bar(places, values, bottom=bottoms, width=0.72, color=stand_in(colour), linewidth=0, clip_on=False)
            bottoms = [bottom + value for bottom, value in zip(bottoms, values, strict=True)]
        axes.set_xticks(list(places), labels)
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(_short))
        axes.grid(axis="y")
        if note:
            axes.set_xlabel(note)
        return _drawn(figure, name, title, said)


def bars(
    labels: Sequence[str], series: Sequence[Series], values: Sequence[str], *, name: str, title: str, said: str
) -> str:
    """Stacked bars from left to right, the first at the top, each with a text at its end; arguments as `columns`.

    Args:
        labels: One before each bar.
        series: From the left.
        values: One behind each bar.
        name: Of the drawing.
        title: What it shows.
        said: What can be seen in it.
    """
    with _style(name):
        figure, axes = _canvas(_WIDE, _ROW * len(labels) + 12)
        ends = [0] * len(labels)
        places = range(len(labels))
        for colour, counts in series:
            axes.barh(places, counts, left=ends, height=0.66, color=stand_in(colour), linewidth=0, clip_on=False)
            ends = [end + count for end, count in zip(ends, counts, strict=True)]
        longest = max([*ends, 1])
        for place, end, value in zip(places, ends, values, strict=True):
            axes.text(end + longest * 0.012, place, value, va="center", ha="left", color=INK)
        axes.set_yticks(list(places), labels, color=INK)
        axes.invert_yaxis()
        # Room for the texts behind the bars.
        axes.set_xlim(0, longest * 1.22)
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        return _drawn(figure, name, title, said)


def spans(lines: Sequence[tuple[datetime, datetime, str]], *, name: str, title: str, said: str, note: str) -> str:
    """One line a row from its begin to its end, the first at the top.

    Args:
        lines: Begin, end (both with the same zone), and name of the colour.
        name: Of the drawing.
        title: What it shows.
        said: What can be seen in it.
        note: Beside the vertical axis.
    """
    with _style(name):
        height = min(320, max(60, 7 * len(lines)))
        figure, axes = _canvas(_WIDE, height + 40)
        start = min(begin for begin, _, _ in lines)
        begins = [(begin - start).total_seconds() for begin, _, _ in lines]
        ends = [(end - start).total_seconds() for _, end, _ in lines]
        whole = max(ends) or 1.0
        # What is too short to see is drawn as long as can just be seen.
        widths = [max(end - begin, whole / 400) for begin, end in zip(begins, ends, strict=True)]
        axes.barh(
            range(1, len(lines) + 1), widths, left=begins, height=0.7, linewidth=0, clip_on=False,
            color=[stand_in(colour) for _, _, colour in lines],
        )  # fmt: skip
        axes.set_xlim(0, whole * 1.03)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 1.5, 2, 3, 5, 6, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(_clock(start, whole)))
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True, min_n_ticks=1))
        axes.set_ylim(len(lines) + 0.7, 0.3)
        axes.set_ylabel(note)
        axes.grid(axis="x")
        return _drawn(figure, name, title, said)


@contextmanager
def _style(name: str) -> Generator[None]:
    with mpl.rc_context():
        # Neither the settings of this machine nor those of the program around show in a report.
        mpl.rcdefaults()
        # The same figures give the same drawing, and no two drawings of a page share an id.
        # Its type names every setting there is, and not in every version the same ones.
        cast("dict[str, Any]", mpl.rcParams).update(_STYLE | {"svg.hashsalt": name})
        yield


def _canvas(width: int, height: int) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width / _POINTS_AN_INCH, height / _POINTS_AN_INCH), layout="constrained")
    FigureCanvasSVG(figure)
    return figure, figure.add_subplot()


def _drawn(figure: Figure, name: str, title: str, said: str) -> str:
    drawn = io.BytesIO()
    figure.savefig(drawn, format="svg", metadata=_NO_METADATA)
    return inline_svg(drawn.getvalue(), name=name, title=title, said=said)


_NO_METADATA: Mapping[str, None] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_THOUSAND, _MILLION = 1_000, 1_000_000
_TEN_SECONDS, _HOUR, _DAY = 10, 3_600, 86_400


def _short(value: float, _place: object) -> str:
    """A number for an axis: 1500, 15k, 1.5M."""
    if value >= _MILLION:
        return f"{value / _MILLION:g}M"
    return f"{value / _THOUSAND:g}k" if value >= 10 * _THOUSAND else f"{value:g}"


def _clock(start: datetime, whole: float) -> Callable[[float, object], str]:
    """Writes seconds from the start as the time of day, as finely as the axis needs it."""

    def write(seconds: float, _place: object) -> str:
        moment = start + timedelta(seconds=seconds)
        if whole > _DAY:
            return f"{moment:%d.%m %H:%M}"
        if whole > _HOUR:
            return f"{moment:%H:%M}"
        return f"{moment:%H:%M:%S}" if whole > _TEN_SECONDS else f"{moment:%H:%M:%S.%f}"[:-4]

    return write

"""What a chart shows, apart from how it is drawn: the page makes pictures of it, the terminal bars of characters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import attrs

__all__ = ["Bars", "Chart", "Columns", "Spans"]


@attrs.frozen
class Columns:
    """Stacked columns.

    Attributes:
        labels: One for each column, from the left.
        series: Name of a colour, and its part of each column, in the order in which they are stacked.
        axis: What the axis of the values is called.
    """

    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    axis: str = ""


@attrs.frozen
class Bars:
    """Stacked bars from left to right, each with a text at its end.

    Attributes:
        labels: One for each bar, from the top.
        series: Name of a colour, and its part of each bar, in the order in which they are stacked.
        values: The text at the end of each bar.
    """

    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[int]]]
    values: Sequence[str]


@attrs.frozen
class Spans:
    """Lines from begin to end, each with the name of its colour.

    Attributes:
        lines: Begin, end and colour of each.
        axis: What the axis is called.
    """

    lines: Sequence[tuple[datetime, datetime, str]]
    axis: str


Chart = Columns | Bars | Spans

"""One colour a meaning. Charts are drawn in stand-ins, and the page's style gives each its colour, light and dark."""

from __future__ import annotations

from autodialer_async.models import Disposition

__all__ = ["GRID", "INK", "MUTED", "OUTCOMES", "STATES", "stand_in", "variables"]

# Name on the page: light, dark.
_COLOURS: dict[str, tuple[str, str]] = {
    "ink": ("#1b1f24", "#e8eaed"),
    "muted": ("#57606a", "#a3abb5"),
    "grid": ("#d8dde3", "#363d46"),
    "bar": ("#2f6fb2", "#6aa9e9"),
    "answered": ("#1f7a4d", "#4cc38a"),
    "machine": ("#7a5bb0", "#b59bea"),
    "busy": ("#d39a00", "#e6bd45"),
    "no_answer": ("#5d86b3", "#7fb0e0"),
    "unreachable": ("#8b8f98", "#a9adb8"),
    "rejected": ("#c2571a", "#f2955a"),
    "congestion": ("#3a8f9c", "#63c5d3"),
    "invalid_number": ("#a43a68", "#ea86ad"),
    "failed": ("#a32828", "#f07171"),
    "in_progress": ("#c3c8cf", "#59616c"),
    "unknown": ("#3f444c", "#d3d7dd"),
    "state-accepted": ("#1f7a4d", "#4cc38a"),
    "state-rejected": ("#a32828", "#f07171"),
    "state-unsent": ("#8b8f98", "#a9adb8"),
    "state-unknown": ("#d39a00", "#e6bd45"),
    "state-sending": ("#2f6fb2", "#6aa9e9"),
}
_NAMES = tuple(_COLOURS)

# From what one hopes for to what one does not: the order of stacks and legends.
OUTCOMES = (
    Disposition.ANSWERED,
    Disposition.MACHINE,
    Disposition.NO_ANSWER,
    Disposition.BUSY,
    Disposition.UNREACHABLE,
    Disposition.REJECTED,
    Disposition.CONGESTION,
    Disposition.INVALID_NUMBER,
    Disposition.FAILED,
    Disposition.UNKNOWN,
    Disposition.IN_PROGRESS,
)
STATES = ("accepted", "rejected", "unsent", "unknown", "sending")


def stand_in(name: str) -> str:
    """The colour that a chart is drawn with: one that nothing else has."""
    return f"#0fed{_NAMES.index(name):02x}"


INK, MUTED, GRID = map(stand_in, ("ink", "muted", "grid"))


def variables(*, dark: bool) -> dict[str, str]:
    """The page's colours by name."""
    return {name: pair[dark] for name, pair in _COLOURS.items()}


def put_in_variables(text: str) -> str:
    """A drawing with its stand-ins replaced by the page's variables."""
    for name in _NAMES:
        text = text.replace(stand_in(name), f"var(--{name})")
    return text

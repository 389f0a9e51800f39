"""How calls ended, as a small chart and its words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["Slice", "outcome_of", "outcomes_region", "slices"]

_TONES: Final = {
    "ANSWERED": "answered",
    "ANSWER": "answered",
    "NOANSWER": "no_answer",
    "BUSY": "busy",
    "CHANUNAVAIL": "unavailable",
    "UNAVAILABLE": "unavailable",
    "FAILED": "failed",
    "ERROR": "failed",
    "MACHINE": "machine",
    "VOICEMAIL": "machine",
    "CONGESTION": "congestion",
    "CANCEL": "rejected",
    "REJECTED": "rejected",
    "INVALIDNUMBER": "invalid",
}
_NOT_LETTERS: Final = re.compile(r"[^A-Z]")
_MOST_SLICES: Final = 6
_GAP: Final = 0.6


@attrs.frozen
class Slice:
    """One part of the ring.

    Attributes:
        tone: The kind of outcome, one of the catalogue's `outcome` texts, or `other`.
        codes: The service's codes in it.
        count: Records.
        share: From 0 to 1.
        begin: Where it begins on the ring, in percent of it.
        length: How long its arc is drawn, in percent of the ring.
    """

    tone: str
    codes: tuple[str, ...]
    count: int
    share: float
    begin: float
    length: float


def outcome_of(code: str) -> str:
    """The kind of outcome that a "status and code" tells, `other` for an unknown word.

    >>> outcome_of("NO ANSWER 19")
    'no_answer'
    """
    return _TONES.get(_NOT_LETTERS.sub("", code.upper()), "other")


def slices(outcomes: Mapping[str, int]) -> tuple[Slice, ...]:
    """The ring: kinds of outcome by size, what is left over as one `other` at the end."""
    kinds: dict[str, dict[str, int]] = {}
    for code, count in outcomes.items():
        kinds.setdefault(outcome_of(code), {})[code] = count
    others = kinds.pop("other", {})
    ordered = sorted(kinds.items(), key=lambda kind: -sum(kind[1].values()))
    for _, codes in ordered[_MOST_SLICES:]:
        others.update(codes)
    ordered = ordered[:_MOST_SLICES]
    if others:
        ordered.append(("other", others))
    total = sum(outcomes.values())
    gap = _GAP if len(ordered) > 1 else 0.0
    begin = 0.0
    ring: list[Slice] = []
    for tone, codes in ordered:
        count = sum(codes.values())
        if not count:
            continue
        share = count / total
        ring.append(Slice(tone, tuple(sorted(codes)), count, share, begin, max(share * 100 - gap, 0.2)))
        begin += share * 100
    return tuple(ring)


def outcomes_region(emulator: Emulator, tongue: Tongue, _place: Place) -> dict[str, Any]:
    """What the template of the chart is given."""
    outcomes = emulator.state().outcomes
    ring = slices(outcomes)
    answered = sum(part.share for part in ring if part.tone == "answered")
    return {"ring": ring, "total": sum(part.count for part in ring), "answered": answered, "name": namer(tongue)}


def namer(tongue: Tongue) -> Any:
    """What names a kind of outcome in this language."""

    def name(tone: str) -> str:
        return tongue("outcomes.other") if tone == "other" else tongue(f"outcome.{tone}")

    return name

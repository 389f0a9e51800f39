"""How calls end: by chance, by the scenario that a record names, or by the last digits of its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ANSWERED", "FATES", "Ending", "Scenario", "Simulation"]

ANSWERED: Final = "ANSWERED 16"
_LONGEST_CALL: Final = 3600


def _text(_: object, attribute: attrs.Attribute[str], value: object) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{attribute.name}: a text that is not empty")


def _span(_: object, attribute: attrs.Attribute[tuple[int, int]], value: tuple[int, int]) -> None:
    shortest, longest = value
    if not 0 <= shortest <= longest <= _LONGEST_CALL:
        raise ValueError(f"{attribute.name}: two whole numbers of seconds, the smaller first, at most {_LONGEST_CALL}")


@attrs.frozen
class Ending:
    """One way in which a call ends.

    Attributes:
        code: The page's "status and code", `BUSY 17`.
        weight: How often, beside the others of a scenario.
        seconds: The shortest and the longest conversation; 0, 0 where nobody picks up.
        answers: What may be said and recognised, with how often; `""` is a silence.
        final: Whether the record is not called again, however many attempts it has left.

    Raises:
        ValueError: No code, or a number out of range.
    """

    code: str = attrs.field(validator=_text)
    weight: float = attrs.field(default=1.0, validator=[attrs.validators.gt(0), attrs.validators.le(10**9)])
    seconds: tuple[int, int] = attrs.field(default=(0, 0), validator=_span)
    answers: Mapping[str, float] = attrs.field(factory=dict[str, float], hash=False)
    final: bool = False

    def __attrs_post_init__(self) -> None:
        if any(not 0 < weight <= 10**9 for weight in self.answers.values()):
            raise ValueError("answers: each weight is above 0, and at most a milliard")


def _some(_: object, attribute: attrs.Attribute[tuple[Ending, ...]], value: tuple[Ending, ...]) -> None:
    if not value:
        raise ValueError(f"{attribute.name}: at least one")


_SAID: Final = {"да": 5.0, "нет": 3.0, "перезвоните позже": 1.0, "": 1.0}
_USUAL: Final = (
    Ending(ANSWERED, 60, (5, 90), _SAID, final=True),
    Ending("NO ANSWER 19", 20),
    Ending("BUSY 17", 14),
    Ending("CHANUNAVAIL 20", 4),
    Ending("FAILED 38", 2),
)


@attrs.frozen
class Scenario:
    """What the calls of one `generationtype` come to.

    Attributes:
        endings: The ways in which a call ends.
        ring: The shortest and the longest ringing before a call ends or is picked up, in seconds.

    Example:
        >>> Scenario((Ending("ANSWERED 16", 3, (5, 20), final=True), Ending("BUSY 17"))).endings[1].code
        'BUSY 17'
    """

    endings: tuple[Ending, ...] = attrs.field(default=_USUAL, converter=tuple[Ending, ...], validator=_some)
    ring: tuple[int, int] = attrs.field(default=(3, 25), validator=_span)


FATES: Final[Mapping[str, tuple[Ending, ...]]] = {
    "0001": (Ending("BUSY 17"),),
    "0002": (Ending("NO ANSWER 19"),),
    "0003": (Ending("CHANUNAVAIL 20"),),
    "0004": (Ending("REJECTED 21"),),
    "0005": (Ending("INVALID NUMBER 28", final=True),),
    "0006": (Ending("MACHINE", seconds=(25, 25), answers={"оставьте сообщение после сигнала": 1}, final=True),),
    "0007": (Ending(ANSWERED, seconds=(12, 12), answers={"да": 1}, final=True),),
    "0008": (Ending(ANSWERED, seconds=(7, 7), answers={"нет": 1}, final=True),),
    "0009": (Ending("BUSY 17"), Ending(ANSWERED, seconds=(15, 15), answers={"да": 1}, final=True)),
    "0010": (Ending(ANSWERED, seconds=(1, 1), final=True),),
    "0011": (Ending("FAILED 38"),),
    "0012": (Ending("CONGESTION 34"),),
}
"""Fixed fates by the last digits of a number: how its attempts end, the last one for all that follow."""


def _by_text(value: Mapping[str | int, Scenario]) -> dict[str, Scenario]:
    # On the wire an id is a text, and in the client's records a number does as well.
    return {str(name): scenario for name, scenario in value.items()}


def _digits(_: object, attribute: attrs.Attribute[Any], value: Mapping[str, tuple[Ending, ...]]) -> None:
    for digits, endings in value.items():
        if not (digits.isascii() and digits.isdecimal()) or not endings:
            raise ValueError(f"{attribute.name}: {digits!r} must be digits, with at least one ending")


@attrs.frozen
class Simulation:
    """How the dialer works through its tasks.

    Attributes:
        default: The scenario of a record whose `generationtype` is not among `scenarios`.
        scenarios: Scenarios by `generationtype`, which may be given as a number too.
        fates: How the calls of numbers with certain last digits end, attempt by attempt; the longest digits go first.
        lines: Calls that one task makes at the same time.
        pause: Seconds between the end of an attempt and the next one at the same record.
        most_attempts: No record is called more often than this, whatever its `maxcount`.

    Raises:
        ValueError: A number out of range, or a fate whose key is not digits.

    Example:
        >>> polite = Scenario((Ending("ANSWERED 16", weight=7, final=True), Ending("BUSY 17", weight=3)))
        >>> Simulation(scenarios={"7": polite}, lines=30, pause=600).lines
        30
    """

    default: Scenario = Scenario()
    scenarios: Mapping[str, Scenario] = attrs.field(factory=dict[str, Scenario], hash=False, converter=_by_text)
    fates: Mapping[str, tuple[Ending, ...]] = attrs.field(factory=lambda: dict(FATES), hash=False, validator=_digits)
    lines: int = attrs.field(default=10, validator=attrs.validators.ge(1))
    pause: float = attrs.field(default=900.0, validator=[attrs.validators.ge(0), attrs.validators.le(10**7)])
    most_attempts: int = attrs.field(default=20, validator=[attrs.validators.ge(1), attrs.validators.le(1000)])

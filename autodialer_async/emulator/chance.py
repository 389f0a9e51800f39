"""What a call comes to, drawn from the seed and the record alone: never from the order in which things happen."""

from __future__ import annotations

from bisect import bisect_right
from hashlib import blake2b
from itertools import accumulate
from struct import Struct
from typing import TYPE_CHECKING, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.scenario import Ending, Scenario, Simulation

__all__ = ["Chance", "Outcome"]

_DRAWS: Final = Struct("<4I")
_WHOLE: Final = 2**32
_BETWEEN: Final = "\x1f"
# As on the page: 40133707428585176.
_SMALLEST_NUMBER: Final = 10**16
_NUMBERS: Final = 9 * 10**16


@attrs.frozen
class Outcome:
    """What one call came to.

    Attributes:
        code: The page's "status and code".
        seconds: How long it lasted; 0 unless somebody, or a machine, answered.
        answer: What was said and recognised, or None.
        ring: Seconds of ringing before.
        final: Whether the record is not called again.
    """

    code: str
    seconds: int
    answer: str | None
    ring: int
    final: bool


class Chance:
    """Draws numbers of tasks and outcomes of calls.

    Args:
        seed: The same seed gives the same draws.
        simulation: What is drawn from.
    """

    def __init__(self, seed: int, simulation: Simulation) -> None:
        self._key = blake2b(str(seed).encode(), digest_size=32).digest()
        self._default = _Lots(simulation.default)
        self._lots = {name: _Lots(scenario) for name, scenario in simulation.scenarios.items()}
        lengths = sorted({len(digits) for digits in simulation.fates}, reverse=True)
        self._fates = [
            (
                10**length,
                {int(end): tuple(map(_Drawn, fate)) for end, fate in simulation.fates.items() if len(end) == length},
            )
            for length in lengths
        ]

    def task_number(self, operation: str, records: Iterable[Record], nth: int) -> int:
        """A task's 17 digits, from what is in it.

        Args:
            operation: How it came.
            records: What was taken.
            nth: How often the very same came before.
        """
        digest = blake2b(f"{operation}{_BETWEEN}{nth}".encode(), key=self._key, digest_size=8)
        content = "\n".join([f"{record.id}{_BETWEEN}{record.number}" for record in records])
        digest.update(content.encode("utf-8", "surrogatepass"))
        return _SMALLEST_NUMBER + int.from_bytes(digest.digest(), "little") % _NUMBERS

    def outcome(self, record: Record, nth: int, attempt: int) -> Outcome:
        """What one attempt at a record comes to.

        Args:
            record: Who is called.
            nth: How often the same id and number were accepted before.
            attempt: From 1.
        """
        name = f"{record.id}{_BETWEEN}{record.number}{_BETWEEN}{nth}{_BETWEEN}{attempt}"
        digest = blake2b(name.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        which, length, said, ringing = _DRAWS.unpack(digest)
        lots = self._lots.get(record.generation_type, self._default) if record.generation_type else self._default
        fate = self._fate(record.number)
        drawn = lots.pick(which) if fate is None else fate[min(attempt, len(fate)) - 1]
        ending = drawn.ending
        return Outcome(
            ending.code,
            _between(ending.seconds, length),
            drawn.answer(said),
            _between(lots.ring, ringing),
            ending.final,
        )

    def share(self, *names: object) -> float:
        """A number from 0 to below 1 for these names."""
        text = _BETWEEN.join(map(str, names))
        return int.from_bytes(blake2b(text.encode(), key=self._key, digest_size=4).digest(), "little") / _WHOLE

    def _fate(self, number: int) -> tuple[_Drawn, ...] | None:
        for modulus, fates in self._fates:
            if (fate := fates.get(number % modulus)) is not None:
                return fate
        return None


class _Lots:
    """A scenario, ready to be drawn from."""

    def __init__(self, scenario: Scenario) -> None:
        self.ring = scenario.ring
        self._endings = [_Drawn(ending) for ending in scenario.endings]
        self._bounds = list(accumulate(ending.weight for ending in scenario.endings))

    def pick(self, draw: int) -> _Drawn:
        return self._endings[bisect_right(self._bounds, draw / _WHOLE * self._bounds[-1])]


class _Drawn:
    """An ending with its answers, ready to be drawn from."""

    __slots__ = ("_answers", "_bounds", "ending")

    def __init__(self, ending: Ending) -> None:
        self.ending = ending
        self._answers = list(ending.answers)
        self._bounds = list(accumulate(ending.answers.values()))

    def answer(self, draw: int) -> str | None:
        if not self._answers:
            return None
        return self._answers[bisect_right(self._bounds, draw / _WHOLE * self._bounds[-1])]


def _between(span: tuple[int, int], draw: int) -> int:
    shortest, longest = span
    return shortest + draw * (longest - shortest + 1) // _WHOLE

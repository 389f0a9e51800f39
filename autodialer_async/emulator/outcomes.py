"""How calls ended. Each accepted record counts as called once; the outcome is drawn from the seed."""

from __future__ import annotations

from random import Random
from typing import Final

import attrs

__all__ = ["Outcome", "outcomes_of"]


@attrs.frozen
class Outcome:
    """The end of one call.

    Attributes:
        code: The page's "status and code".
        seconds: How long it lasted; 0 unless answered.
    """

    code: str
    seconds: int = 0


_WEIGHTS: Final = {"ANSWERED 16": 60, "NO ANSWER 19": 20, "BUSY 17": 14, "CHANUNAVAIL 20": 4, "FAILED 38": 2}
_ANSWERED: Final = "ANSWERED 16"
_LONGEST: Final = 90


def outcomes_of(seed: int, task: int, count: int) -> list[Outcome]:
    """The outcomes of a task's records in list order: the same seed and task give the same ones."""
    random = Random(f"{seed}/{task}")  # noqa: S311 - repeatable, not secret
    codes = random.choices(list(_WEIGHTS), weights=list(_WEIGHTS.values()), k=count)
    return [Outcome(code, random.randint(1, _LONGEST) if code == _ANSWERED else 0) for code in codes]

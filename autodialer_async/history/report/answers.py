"""What people said, by frequency."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from autodialer_async.models import masked_line

__all__ = ["AnswerText", "RecognisedAnswer", "count_answers"]

_MOST = 15
_LONGEST = 80


@attrs.frozen(repr=False)
class RecognisedAnswer:
    """One recognised answer, as the service's webhook tells it.

    Attributes:
        text: What was recognised.
        seconds: How long the call lasted, or None.
        record_id: Id of the campaign's record, or None; of several answers of one record the last counts.
    """

    text: str
    seconds: int | None = None
    record_id: str | None = None


@attrs.frozen
class AnswerText:
    """One wording, whatever its case and blanks, with runs of five or more digits masked.

    Attributes:
        text: The wording as it was said most often; None for all that were not shown one by one.
        count: How many said it.
        seconds: Mean length of their calls, where told.
    """

    text: str | None
    count: int
    seconds: float | None


def count_answers(answers: Iterable[RecognisedAnswer]) -> tuple[AnswerText, ...]:
    """The most frequent wordings, and the rest together at the end."""
    last: dict[str, RecognisedAnswer] = {}
    spellings: dict[str, Counter[str]] = {}
    lengths: dict[str, list[int]] = {}
    for place, answer in enumerate(answers):
        last[f"id {answer.record_id}" if answer.record_id is not None else f"{place}"] = answer
    for answer in last.values():
        text = masked_line(answer.text, _LONGEST)
        if text:
            key = text.casefold().rstrip(".!?… ")
            spellings.setdefault(key, Counter())[text] += 1
            lengths.setdefault(key, []).extend([] if answer.seconds is None else [answer.seconds])
    ranked = sorted(spellings, key=lambda key: (-spellings[key].total(), key))
    shown = [
        AnswerText(spellings[key].most_common(1)[0][0], spellings[key].total(), _mean(lengths[key]))
        for key in ranked[:_MOST]
    ]
    rest = ranked[_MOST:]
    if rest:
        seconds = [second for key in rest for second in lengths[key]]
        shown.append(AnswerText(None, sum(spellings[key].total() for key in rest), _mean(seconds)))
    return tuple(shown)


def _mean(values: list[int]) -> float | None:
    return sum(values) / len(values) if values else None

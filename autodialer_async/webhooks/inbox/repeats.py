"""Whether an event is one that came before, or another call of the same number. Pure.

    the event says                       it is a repeat of an earlier one with
    -----------------------------------  ------------------------------------------------------------------------------
    a recording: sound, or a URL         the same bytes, or the same four values, within a day
    words, or at least five seconds      the same bytes, or the same four values, within the window; the same bytes
                                         within a day where the earlier one was never answered
    none of these: a short, failed call  the same bytes within a day, where the earlier one was never answered

The four values are number, duration, recording and answer. Two events that name their calls differently (`call_id`,
`uniqueid`, …) are never one. A short failed call looks like every other of its number, so only one thing tells a
repeat: a sender repeats what it got no 2xx for. After a 2xx the same bytes are kept as another call, and marked
`perhaps_repeat` within the window: a call too many can be seen, a call that was merged is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

import attrs

from autodialer_async.webhooks.aliases import CALL_NAMES, folded, innermost
from autodialer_async.webhooks.records import CallEvent

__all__ = ["Earlier", "Verdict", "call_named_by", "judge", "says_enough"]

_A_DAY: Final = timedelta(days=1)
_SHORT_SECONDS: Final = 5


@attrs.frozen
class Earlier:
    """An event of the inbox that looks like the one at hand.

    Attributes:
        number: Its number in the inbox.
        age: How long ago it came last.
        same_bytes: Whether query and body are the same; else the four values are.
        call: What names its call, or None.
        answered: Whether a 2xx was handed to its sender's connection.
    """

    number: int
    age: timedelta
    same_bytes: bool
    call: str | None
    answered: bool


@attrs.frozen
class Verdict:
    """What an event is.

    Attributes:
        repeat_of: Number of the event that it repeats, or None.
        perhaps: Whether it may be a repeat all the same.
    """

    repeat_of: int | None = None
    perhaps: bool = False


def judge(event: CallEvent, earlier: Iterable[Earlier], window: timedelta) -> Verdict:
    """What the event is, beside those that look like it, newest first."""
    call = call_named_by(event)
    perhaps = False
    for known in earlier:
        if call is not None and known.call is not None and call != known.call:
            continue
        if _repeats(event, known, window):
            return Verdict(known.number)
        perhaps = perhaps or (known.same_bytes and known.age <= window)
    return Verdict(perhaps=perhaps)


def _repeats(event: CallEvent, known: Earlier, window: timedelta) -> bool:
    if _has_sound(event):
        return known.age <= _A_DAY
    if known.same_bytes and not known.answered:
        return known.age <= _A_DAY
    return says_enough(event) and known.age <= window


def says_enough(event: CallEvent) -> bool:
    """Whether the event tells its call from another call of the same number."""
    return _has_sound(event) or event.answer is not None or (event.duration or 0) >= _SHORT_SECONDS


def _has_sound(event: CallEvent) -> bool:
    recording = event.recording
    if recording is None or not recording.has_sound:
        return False
    # Nothing was recorded of a call that nobody took: an address that comes all the same is one of all such calls.
    return recording.url is None or event.duration != 0


def call_named_by(event: CallEvent) -> str | None:
    """What the event names its call by, under all such names, or None."""
    names = ((folded(innermost(name)), value) for name, value in event.raw.items() if value)
    named = sorted({(name, value) for name, value in names if name in CALL_NAMES})
    return repr(named) if named else None

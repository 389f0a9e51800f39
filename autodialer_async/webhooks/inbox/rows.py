"""Events as rows of the inbox."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from autodialer_async.errors import InboxError
from autodialer_async.models.extra import ExtraFields
from autodialer_async.webhooks.inbox.repeats import Earlier, Verdict, call_named_by, judge
from autodialer_async.webhooks.records import CallEvent, EventState, ReceivedEvent, Recording

__all__ = ["COLUMNS", "add", "from_time", "to_event"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# One number's events that look alike; older ones are beyond every window.
_LOOKED_AT: Final = 50

COLUMNS: Final = (
    "number, received_at, copies, perhaps_repeat, digest, phone, duration, answer, url, sha256, suffix, size, "
    "file_name, raw, state, tries, problem, (SELECT id FROM inbox)"
)
_LOOK_ALIKE = f"""
SELECT number, last_at, digest = :digest, call, answered FROM event
WHERE digest = :digest OR likeness = :likeness
ORDER BY number DESC LIMIT {_LOOKED_AT}
"""  # noqa: S608 - made of constants
_COPY = "UPDATE event SET copies = copies + 1, last_at = ? WHERE number = ?"
_ADD = """
INSERT INTO event (received_at, last_at, perhaps_repeat, digest, likeness, call, phone, duration, answer, url, sha256,
                   suffix, size, file_name, raw, due_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def from_time(time: datetime) -> int:
    """Microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def to_time(microseconds: int) -> datetime:
    """The time, UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def add(connection: sqlite3.Connection, event: CallEvent, now: datetime, window: timedelta) -> tuple[int, Verdict]:
    """Write the event down, or count it as a copy; its number, and what it is.

    Args:
        connection: In a transaction.
        event: With its recording already kept.
        now: When it came.
        window: How long the same values mean the same call.

    Raises:
        InboxError: Its recording is gone.
    """
    digest, likeness, at = bytes.fromhex(event.digest), _likeness(event), from_time(now)
    alike = [
        Earlier(number, now - to_time(last_at), bool(same_bytes), call, bool(answered))
        for number, last_at, same_bytes, call, answered in connection.execute(
            _LOOK_ALIKE, {"digest": digest, "likeness": likeness}
        )
    ]
    verdict = judge(event, alike, window)
    if verdict.repeat_of is not None:
        connection.execute(_COPY, (at, verdict.repeat_of))
        return verdict.repeat_of, verdict
    recording = event.recording or Recording()
    if recording.path is not None and not recording.path.exists():
        # A purge removed it, as another's, since it was kept. Its sender is told to come again.
        raise InboxError("the recording of an event was purged while the event was written down")
    suffix = None if recording.path is None else recording.path.suffix
    number = connection.execute(
        _ADD,
        (at, at, verdict.perhaps, digest, likeness, call_named_by(event), event.phone, event.duration, event.answer,
         recording.url, recording.sha256, suffix, recording.size, recording.name,
         json.dumps(dict(event.raw), ensure_ascii=False), at),
    ).lastrowid  # fmt: skip
    assert number is not None  # noqa: S101 - of an insert that was made
    return number, verdict


def _likeness(event: CallEvent) -> bytes:
    recording = None if event.recording is None else event.recording.url or event.recording.sha256
    values = (event.phone, event.duration, recording, event.answer)
    return blake2b(repr(values).encode(), digest_size=16).digest()


def to_event(row: tuple[Any, ...], path_of: Callable[[str, str], Path]) -> ReceivedEvent:
    """The event in a row of `COLUMNS`.

    Args:
        row: As it came.
        path_of: Where the recording with this digest and suffix is kept.
    """
    (number, received_at, copies, perhaps_repeat, digest, phone, duration, answer, url, sha256, suffix, size, file_name,
     raw, state, tries, problem, inbox) = row  # fmt: skip
    recording = None
    if url is not None or sha256 is not None:
        path = None if suffix is None else path_of(sha256, suffix)
        recording = Recording(url=url, path=path, sha256=sha256, size=size, name=file_name)
    return ReceivedEvent(
        phone=phone,
        duration=duration,
        recording=recording,
        answer=answer,
        raw=ExtraFields(json.loads(raw)),
        digest=digest.hex(),
        key=f"{inbox}-{number}",
        received_at=to_time(received_at),
        state=EventState(state),
        tries=tries,
        copies=copies,
        perhaps_repeat=bool(perhaps_repeat),
        problem=problem,
    )

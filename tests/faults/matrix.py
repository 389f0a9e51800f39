"""The table of faults: what the server does to one batch, and what `protocol.md` makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from autodialer_async import BatchState
from tests.servers.misbehaving import (
    Accept,
    Answer,
    AnswerLate,
    DropAfterAccepting,
    EmptyBody,
    FewerLines,
    GarbageStatusLine,
    Html,
    HugeAnswer,
    NeverAnswer,
    NothingInserted,
    SlowDrip,
    TruncatedJson,
)

if TYPE_CHECKING:
    from tests.servers.misbehaving import Behaviour

__all__ = ["FAULTS", "STOPPING", "Fault"]

SOON = format_datetime(datetime.now(UTC) + timedelta(minutes=2), usegmt=True)
OVER = "Mon, 01 Jan 2024 00:00:00 GMT"


@dataclass(frozen=True)
class Fault:
    """A behaviour and what it means.

    Attributes:
        name: For the test's name.
        behaviour: What the server does.
        state: What becomes of the batch while the server goes on so.
        repeated: Whether the client sends the batch again by itself.
        timeout: Seconds that the client waits.
    """

    name: str
    behaviour: Behaviour
    state: BatchState
    repeated: bool = False
    timeout: float = 10.0


def _rejected(name: str, behaviour: Behaviour, *, repeated: bool = False) -> Fault:
    return Fault(name, behaviour, BatchState.REJECTED, repeated)


def _unknown(name: str, behaviour: Behaviour, *, timeout: float = 10.0) -> Fault:
    return Fault(name, behaviour, BatchState.UNKNOWN, timeout=timeout)


def _accepted(name: str, behaviour: Behaviour) -> Fault:
    return Fault(name, behaviour, BatchState.ACCEPTED)


FAULTS = [
    _unknown("drop_after_accepting_by_fin", DropAfterAccepting()),
    _unknown("drop_after_accepting_by_rst", DropAfterAccepting(reset=True)),
    _unknown("answer_late", AnswerLate(30), timeout=0.6),
    _unknown("answer_late_and_not_taken", AnswerLate(30, accept=False), timeout=0.6),
    _unknown("never_an_answer", NeverAnswer(), timeout=0.6),
    # Each piece comes in time, the whole does not.
    _unknown("drip_too_slow", SlowDrip(piece=1, interval=0.05), timeout=0.6),
    _accepted("drip", SlowDrip(piece=40, interval=0.01)),
    *(
        _unknown(f"{status}_{'taken' if taken else 'not_taken'}", Answer(status, b"oops", accept=taken))
        for status in (500, 502, 503, 504, 507, 599)
        for taken in (True, False)
    ),
    _unknown("500_with_an_error_in_json", Answer(500, b'{"error":"internal"}', accept=True)),
    _unknown("an_empty_object", Answer(200, b"{}", accept=True)),
    _unknown("204", Answer(204, accept=True)),
    _unknown("html", Html()),
    _unknown("empty_body", EmptyBody()),
    _unknown("truncated_json", TruncatedJson(announced=False)),
    _unknown("truncated_json_before_its_announced_end", TruncatedJson(announced=True)),
    _unknown("garbage_status_line", GarbageStatusLine()),
    _unknown("huge_answer", HugeAnswer(3 * 1024 * 1024)),
    _unknown("fewer_lines", FewerLines()),
    _unknown("more_lines", Accept(report={"lines": "6"})),
    _unknown("no_lines", Accept(report={"lines": None})),
    _unknown("lines_no_number", Accept(report={"lines": "5 records"})),
    _unknown("ok_no_number", Accept(report={"ok": "many"})),
    _unknown("inserted_a_fraction", Accept(report={"inserted": 4.5})),
    _unknown("inserted_a_list", Accept(report={"inserted": [1]})),
    _unknown("report_null", Answer(200, b'{"report":null}', accept=True)),
    _unknown("number", Answer(200, b"5", accept=True)),
    _rejected("nothing_inserted", NothingInserted()),
    _rejected("nothing_correct", NothingInserted("ok")),
    _rejected("an_error_named_with_200", Answer(200, b'{"error":"bad token"}')),
    _rejected("errors_named_with_200", Answer(200, b'{"errors":["no such scenario"]}')),
    _rejected("a_message_with_200", Answer(200, b'{"message":"closed"}')),
    *(_rejected(str(status), Answer(status, b'{"error":"no"}')) for status in (400, 402, 405, 409, 410, 422, 451)),
    _rejected("400_in_html", Html(400, accept=False)),
    _rejected("408", Answer(408), repeated=True),
    _rejected("408_and_close", Answer(408, close=True), repeated=True),
    _rejected("425", Answer(425), repeated=True),
    _rejected("429", Answer(429), repeated=True),
    _rejected("429_retry_after_seconds", Answer(429, retry_after="120"), repeated=True),
    _rejected("429_retry_after_date", Answer(429, retry_after=SOON), repeated=True),
    _rejected("429_retry_after_a_date_that_is_over", Answer(429, retry_after=OVER), repeated=True),
    _rejected("429_retry_after_unreadable", Answer(429, retry_after="soon"), repeated=True),
    _rejected("503_retry_after_seconds", Answer(503, retry_after="120"), repeated=True),
    _rejected("503_retry_after_date", Answer(503, retry_after=SOON), repeated=True),
    # A readable report wins over the status it came with.
    _accepted("a_report_with_500", Accept(status=500)),
    _accepted("a_report_with_404", Accept(status=404)),
    _accepted("a_report_with_302", Accept(status=302)),
    _accepted("not_all_inserted", Accept(report={"inserted": "3", "errorcode": "2"})),
    _accepted("lines_alone", Accept(report=dict.fromkeys(("ok", "inserted", "errorcode", "id")))),
]

STOPPING = [
    *(_rejected(str(status), Answer(status, b'{"error":"no"}')) for status in (401, 403, 404)),
    _rejected("404_in_html", Html(404, accept=False)),
    *(
        _unknown(
            f"{status}_{'taken' if taken else 'not_taken'}", Answer(status, headers=(("Location", "/"),), accept=taken)
        )
        for status in (301, 302, 303, 307, 308)
        for taken in (True, False)
    ),
]

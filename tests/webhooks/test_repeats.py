"""Repeats told from other calls of the same number."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from autodialer_async.models.extra import ExtraFields
from autodialer_async.webhooks import CallEvent, Recording
from autodialer_async.webhooks.inbox.repeats import Earlier, Verdict, call_named_by, judge

WINDOW = timedelta(minutes=10)
JUST_NOW, LATER, NEXT_DAY = timedelta(seconds=1), timedelta(hours=2), timedelta(days=2)

RECORDED = CallEvent("89222220000", 12, Recording(url="https://site.url/1.wav"), "да")
WITH_WORDS = CallEvent("89222220000", 12, answer="да")
LONG = CallEvent("89222220000", 5)
SHORT = CallEvent("89222220000", 0)
HEADER_ONLY = CallEvent("89222220000", 0, Recording(sha256="0", size=44))
NOTHING_RECORDED = CallEvent("89222220000", 0, Recording(url="https://site.url/none.wav"))
BARE = CallEvent("89222220000")


def earlier(age: timedelta, **changes: object) -> Earlier:
    return attrs.evolve(Earlier(7, age, same_bytes=True, call=None, answered=True), **changes)  # type: ignore[arg-type]


REPEAT, OTHER, PERHAPS = Verdict(7), Verdict(), Verdict(perhaps=True)


@pytest.mark.parametrize(
    ("event", "known", "verdict"),
    [
        (RECORDED, earlier(JUST_NOW), REPEAT),
        (RECORDED, earlier(JUST_NOW, same_bytes=False), REPEAT),
        (RECORDED, earlier(LATER, same_bytes=False), REPEAT),
        (RECORDED, earlier(NEXT_DAY), OTHER),
        (WITH_WORDS, earlier(JUST_NOW), REPEAT),
        (WITH_WORDS, earlier(JUST_NOW, same_bytes=False), REPEAT),
        (WITH_WORDS, earlier(LATER), OTHER),
        (WITH_WORDS, earlier(LATER, answered=False), REPEAT),
        (WITH_WORDS, earlier(NEXT_DAY, answered=False), OTHER),
        (LONG, earlier(JUST_NOW), REPEAT),
        # Two short failed calls of one number look alike: the second is kept, unless the first was never answered.
        (SHORT, earlier(JUST_NOW), PERHAPS),
        (SHORT, earlier(JUST_NOW, same_bytes=False), OTHER),
        (SHORT, earlier(LATER), OTHER),
        (SHORT, earlier(JUST_NOW, answered=False), REPEAT),
        (SHORT, earlier(JUST_NOW, answered=False, same_bytes=False), OTHER),
        (HEADER_ONLY, earlier(JUST_NOW), PERHAPS),
        (NOTHING_RECORDED, earlier(JUST_NOW), PERHAPS),
        (NOTHING_RECORDED, earlier(LATER, same_bytes=False), OTHER),
        (BARE, earlier(JUST_NOW), PERHAPS),
    ],
)
def test_an_event_is_a_repeat_only_where_it_can_be_told(event: CallEvent, known: Earlier, verdict: Verdict) -> None:
    assert judge(event, [known], WINDOW) == verdict


def test_calls_that_are_named_differently_are_never_one() -> None:
    one, two = (attrs.evolve(RECORDED, raw=ExtraFields({"Call-ID": name})) for name in ("1", "2"))
    assert judge(two, [earlier(JUST_NOW, call=call_named_by(one))], WINDOW) == OTHER
    assert judge(two, [earlier(JUST_NOW, call=call_named_by(two))], WINDOW) == REPEAT
    # A sender that stopped naming them says nothing.
    assert judge(two, [earlier(JUST_NOW)], WINDOW) == REPEAT


def test_the_newest_that_it_can_repeat_counts() -> None:
    known = [earlier(JUST_NOW, number=9, call="other"), earlier(JUST_NOW, number=8), earlier(JUST_NOW)]
    event = attrs.evolve(RECORDED, raw=ExtraFields({"call_id": "1"}))
    assert judge(event, known, WINDOW) == Verdict(8)

"""Several processes on one inbox, killed at any moment. `AUTODIALER_LONG=1` kills 20 times while 2,000 events come."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import anyio

from autodialer_async.webhooks import ReceivedEvent
from tests.webhooks.workers import Fields, Sender, Workers, workers

LONG = bool(os.environ.get("AUTODIALER_LONG"))
EVENTS, KILLS = (2000, 20) if LONG else (500, 4)
HANDLERS = 8


def kept(running: Workers) -> list[ReceivedEvent]:
    async def read() -> list[ReceivedEvent]:
        return await running.inbox.events(limit=100_000)

    return anyio.run(read)


def test_one_event_sent_100_times_on_4_connections_to_2_workers_is_kept_once_and_handled_once(tmp_path: Path) -> None:
    event = {"phone": "89222220000", "duration": "12", "record": "https://site.url/1.wav", "answer": "да"}
    with workers(tmp_path) as running:
        sender = Sender(running.port, [event] * 100, connections=4)
        sender.wait()
        running.wait_until_handled(1)
        [only] = kept(running)
        assert only.copies == sender.sent
    # Both have stopped: nobody can handle it once more.
    assert sender.answered == 100
    assert running.handled() == [f"{only.key} 89222220000"]


def test_each_event_is_handled_by_one_of_several_workers(tmp_path: Path) -> None:
    with workers(tmp_path, 3) as running:
        Sender(running.port, [an_event(number) for number in range(300)], connections=8).wait()
        running.wait_until_handled(300)
    assert sorted(running.handled()) == sorted(f"{event.key} {event.phone}" for event in kept(running))


def an_event(number: int) -> Fields:
    """With a recording, with words, or a short failed call that says nothing."""
    fields = {"phone": f"8922{number:07}", "duration": "12"}
    kind = number % 3
    if kind == 0:
        return fields | {"record": f"https://site.url/{number}.wav"}
    return fields | {"answer": "да"} if kind == 1 else fields | {"duration": "0"}


def test_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(7)
    with workers(tmp_path, pause=0.001) as running:
        sender = Sender(running.port, [an_event(number) for number in range(EVENTS)], connections=8)
        # The last kill falls before the last events.
        for moment in sorted(chance.sample(range(EVENTS // 20, EVENTS - EVENTS // 10), KILLS)):
            while sender.answered < moment:
                time.sleep(0.001)
            running.kill(chance.randrange(2))
            running.start()
        sender.wait()
        running.wait_until_handled(EVENTS)
    events = kept(running)
    phones = Counter(event.phone for event in events)
    lines = running.handled()
    handled = Counter(lines)
    again = len(lines) - len(handled)
    print(  # noqa: T201 - what was counted, as docs/webhooks.md says
        f"kills {KILLS}, requests {sender.sent} for {EVENTS} events, kept {len(events)}, counted as repeats "
        f"{sum(event.copies - 1 for event in events)}, handlers that ran again {again}"
    )
    assert sender.answered == EVENTS
    assert len(phones) == len(events) == EVENTS
    # Each was handled, under its own key; again only where a kill caught its handler or the note that it had ended.
    assert set(handled) == {f"{event.key} {event.phone}" for event in events}
    assert again <= KILLS * HANDLERS

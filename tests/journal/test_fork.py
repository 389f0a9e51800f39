"""A run of the journal, and an inbox, that a fork inherits: the child leaves them alone, the parent goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import anyio
import pytest

from autodialer_async.journal import RecordState, SqliteJournal
from autodialer_async.webhooks import Inbox

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
LOOPS = pytest.mark.parametrize("loop", ["asyncio", "trio"])

# The child unwinds its parent's stack, as an exception in it would make it do.
FORKING = """
import os, sys, threading
import anyio
from autodialer_async import ConfigurationError
{imports}

def in_a_child(use):
    async def refused():
        try:
            await use()
        except ConfigurationError as error:
            print("child:", error, flush=True)
    # The parent's loop counts as running in this thread.
    thread = threading.Thread(target=anyio.run, args=(refused,), kwargs={{"backend": sys.argv[2]}})
    thread.start()
    thread.join()

async def main(path):
{main}

anyio.run(main, sys.argv[1], backend=sys.argv[2])
"""

JOURNAL = FORKING.format(
    imports="from autodialer_async.journal import SqliteJournal\nfrom autodialer_async.models import BatchState",
    main="""
    async with SqliteJournal(path).run() as run:
        await run.sort(["1", "2"], ["89222220001", "89222220002"], [None] * 2, [None] * 2)
        batch = await run.mark_sending(["1", "2"])
        if not os.fork():
            in_a_child(lambda: run.settle(batch, BatchState.REJECTED))
            in_a_child(lambda: run.sort(["3"], ["89222220003"], [None], [None]))
            run.close()
            sys.stdout.flush()
            os._exit(0)
        os.wait()
        await run.settle(batch, BatchState.ACCEPTED)
    print("parent: done")
""",
)

INBOX = FORKING.format(
    imports="from autodialer_async.webhooks import Inbox, parse_event",
    main="""
    def event(n):
        return parse_event("GET", f"phone=8922222000{n}&sec=10&answer=yes")
    async with Inbox(path).worker() as worker:
        await worker.put(event(1))
        if not os.fork():
            in_a_child(lambda: worker.put(event(2)))
            worker.close()
            sys.stdout.flush()
            os._exit(0)
        os.wait()
        await worker.put(event(3))
        assert len(await worker.claim(5)) == 2
    print("parent: done")
""",
)

REFUSED = "child: this file was opened before this process was forked: open it in each process, after the fork"


def run(program: str, path: Path, loop: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, str(path), loop],
        capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@LOOPS
def test_a_forked_child_settles_nothing_of_its_parent_s_upload(loop: str, tmp_path: Path) -> None:
    path = tmp_path / "campaign.db"
    assert run(JOURNAL, path, loop) == [REFUSED, REFUSED, "parent: done"]
    counts = anyio.run(SqliteJournal(path).counts, backend=loop)
    assert {state: number for state, number in counts.items() if number} == {RecordState.ACCEPTED: 2}


@LOOPS
def test_a_forked_child_signs_its_parent_s_inbox_not_off(loop: str, tmp_path: Path) -> None:
    path = tmp_path / "calls.db"
    assert run(INBOX, path, loop) == [REFUSED, "parent: done"]
    events = anyio.run(Inbox(path).events, backend=loop)
    assert sorted(event.phone for event in events) == ["89222220001", "89222220003"]

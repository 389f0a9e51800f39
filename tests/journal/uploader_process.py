"""An uploader in a process of its own: obeys words on its standard input, and is killed by the tests."""

from __future__ import annotations

import sys

import anyio
import anyio.to_thread

from autodialer_async.journal import SqliteJournal
from autodialer_async.models import BatchState
from tests.journal.steps import send, sort


def say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


async def main(path: str) -> None:
    async with SqliteJournal(path).run() as run:
        say("running")
        while word := (await anyio.to_thread.run_sync(sys.stdin.readline)).split():
            if word[0] == "accept":
                await send(run, word[1:], BatchState.ACCEPTED)
            elif word[0] == "lose":
                await send(run, word[1:], BatchState.UNKNOWN)
            else:
                await sort(run, word[1:])
                await run.mark_sending(word[1:])
            say("done")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], backend=sys.argv[2])

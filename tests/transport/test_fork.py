"""A process that is forked: the child is told to make a client of its own, and its parent's goes on unharmed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.misbehaving import MisbehavingServer

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system knows no fork")
LOOPS = pytest.mark.parametrize("loop", ["asyncio", "trio"])

REFUSED = "child: this client was used before this process was forked: make one client in each process, after the fork"

# In a program of its own: a fork copies the threads' locks of whoever runs the tests.
FORKING = """
import gc, multiprocessing, os, sys, warnings
import anyio
from autodialer_async import AsyncAutodialer, ConfigurationError

url, loop, how = sys.argv[1:]
dialer = AsyncAutodialer(url, api_key="key-of-a-test", concurrency=1)
unused = AsyncAutodialer(url, api_key="key-of-a-test")
warnings.filterwarnings("ignore", category=DeprecationWarning)

async def refused():
    for call in (dialer.ping, dialer.aclose, lambda: dialer.make([{"id": 1, "phone": "89222220000"}])):
        try:
            await call()
        except ConfigurationError as error:
            print("child:", error, flush=True)

def child():
    global dialer
    anyio.run(refused, backend=loop)
    del dialer
    gc.collect()
    # A client that was not used before the fork belongs to whoever uses it first.
    async def use():
        async with unused:
            await unused.ping()
    anyio.run(use, backend=loop)
    print("child: done", flush=True)

async def main():
    async with dialer:
        await dialer.ping()
        if how == "os.fork":
            pid = os.fork()
            if not pid:
                os._exit(run_apart())
            os.waitpid(pid, 0)
        else:
            process = multiprocessing.get_context("fork").Process(target=run_apart)
            process.start()
            process.join()
        await dialer.ping()
    print("parent: done", flush=True)

def run_apart():
    # The loop of the parent counts as running in this thread; a new thread has none.
    import threading
    thread = threading.Thread(target=child)
    thread.start()
    thread.join()
    return 0

anyio.run(main, backend=loop)
"""


@LOOPS
@pytest.mark.parametrize("how", ["os.fork", "multiprocessing"])
def test_a_client_used_in_a_forked_child_says_what_to_do_and_the_parent_s_goes_on(loop: str, how: str) -> None:
    with MisbehavingServer() as server:
        done = subprocess.run(
            [sys.executable, "-W", "always::ResourceWarning", "-c", FORKING, server.base_url, loop, how],
            capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert done.stdout.splitlines() == [*[REFUSED] * 3, "child: done", "parent: done"]
        assert done.stderr == ""
        # The parent's one connection went through the fork; the other is the child's own.
        assert (server.connections, server.attempts) == (2, 3)

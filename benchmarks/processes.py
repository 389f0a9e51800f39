"""Processes that never outlive their parent: each watches its standard input, and the end of it is the end."""

from __future__ import annotations

import os
import signal
import threading

__all__ = ["die_with_parent", "pin"]


def pin(core: int | None) -> None:
    """Stay on one core, where the system can be told so and there is one to choose."""
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def die_with_parent(stdin: int = 0) -> None:
    """End this process group (workers that a peer started too) when standard input ends: the parent is gone."""

    def watch() -> None:
        while os.read(stdin, 64):
            pass
        os.killpg(os.getpgrp(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()

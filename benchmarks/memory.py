"""Peak resident memory of this process."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

__all__ = ["begin", "peak"]

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def begin() -> int:
    """Forget the peak so far; what is resident now, in bytes.

    `ru_maxrss` alone will not do: it remembers the imports, and what the parent had before `exec`.
    """
    try:
        _CLEAR.write_text("5")
        return _field("VmRSS")
    except OSError:
        return peak()


def peak() -> int:
    """The most that was resident since `begin` (where the system cannot forget: since the start), in bytes."""
    try:
        return _field("VmHWM")
    except OSError:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024


def _field(name: str) -> int:
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no {name}")

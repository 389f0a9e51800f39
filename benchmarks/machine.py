"""On what and with which versions it was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.runner import cores

__all__ = ["description", "pinning", "versions"]

_PACKAGES = (
    "autodialer-async", "httpx", "httpcore", "anyio", "attrs", "cattrs", "orjson", "aiohttp", "elasticsearch",
    "elastic-transport", "meilisearch-python-sdk", "httpx2", "qdrant-client",
)  # fmt: skip


def description() -> str:
    """Processor, cores, memory, system, Python."""
    parts = [_processor(), f"{os.cpu_count()} cores"]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        parts.append(f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB")
    parts += [
        f"{platform.system()} {platform.release()}",
        f"{platform.python_implementation()} {platform.python_version()}",
    ]
    return ", ".join(parts)


def pinning() -> str:
    """Where client and stub run."""
    client, stub = cores()
    if client is None:
        return "client and stub not pinned: this system offers no way"
    if client == stub:
        return f"client and stub share core {client}, the only one: rates are those of both together"
    return f"client on core {client}, stub on core {stub}"


def versions() -> Iterator[tuple[str, str]]:
    """Name and version of what took part."""
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()

"""The servers that a page has its readers start: up until the page is done, each on a free port."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from pathlib import Path

import attrs

__all__ = ["Servers", "is_server"]

_SECONDS = 60
_SERVERS = re.compile(r"(autodialer (emulator|webhook (?!list|dead|replay|purge))|uvicorn|hypercorn)\b")
_ADDRESS = re.compile(r"https?://([\w.]+:\d+)")
# Where each serves when nothing is said.
_USUAL = {"emulator": "8899", "webhook": "8900", "uvicorn": "8000", "hypercorn": "8000"}


def is_server(text: str) -> bool:
    """Whether a command is one that serves until it is stopped."""
    return _SERVERS.match(f"{text} ") is not None


@attrs.define
class Servers:
    """Servers that a page started.

    Args:
        folder: Their working directory.
        environment: Theirs, as it is when each starts.
    """

    folder: Path
    environment: dict[str, str]
    _running: list[tuple[str, subprocess.Popen[str]]] = attrs.field(factory=list, init=False)
    _readers: list[threading.Thread] = attrs.field(factory=list, init=False)
    _ports: dict[str, str] = attrs.field(factory=dict, init=False)

    def start(self, text: str, where: str) -> None:
        """Start one, and wait until it says where it serves.

        Raises:
            AssertionError: It ended instead.
        """
        # Its usual port may be taken on this machine.
        asked = re.search(r" --port (\d+)", text)
        text = re.sub(r" --port \d+", "", text) + " --port 0"
        served = subprocess.Popen(
            ["bash", "-c", f"exec env {text}"], cwd=self.folder, env={**self.environment, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert served.stdout is not None
        said = ""
        for line in served.stdout:
            said += line
            if found := _ADDRESS.search(line):
                usual = asked[1] if asked else next(port for name, port in _USUAL.items() if name in text)
                self._ports[usual] = found[1]
                # It goes on printing, and must not wait for a reader.
                reader = threading.Thread(target=served.stdout.read, daemon=True)
                reader.start()
                self._readers.append(reader)
                self._running.append((where, served))
                return
        with served:
            served.kill()
        raise AssertionError(f"{where} served nothing:\n{said}")

    def addressed(self, text: str) -> str:
        """A command with the true addresses of the servers that it names by their usual ones."""
        for usual, address in self._ports.items():
            text = re.sub(rf"\b(localhost|127\.0\.0\.1):{usual}\b", address, text)
        return text

    def stop(self) -> None:
        """Stop all as Ctrl-C does.

        Raises:
            AssertionError: One did not end well.
        """
        for _, served in self._running:
            served.send_signal(signal.SIGINT)
        ends: dict[str, int] = {}
        for where, served in self._running:
            # Leaving it closes its pipe, which its reader must have read to the end by then.
            with served:
                try:
                    ends[where] = served.wait(_SECONDS)
                finally:
                    served.kill()
                    for reader in self._readers:
                        reader.join(_SECONDS)
        assert all(code in (0, 130, -signal.SIGINT) for code in ends.values()), ends

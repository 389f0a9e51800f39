"""Commands as they stand in pages: run as a shell would, servers started and stopped, set-up held to the project."""

from __future__ import annotations

import doctest
import importlib.util
import re
import shlex
import signal
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import attrs

from tests.docs.examples.blocks import Block
from tests.docs.examples.place import Place
from tests.docs.proofs import ROOT

__all__ = ["Command", "commands_of", "follow"]

_SECONDS = 60
# Not run: they install, or are the whole suite; what they name must be there.
_SET_UP = re.compile(
    r"(\S*/)?(pip|pytest|ruff|mypy|pyright|pre-commit|sphinx-build|lint-imports)\b"
    r"|(\S*/)?python3? -m (venv|pip|pytest|benchmarks|build)\b|apt-get\b|git\b|bash \.ci/|\. "
)
_SERVERS = re.compile(r"autodialer (emulator|webhook)(?! (list|dead|replay|purge))\b|uvicorn\b|hypercorn\b|fastapi\b")
_EXTRAS = re.compile(r"(?:autodialer-async|\.)\[([a-z,]+)\]")
_PATHS = re.compile(r"(?<![\w/.])(?:tests|docs|benchmarks|\.ci)/[\w./-]+")
_BENCHMARKS = re.compile(r"python -m (benchmarks[\w.]*)")
_ASSIGNMENT = re.compile(r"[A-Z_]+=")


@attrs.frozen
class Command:
    """A command, and what the page shows below it."""

    text: str
    shown: str = ""


def commands_of(block: Block) -> Iterator[Command]:
    """The commands of a block: after `$ ` where it has prompts, else each line; `\\` at the end joins two."""
    source = re.sub(r"\\\n\s*", "", block.source)
    if not source.startswith("$ "):
        for line in source.splitlines():
            for text in re.split(r"\s+&&\s+", re.sub(r"(^|\s+)#\s.*$", "", line).strip()):
                if text:
                    yield Command(text)
        return
    for part in re.split(r"^\$ ", source, flags=re.MULTILINE)[1:]:
        text, _, shown = part.partition("\n")
        yield Command(re.sub(r"\s+#\s.*$", "", text).strip(), shown)


def follow(block: Block, place: Place) -> None:
    """Do what a reader of the block does.

    Raises:
        AssertionError: A command failed or printed something else, names what is not there, or is of a kind that
            nobody knows how to follow.
    """
    for command in commands_of(block):
        text = place.filled_in(command.text)
        if text.startswith("export "):
            place.environment.update(word.split("=", 1) for word in shlex.split(text)[1:])
            continue
        words = _without_assignments(text)
        if _SET_UP.match(words):
            problem = _missing(text)
            assert problem is None, f"{block}: {command.text}: {problem}"
        elif _SERVERS.match(words):
            _serve(text, place, f"{block}: {command.text}")
        else:
            assert words.startswith(("autodialer ", ".venv/bin/autodialer ", "python ", "curl ", "cat ")), (
                f"{block}: nobody knows how to follow {command.text!r}"
            )
            _run(text.replace(".venv/bin/", ""), place, command.shown, f"{block}: {command.text}")


def _without_assignments(text: str) -> str:
    words = text.split(" ")
    while words and _ASSIGNMENT.match(words[0]):
        words = words[1:]
    return " ".join(words)


def _missing(text: str) -> str | None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in _EXTRAS.findall(text):
        if unknown := set(extras.split(",")) - project["optional-dependencies"].keys():
            return f"there is no extra {', '.join(sorted(unknown))}"
    for path in _PATHS.findall(text):
        if not (ROOT / path).exists():
            return f"{path} is not there"
    for module in _BENCHMARKS.findall(text):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not there"
    return None


def _run(text: str, place: Place, shown: str, where: str) -> None:
    ran = subprocess.run(
        ["bash", "-c", text], cwd=place.folder, env=place.environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    printed = ran.stdout + ran.stderr
    # `check` ends with 1 where rows cannot be called, and what a page shows may be a refusal.
    refused = shown or text.startswith("autodialer check ")
    assert ran.returncode == 0 or refused, f"{where} ended with {ran.returncode}:\n{printed}"
    if shown:
        want = re.sub(r"^…$", "...", shown, flags=re.MULTILINE)
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        # On a terminal the two are one; which comes first is the terminal's business.
        seen = (ran.stdout, printed, ran.stderr + ran.stdout)
        assert any(doctest.OutputChecker().check_output(want, text, options) for text in seen), (
            f"{where} printed\n{printed}"
        )


def _serve(text: str, place: Place, where: str) -> None:
    # Its usual port may be taken on this machine.
    text = re.sub(r" --port \d+", "", text) + " --port 0"
    log = place.folder / "served.log"
    with log.open("wb") as sink:
        served = subprocess.Popen(
            ["bash", "-c", f"exec {text}"] if not _ASSIGNMENT.match(text) else ["bash", "-c", f"exec env {text}"],
            cwd=place.folder, env={**place.environment, "PYTHONUNBUFFERED": "1"}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=sink, text=True,
        )  # fmt: skip
    _stopped_when_ready(served, log, where)


def _stopped_when_ready(served: subprocess.Popen[str], log: Path, where: str) -> None:
    with served:
        try:
            assert served.stdout is not None
            first = served.stdout.readline()
            assert first, f"{where} served nothing:\n{log.read_text(encoding='utf-8')}"
            served.send_signal(signal.SIGINT)
            served.communicate(timeout=_SECONDS)
        finally:
            served.kill()
    assert served.returncode in (0, 130, -signal.SIGINT), (
        f"{where} ended with {served.returncode}:\n{log.read_text(encoding='utf-8')}"
    )

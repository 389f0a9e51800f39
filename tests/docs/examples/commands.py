"""Commands as they stand in pages: run as a shell would, set-up held to the project."""

from __future__ import annotations

import doctest
import importlib.util
import re
import signal
import subprocess
import tomllib
from collections.abc import Iterator

import attrs

from tests.docs.examples.blocks import Block
from tests.docs.examples.place import Place
from tests.docs.examples.servers import is_server
from tests.docs.proofs import ROOT

__all__ = ["Command", "commands_of", "follow"]

_SECONDS = 60
_A_WHILE = 2
# Not run: they install, or are whole suites; what they name must be there.
_SET_UP = re.compile(
    r"(\S*/)?(pip|pytest|ruff|mypy|pyright|pre-commit|sphinx-build|lint-imports)\b"
    r"|(\S*/)?python3? -m (venv|pip|pytest|benchmarks|build|tests)\b|apt-get\b|git\b|bash \S*\.ci/|\S*\.ci/|\. "
)
_RUN = re.compile(r"(autodialer|python|curl|mkdir)\b")
_EXTRAS = re.compile(r"(?:autodialer-async|\.)\[([a-z,]+)\]")
_PATHS = re.compile(r"(?<![\w/.])(?:tests|docs|benchmarks|\.ci)/[\w./-]+")
_MODULES = re.compile(r"python -m ((?:benchmarks|tests)[\w.]*)")
_ASSIGNMENTS = re.compile(r"([A-Z_]+=\S* )*")
_USAGE = "[OPTIONS]"


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
            for text in re.split(r"\s+&&\s+", _without_comment(line)):
                if text:
                    yield Command(text)
        return
    for part in re.split(r"^\$ ", source, flags=re.MULTILINE)[1:]:
        text, _, shown = part.partition("\n")
        if _USAGE not in text:
            yield Command(_without_comment(text), shown.strip() and shown)


def follow(block: Block, place: Place) -> None:
    """Do what a reader of the block does.

    Raises:
        AssertionError: A command failed or printed something else, names what is not there, or is of a kind that
            nobody knows how to follow.
    """
    for command in commands_of(block):
        where = f"{block}: {command.text}"
        text = place.filled_in(command.text).replace(".venv/bin/", "")
        plain = text[_ASSIGNMENTS.match(text).end() :]  # type: ignore[union-attr]  # it matches the empty text too
        if text.startswith("export "):
            _export(text, place)
        elif _SET_UP.match(plain):
            problem = _missing(text)
            assert problem is None, f"{where}: {problem}"
        elif is_server(plain):
            place.servers.start(text, where)
        elif block.endless and command == list(commands_of(block))[-1]:
            _run_for_a_while(text, place, where)
        else:
            assert _RUN.match(plain), f"{where}: nobody knows how to follow this"
            _run(place.servers.addressed(text), place, command.shown, block.exit_code, where)


def _without_comment(line: str) -> str:
    return re.sub(r"(^|\s+)#\s.*$", "", line).strip()


def _export(text: str, place: Place) -> None:
    # The shell works out what stands behind the equals signs.
    after = _shell(f"{text} >/dev/null && env -0", place).stdout
    place.environment.update(
        (name, value) for name, is_set, value in (line.partition("=") for line in after.split("\0")) if is_set
    )


def _missing(text: str) -> str | None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extras in _EXTRAS.findall(text):
        if unknown := set(extras.split(",")) - project["optional-dependencies"].keys():
            return f"there is no extra {', '.join(sorted(unknown))}"
    for path in _PATHS.findall(text):
        if not (ROOT / path).exists():
            return f"{path} is not there"
    for module in _MODULES.findall(text):
        if importlib.util.find_spec(module) is None:
            return f"{module} is not there"
    return None


def _shell(text: str, place: Place) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", text], cwd=place.folder, env=place.environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip


def _run(text: str, place: Place, shown: str, exit_code: int, where: str) -> None:
    ran = _shell(text, place)
    printed = ran.stdout + ran.stderr
    assert ran.returncode == exit_code, f"{where} ended with {ran.returncode}:\n{printed}"
    if shown:
        want = re.sub(r"^…$", "...", shown, flags=re.MULTILINE)
        options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        # On a terminal the two are one; which comes first is the terminal's business.
        seen = (ran.stdout, printed, ran.stderr + ran.stdout)
        assert any(doctest.OutputChecker().check_output(want, text, options) for text in seen), (
            f"{where} printed\n{printed}"
        )


def _run_for_a_while(text: str, place: Place, where: str) -> None:
    with subprocess.Popen(
        ["bash", "-c", f"exec {text}"], cwd=place.folder, env=place.environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as running:  # fmt: skip
        try:
            printed, _ = running.communicate(timeout=_A_WHILE)
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)
            printed, _ = running.communicate(timeout=_SECONDS)
            assert running.returncode in (0, 130, -signal.SIGINT), f"{where} ended badly:\n{printed}"
        else:
            raise AssertionError(f"{where} is marked as endless, and ended with {running.returncode}:\n{printed}")
        finally:
            running.kill()

"""The Russian pages' own commands, run against the emulator as a reader would run them.

`python -m tests.cli.russian_pages` writes into the pages what the commands print now.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import anyio.from_thread

from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule

FOLDER = Path(__file__).parents[2] / "docs" / "ru"
PAGES = sorted(FOLDER.glob("*.md"))
BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|emulator): (?P<name>.+?) -->\n)?```(?P<kind>\w+)\n(?P<text>.*?)```\n", re.DOTALL
)
SERVICE = "AUTODIALER_BASE_URL=https://site.url\nAUTODIALER_API_KEY=ключ\nAUTODIALER_ACCESS_TOKEN=токен\n"
DAY = "2026-11-23"


class Reader:
    """Somebody who does what a page says under a Russian locale, in a folder of their own."""

    def __init__(self, folder: Path, emulator: Emulator, commands: subprocess.Popen[str]) -> None:
        self._folder = folder
        self._emulator = emulator
        self._commands = commands
        self._today = datetime.now().astimezone().date().isoformat()
        self.save("service.env", SERVICE)

    def save(self, name: str, text: str) -> None:
        text = text.replace("https://site.url", self._emulator.base_url).replace("=ключ", f"={self._emulator.api_key}")
        text = text.replace("=токен", f"={self._emulator.access_token}")
        (self._folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self._folder / name).read_text(encoding="utf-8")

    def drop(self, record: str) -> None:
        """The emulator takes the batch with this record, and no answer comes."""
        self._emulator.add_fault(Rule(AcceptThenDrop(), record_id=record, times=1))

    def run(self, command: str) -> tuple[int, str]:
        """The exit code of a command, and what it prints on both streams."""
        name, *arguments = shlex.split(command.replace(DAY, self._today))
        assert name == "autodialer"
        assert self._commands.stdin is not None
        assert self._commands.stdout is not None
        self._commands.stdin.write(json.dumps([str(self._folder), arguments]) + "\n")
        self._commands.stdin.flush()
        answer = json.loads(self._commands.stdout.readline())
        assert "Traceback" not in answer["said"]
        return answer["code"], answer["said"].replace(self._today, DAY)

    def shown(self, command: str) -> str:
        """What a page shows of a command."""
        _, said = self.run(command)
        lines = (line.rstrip() for line in said.splitlines())
        # What time of day it is decides on this one.
        return "".join(f"{line}\n" for line in lines if "часы списка" not in line)


@contextmanager
def commands() -> Iterator[subprocess.Popen[str]]:
    """The command line under a Russian locale, loaded once."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUTODIALER_", "COV_"))}
    kept |= {"LC_ALL": "ru_RU.UTF-8", "LANGUAGE": ""}
    program = str(Path(__file__).with_name("many_commands.py"))
    with subprocess.Popen(
        [sys.executable, program], env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        yield process


@contextmanager
def reader(process: subprocess.Popen[str]) -> Iterator[Reader]:
    with (
        tempfile.TemporaryDirectory() as folder,
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Emulator.serve(seed=3)) as emulator,
    ):
        yield Reader(Path(folder), emulator, process)


def commands_of(text: str) -> list[str]:
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


def as_printed_now(page: str, process: subprocess.Popen[str]) -> str:
    """The page with what its commands print now."""
    with reader(process) as someone:

        def renewed(block: re.Match[str]) -> str:
            if block["what"] == "file":
                someone.save(block["name"], block["text"])
            if block["what"] == "emulator":
                someone.drop(block["name"].removeprefix("drops "))
            if block["kind"] != "console":
                return block[0]
            printed = "\n".join(f"$ {command}\n{someone.shown(command)}" for command in commands_of(block["text"]))
            return block[0].replace(f"```console\n{block['text']}", f"```console\n{printed}")

        return BLOCK.sub(renewed, page)


# What is the same in both languages: names, options, addresses, examples, words of the service.
LATIN = re.compile(
    r"`[^`]*`|'[^']*'|https?://\S+|--?[\w-]+|\S*[./_=]\S*|autodialer( \w+)?|Ctrl-C|Excel|id|[A-Z]{2,}\w*|csv|utf-8"
    r"|^  (demo|check|upload|status|report|call|history|ping|emulator|journal|webhook|purge)\b|\b(skip|read|first|purge"
    r"|Id|Lines|each|foreign|toll_free|premium|short|drop|keep|tab|stdout|Parquet|cp1251|zone|ID)\b"
    r"|errorcode|phone|name|uuid|var\d|←|JSON",
    re.MULTILINE,
)


def english_in(said: str) -> list[str]:
    """English words in what a command says."""
    return re.findall("[A-Za-z]{2,}", LATIN.sub("", re.sub(r"<[\w|]+>|\[[\d.<=x; ]+\]", "", said)))


def without_numbers(page: str) -> str:
    """A page whose numbers, times, lengths of bars and columns do not count."""
    text = re.sub(r"\d[\d\u00a0,.:%-]*", "0", page)
    text = re.sub(r"\b(Пн|Вт|Ср|Чт|Пт|Сб|Вс)\b", "Пн", text)
    return re.sub(r"[ \u00a0─█]+", " ", text)


if __name__ == "__main__":
    with commands() as process:
        for path in PAGES:
            path.write_text(as_printed_now(path.read_text(encoding="utf-8"), process), encoding="utf-8")

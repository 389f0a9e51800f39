"""Writes `docs/cli.md` out of the command line itself: `python docs/cli_page.py`.

The page is kept in the repository, so that it can be read there too; `tests/docs/test_cli_page.py` tells when it no
longer says what the commands say. Typer's own generator does the work; what it cuts short is put right here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent / "cli.md"
_HEAD = """\
<!-- Made by `python docs/cli_page.py` from the commands themselves: change them, not this page. -->

# Command line

`pip install "autodialer-async[cli,emulator]"` brings the command `autodialer`. With `[all]` it also reads spreadsheets,
receives webhooks and draws reports. `-h` and `--help` say what stands here, in Russian where the locale is Russian.

| exit code | |
| --- | --- |
| 0 | complete, or a server that was stopped by Ctrl-C |
| 1 | incomplete or refused: what is printed says what and how many |
| 2 | wrong use or configuration; nothing was sent |
| 130, 143 | interrupted by Ctrl-C or SIGTERM before completion; the exact result is printed first |

The result goes to stdout, remarks and progress to stderr; `--json` prints one JSON object for machines. Secrets come
from the environment or a file, never from arguments: `AUTODIALER_BASE_URL`, `AUTODIALER_API_KEY`,
`AUTODIALER_ACCESS_TOKEN`.

"""
_COMMAND_OF_A_LIST = re.compile(r"^\* `(?P<name>\w+)`: .*$", re.MULTILINE)
_SECTION = re.compile(r"^##+ `(?P<name>[^`]+)`\n\n(?P<summary>.+)$", re.MULTILINE)


def page() -> str:
    """The whole page, in English whatever the locale is."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("LC_", "LANG", "AUTODIALER_", "COLUMNS", "TERMINAL_WIDTH"))
    }
    made = subprocess.run(
        [sys.executable, "-m", "typer", "autodialer_async.cli.app", "utils", "docs", "--name", "autodialer"],
        env=environment | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    # The head says what the program's own help says.
    return _HEAD + _with_whole_summaries(made[made.index("**Usage**") :]).rstrip() + "\n"


def _with_whole_summaries(text: str) -> str:
    """Lists of commands with links, and with the whole first sentence of each, which Typer cuts after 45 letters."""
    summaries = {found["name"]: found["summary"] for found in _SECTION.finditer(text)}
    parts = re.split(r"(?m)^(?=##+ `)", text)
    for number, part in enumerate(parts):
        group = found["name"] if (found := _SECTION.match(part)) else "autodialer"

        def line(listed: re.Match[str], group: str = group) -> str:
            command = f"{group} {listed['name']}"
            return f"* [`{listed['name']}`](#{command.replace(' ', '-')}): {summaries[command]}"

        options, commands, rest = part.partition("**Commands**:\n")
        parts[number] = options + commands + _COMMAND_OF_A_LIST.sub(line, rest)
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

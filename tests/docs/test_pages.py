"""Every block of every page works as written: Python and commands run, in order, against an emulator."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.docs.examples import commands, programs, written_tests
from tests.docs.examples.blocks import Block, blocks_of
from tests.docs.examples.place import Place, entered
from tests.docs.proofs import DOCS, ROOT

MOST_NOT_RUN = 3
_COMMANDS = {"sh", "console", "bash", "shell"}
# Shown to be read: output, trees, records of a log.
_TO_BE_READ = {
    "text",
    "",
    "mermaid",
    "yaml",
    "toml",
    "ini",
    "nginx",
    "dockerfile",
    "html",
    "diff",
    "toctree",
    "eval-rst",
    "include",
    "literalinclude",
    "js",
    "contents",
}

# The page of commands is generated: `tests/docs/test_cli_page.py` holds it to the commands.
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    if page.name != "cli.md" and any(block.language not in _TO_BE_READ for block in blocks_of(page))
]


@pytest.fixture
def anyio_backend() -> str:
    # Most readers' loop, and the only one of FastAPI, uvicorn and the extra `fast`.
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
async def test_each_block_of_a_page_works_as_written(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = [block for block in blocks_of(page) if block.not_run is None]
    monkeypatch.chdir(tmp_path)
    async with entered(tmp_path, monkeypatch.setenv) as place:
        monkeypatch.setitem(sys.modules, "__main__", place.module)
        for block in blocks:
            if block.file is not None:
                (tmp_path / block.file).write_text(block.source, encoding="utf-8")
        tests: list[Block] = []
        for block in blocks:
            if block.language == "python" and written_tests.holds_tests(block):
                tests.append(block)
                continue
            if block.language == "given":
                tests.append(block)
            await _follow(block, place)
        if any(block.language == "python" for block in tests):
            written_tests.run_tests(tests, place)


async def _follow(block: Block, place: Place) -> None:
    if block.language in ("python", "given"):
        # A block that had a client of its own under this name has closed it.
        place.names["dialer"] = place.dialer
        code = programs.compiled(place.filled_in(block.source), file=str(block.page), line=block.line)
        await (programs.run_for_a_while if block.endless else programs.run)(code, place.names)
    elif block.language == "console" and block.page.is_relative_to(DOCS / "ru"):
        pass  # `tests/cli/test_russian_pages.py` runs them under a Russian locale, and compares each word
    elif block.language in _COMMANDS or block.source.startswith("$ "):
        commands.follow(block, place)
    elif block.language == "json":
        json.loads(block.source)
    else:
        assert block.language in _TO_BE_READ, f"{block}: nobody knows what to do with {block.language}"


def test_blocks_that_are_not_run_are_few_and_say_why(capsys: pytest.CaptureFixture[str]) -> None:
    left = [block for page in PAGES for block in blocks_of(page) if block.not_run is not None]
    with capsys.disabled():
        for block in left:
            print(f"\nnot run: {block}: {block.not_run}", end="")  # noqa: T201 - whoever reads the log sees them
    assert len(left) <= MOST_NOT_RUN
    assert all(len(block.not_run or "") > 10 for block in left)


def test_the_pages_have_blocks_to_run() -> None:
    kinds = Counter(block.language for page in PAGES for block in blocks_of(page))
    assert kinds["python"] > 25
    assert kinds["sh"] > 14

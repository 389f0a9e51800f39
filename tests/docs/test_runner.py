"""What runs the pages' blocks and the docstrings' examples sees it when they are wrong."""

from __future__ import annotations

import doctest
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from tests.docs.examples import commands, programs, written_tests
from tests.docs.examples.blocks import Block, blocks_of
from tests.docs.examples.docstrings import run_examples
from tests.docs.examples.place import Place, entered


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    monkeypatch.chdir(tmp_path)
    async with entered(tmp_path, monkeypatch.setenv) as place:
        yield place


def block(source: str, language: str = "sh", **said: object) -> Block:
    return Block(Path("page.md"), 3, language, source, **said)  # type: ignore[arg-type]


def test_blocks_come_in_order_with_what_is_said_of_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A page\n\n```python\nfirst = 1\n```\n\n<!-- not run: it is a fragment -->\n\n```python\n...\n```\n\n"
        "- in a list\n\n  ```sh\n  autodialer ping\n  ```\n\n<!-- given:\nsecond = 2\n-->\n\n"
        "<!-- file: list.csv -->\n```text\nid,phone\n```\n\n"
        "<!-- exit code: 1 -->\n\n```sh\nautodialer check list.csv\n```\n"
        "\n<!-- endless: it waits -->\nwords between\n\n```python\n```\n",
        encoding="utf-8",
    )
    first, fragment, listed, given, file, refused, last = blocks_of(page)
    assert (first.source, first.line, first.not_run) == ("first = 1\n", 4, None)
    assert fragment.not_run == "it is a fragment"
    assert (listed.language, listed.source) == ("sh", "autodialer ping\n")
    assert (given.language, given.source) == ("given", "second = 2\n")
    assert (file.file, file.source) == ("list.csv", "id,phone\n")
    assert (refused.exit_code, refused.file) == (1, None)
    assert last.endless is None, "said of the words between"


@pytest.mark.anyio
async def test_a_failure_names_the_line_of_the_page(place: Place) -> None:
    code = programs.compiled("sent = 1\nassert sent == 2\n", file="page.md", line=40)
    with pytest.raises(AssertionError) as caught:
        await programs.run(code, place.names)
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno) == ("page.md", 41)


@pytest.mark.anyio
async def test_what_waits_at_the_top_level_and_what_starts_a_loop_of_its_own_both_run(place: Place) -> None:
    sources = [
        "import anyio\nresult = await dialer.make(calls)\n",
        "async def main():\n    return 7\nown = anyio.run(main)\n",
    ]
    for source in sources:
        await programs.run(programs.compiled(source, file="page.md"), place.names)
    assert (place.names["result"].accepted, place.names["own"]) == (3, 7)


@pytest.mark.anyio
async def test_what_is_called_endless_must_not_end(place: Place) -> None:
    await programs.run_for_a_while(programs.compiled("await anyio.sleep_forever()", file="page.md"), {"anyio": anyio})
    with pytest.raises(AssertionError, match="ended by itself"):
        await programs.run_for_a_while(programs.compiled("await anyio.sleep(0)", file="page.md"), {"anyio": anyio})
    with pytest.raises(AssertionError, match="ended with 0"):
        commands.follow(block("python -c ''", endless="it waits"), place)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("autodialer check nowhere.csv", "ended with 2"),
        ("$ autodialer check list.csv\nlist       another.csv\n", "printed"),
        ("pip install 'autodialer-async[lists,magic]'", "no extra magic"),
        (".venv/bin/pip install -q '.[magic]' && autodialer ping", "no extra magic"),
        ("AUTODIALER_LONG=1 pytest tests/nowhere", "tests/nowhere is not there"),
        ("python -m benchmarks.nowhere", "benchmarks.nowhere is not there"),
        ("make install", "nobody knows how to follow this"),
        ("autodialer emulator --swicth times=MSK", "served nothing"),
    ],
)
async def test_a_command_that_does_not_work_as_written_is_seen(place: Place, source: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        commands.follow(block(source), place)


@pytest.mark.anyio
async def test_commands_know_what_was_exported_and_where_the_servers_of_the_page_are(place: Place) -> None:
    commands.follow(
        block("export WHO=$(python -c 'print(7)')\npython -c 'import os; assert os.environ[\"WHO\"] == \"7\"'"), place
    )
    commands.follow(block("autodialer emulator"), place)
    commands.follow(block("curl -sf localhost:8899/_emulator/api/state"), place)
    with pytest.raises(AssertionError, match="ended with"):
        commands.follow(block("curl -sf localhost:8899/_emulator/api/nowhere"), place)


@pytest.mark.anyio
async def test_written_tests_that_fail_or_are_none_are_seen(place: Place) -> None:
    passing = block("def test_it(autodialer_emulator):\n    assert not autodialer_emulator.calls\n", "python")
    assert written_tests.holds_tests(passing)
    written_tests.run_tests([passing], place)
    with pytest.raises(AssertionError, match="1 failed"):
        written_tests.run_tests([block("def test_it():\n    assert 1 == 2\n", "python")], place)
    with pytest.raises(AssertionError):
        written_tests.run_tests([block("def helper():\n    pass\n", "python")], place)


def docstring(text: str) -> doctest.DocTest:
    return doctest.DocTestParser().get_doctest(text, {}, "example", "module.py", 0)


@pytest.mark.anyio
async def test_an_example_is_held_to_what_it_prints_and_raises() -> None:
    await run_examples(
        docstring(">>> 1 + 1\n2\n>>> int('x')\nTraceback (most recent call last):\nValueError: ...\n"), {}
    )
    for wrong in (">>> 1 + 1\n3\n", ">>> 1 + 1\nTraceback (most recent call last):\nValueError: 2\n", ">>> 1\n"):
        with pytest.raises(AssertionError):
            await run_examples(docstring(wrong), {})
    with pytest.raises(ZeroDivisionError):
        await run_examples(docstring(">>> 1 / 0\n1\n"), {})


@pytest.mark.anyio
async def test_the_value_of_what_was_awaited_is_shown(place: Place) -> None:
    await run_examples(docstring(">>> (await dialer.make(calls)).accepted\n3\n"), place.names)
    with pytest.raises(AssertionError):
        await run_examples(docstring(">>> (await dialer.make(calls)).accepted\n4\n"), place.names)

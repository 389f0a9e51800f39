"""What users see changes only on purpose: names, signatures, the command line and what it prints are written down."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import attrs
import pytest

from tests.surface.names import PACKAGE, modules, names
from tests.surface.written import SURFACES, Surface

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.file.stem)
def test_what_users_see_is_what_is_written_down(surface: Surface) -> None:
    if changed := surface.difference():
        pytest.fail(
            f"{changed}\n\nThis changes what users see. If it is meant, run `python -m tests.surface`, look at the "
            "diff of tests/surface/*.txt, commit it, and tell of it in CHANGELOG.md.",
            pytrace=False,
        )


def test_every_module_that_pages_and_examples_import_is_among_the_promised_ones() -> None:
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "docs").rglob("*.py")]
    files += (ROOT / "tests" / "typing").glob("*.py")
    named = re.compile(r"^\s*(?:from|import) (autodialer_async[\w.]*)", re.MULTILINE)
    imported = {module for file in files for module in named.findall(file.read_text(encoding="utf-8"))}
    assert imported - set(modules()) == set()


CHANGES = [
    # file, what is written there, what it becomes, a line that this takes from the surface
    ("_client.py", "concurrency: int = 8", "concurrency: int = 9", "        concurrency: int = 8,"),
    ("_client.py", "_RECORDS_A_REQUEST = 1000", "_RECORDS_A_REQUEST = 999", "        batch_size: int = 1000,"),
    ("_client.py", "deadline: float | None = None", "deadline: int = 5", "        deadline: float | None = None,"),
    ("_history_operations.py", "async def ping(", "async def pong(", "    async def ping() -> None"),
    ("models/batch.py", 'UNSENT = "unsent"', 'UNSENT = "not sent"', "    UNSENT = 'unsent'"),
    ("errors.py", "class CallRejected(ApiError)", "class CallRejected(TransportError)", "        CallRejected"),
    ("_bulk/report.py", "Awaitable[None] | None]", "None]", "autodialer_async._bulk.report.OnProgress = Callable[["),
    ("journal/__init__.py", '    "open_journal",\n', "", "def open_journal("),
]


def test_a_changed_default_type_value_member_parent_and_export_are_each_noticed(tmp_path: Path) -> None:
    package = tmp_path / PACKAGE
    shutil.copytree(ROOT / PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, before, after, _ in CHANGES:
        text = (package / name).read_text(encoding="utf-8")
        assert before in text, f"{name} has changed, and so must this test"
        (package / name).write_text(text.replace(before, after), encoding="utf-8")
    changed = attrs.evolve(SURFACES[0], now=lambda: names(tmp_path)).difference().splitlines()
    for *_, line in CHANGES:
        assert any(each.startswith(f"-{line}") for each in changed), line

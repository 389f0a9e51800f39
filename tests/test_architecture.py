"""Each foreign library has one door, and the loop is anyio's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import autodialer_async

PACKAGE = Path(autodialer_async.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Modules that a file imports anywhere, also for type checking and inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""


def importers(library: str) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES
        if any(name.partition(".")[0] == library for name in imports(path))
    }


@pytest.mark.parametrize(
    ("library", "doors"),
    [
        ("asyncio", set()),
        ("trio", set()),
        ("requests", set()),
        ("cattrs", {"_wire/codec.py"}),
        # The client names httpx's types in its signature; the extra `fast` is a httpx transport itself.
        # The emulator shares nothing with the client, so what it sends has a door of its own.
        # What is mocked for users' tests is httpx itself.
        ("httpx", {"_transport/", "_client.py", "fast.py", "emulator/outgoing.py", "mocked.py"}),
        ("respx", {"pytest_plugin.py", "mocked.py"}),
        ("pytest", {"pytest_plugin.py"}),
        (
            "sqlite3",
            {"_sqlite/", "journal/sqlite/", "webhooks/inbox/", "history/export/spool.py", "emulator/notebook.py"},
        ),
        ("pyarrow", {"history/tables/parquet_table.py", "call_list/readers/parquet.py"}),
        ("xlrd", {"call_list/readers/xls.py"}),
        ("xlsxwriter", {"history/tables/xlsx_table.py"}),
        ("pyroaring", {"call_list/number_set.py"}),
        ("openpyxl", set()),
        ("typer", {"cli/"}),
        ("rich", {"cli/"}),
        ("starlette", {"emulator/", "webhooks/"}),
        ("fastapi", {"webhooks/fastapi.py"}),
        ("uvicorn", {"emulator/", "cli/webhook_server.py"}),
        ("matplotlib", {"history/report/charts.py"}),
        ("jinja2", {"history/report/page.py", "emulator/pages/rendering.py"}),
        ("opentelemetry", {"_observe/telemetry.py"}),
        ("phonenumbers", {"history/report/places.py", "call_list/phones/foreign.py"}),
    ],
)
def test_a_library_is_imported_only_behind_its_door(library: str, doors: set[str]) -> None:
    strangers = {
        path
        for path in importers(library)
        if not any(path == door or (door[-1] == "/" and path.startswith(door)) for door in doors)
    }
    assert strangers == set()


def test_the_client_uses_only_httpx_s_types() -> None:
    tree = ast.parse((PACKAGE / "_client.py").read_text(encoding="utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "httpx"
    }
    assert used <= {"Timeout", "AsyncBaseTransport", "Proxy"}


def test_the_emulator_imports_nothing_of_ours() -> None:
    for path in (PACKAGE / "emulator").rglob("*.py"):
        ours = {name for name in imports(path) if name.startswith("autodialer_async")}
        assert all(name.startswith("autodialer_async.emulator") for name in ours), path


@pytest.mark.parametrize("floor", ["models", "_wire", "_bulk"])
def test_the_inner_floors_know_no_http(floor: str) -> None:
    for path in (PACKAGE / floor).rglob("*.py"):
        names = {name.partition(".")[0] for name in imports(path)}
        assert not names & {"httpx", "httpcore", "ssl", "socket", "urllib3"}, path
        ours = {name for name in imports(path) if name.startswith("autodialer_async._")}
        assert not any(name.startswith(("autodialer_async._client", "autodialer_async._transport")) for name in ours), (
            path
        )


def test_no_module_is_a_bag() -> None:
    for path in MODULES:
        assert path.stem not in {"utils", "helpers", "manager", "common", "misc"}
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 500, f"{path} is long: find its nouns"

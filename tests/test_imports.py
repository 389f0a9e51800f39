"""What `import autodialer_async` costs: none of the extras' libraries, and no event loop of one's own."""

from __future__ import annotations

import subprocess
import sys

import pytest

import autodialer_async

# What the extras bring, and what only the journal needs.
NOT_OF_THE_CORE = [
    "typer", "rich", "click", "starlette", "uvicorn", "jinja2", "multipart", "python_multipart", "openpyxl", "pandas",
    "polars", "python_calamine", "phonenumbers", "fastapi", "sqlite3", "opentelemetry", "trio", "uvloop", "aiohttp",
    "pyarrow", "xlsxwriter", "matplotlib", "xlrd",
]  # fmt: skip


def modules_after(statement: str) -> set[str]:
    """Top-level names in `sys.modules` of a fresh interpreter after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}}, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    return set(done.stdout.split())


def test_importing_the_package_pulls_in_nothing_of_the_extras() -> None:
    loaded = modules_after("from autodialer_async import AsyncAutodialer")
    assert {"httpx", "attrs", "cattrs", "anyio"} <= loaded
    # httpx looks for click and rich by itself: its own command line, where they are installed.
    its_own = modules_after("import httpx, attrs, cattrs, anyio")
    assert (loaded - its_own) & set(NOT_OF_THE_CORE) == set()
    assert not loaded & (set(NOT_OF_THE_CORE) - {"click", "rich"})


@pytest.mark.parametrize(
    "part", ["cli", "emulator", "journal.sqlite", "call_list", "webhooks", "history", "pytest_plugin"]
)
def test_importing_the_package_leaves_its_outer_parts_alone(part: str) -> None:
    code = f"from autodialer_async import *; import sys; print('autodialer_async.{part}' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "False"


def test_making_a_client_needs_no_event_loop_and_starts_none() -> None:
    code = (
        "import autodialer_async, threading\n"
        "autodialer_async.AsyncAutodialer('https://site.test', api_key='k', access_token='t')\n"
        "assert threading.active_count() == 1"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("statement", ["import autodialer_async", "import autodialer_async.pytest_plugin"])
def test_a_project_that_only_has_the_package_installed_pays_for_none_of_it(statement: str) -> None:
    its_own = modules_after("import pytest")
    assert (modules_after(statement) - its_own) & {"httpx", "cattrs", "anyio", "orjson", "starlette", "respx"} == set()


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'SyncAutodialer'"):
        _ = autodialer_async.SyncAutodialer  # type: ignore[attr-defined]  # mypy sees it too


def test_mocking_without_respx_says_what_to_install() -> None:
    code = "import sys; sys.modules['respx'] = None; import autodialer_async.mocked"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines()[-1].endswith("needs respx, which is not installed: pip install respx")


def test_dir_tells_all_names() -> None:
    assert set(autodialer_async.__all__) <= set(dir(autodialer_async))


@pytest.mark.parametrize("name", ["errors.NotSent", "journal.Journal", "models.Call"])
def test_who_imports_the_package_alone_reaches_these_rooms_too(name: str) -> None:
    code = f"import autodialer_async; print(autodialer_async.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == name.partition(".")[2]

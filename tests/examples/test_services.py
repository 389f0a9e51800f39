"""What docs/services.md says of loops that run already, and that its neighbours show the programs that are tested."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autodialer_async.emulator import Emulator
from tests.examples.conftest import EXAMPLES

LINES = [
    "from autodialer_async import AsyncAutodialer",
    "dialer = AsyncAutodialer()",
    "result = await dialer.make([{'id': 'n-1', 'phone': '+7 922 222-00-07', 'generation_type': 1}])",
    "print('accepted', result.accepted)",
    "await dialer.aclose()",
]

# A notebook whose cells are the arguments, run as Jupyter runs it; what the cells print is printed.
NOTEBOOK = """
import sys
import nbclient, nbformat
from nbformat.v4 import new_code_cell, new_notebook
notebook = new_notebook(cells=[new_code_cell(line) for line in sys.argv[1:]])
nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
print(*(output["text"] for cell in notebook.cells for output in cell.outputs), sep="")
"""


def run(*command: str, environment: dict[str, str], said: str = "") -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=environment, capture_output=True, text=True, timeout=120, check=False, input=said,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr
    return done.stdout


def test_await_works_in_the_cells_of_a_notebook(
    emulator: Emulator, environment: dict[str, str], tmp_path: Path
) -> None:
    out = run("-c", NOTEBOOK, *LINES, environment=environment | {"IPYTHONDIR": str(tmp_path)})
    assert "accepted 1" in out
    assert emulator.dialled("+7 922 222-00-07") == 1


def test_await_works_in_asyncio_s_own_console(emulator: Emulator, environment: dict[str, str]) -> None:
    out = run("-m", "asyncio", environment=environment, said="\n".join([*LINES, ""]))
    assert "accepted 1" in out
    assert emulator.dialled("+7 922 222-00-07") == 1


@pytest.mark.parametrize(
    ("page", "program"),
    [
        ("asyncio-service.md", "asyncio_service.py"),
        ("upload-script.md", "upload_script.py"),
        ("fastapi-backend.md", "fastapi_backend.py"),
    ],
)
def test_a_page_shows_the_program_that_is_tested(page: str, program: str) -> None:
    text = (EXAMPLES.parent / page).read_text(encoding="utf-8")
    assert f"```{{literalinclude}} examples/{program}\n" in text
    assert (EXAMPLES / program).is_file()
    assert f"tests/examples/test_{program}" in text
    assert (Path(__file__).parent / f"test_{program}").is_file()

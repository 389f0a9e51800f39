"""What type checkers tell users of the installed package: typical code is right, each wrong use is found."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

CODE = Path(__file__).parent / "typing"
Place = tuple[str, int]


@pytest.fixture
def a_users_project(tmp_path: Path) -> Path:
    """The files in a folder of their own: the package is found where it is installed, and no setting of ours counts."""
    for file in CODE.glob("*.py"):
        shutil.copy(file, tmp_path)
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n", encoding="utf-8")
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "strict"}', encoding="utf-8")
    return tmp_path


def wrong_uses() -> set[Place]:
    lines = enumerate((CODE / "wrong.py").read_text(encoding="utf-8").splitlines(), 1)
    return {("wrong.py", number) for number, line in lines if line.endswith("  # wrong")}


def found_by_mypy(project: Path) -> set[Place]:
    command = [sys.executable, "-m", "mypy", *(file.name for file in project.glob("*.py"))]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True, timeout=300)
    found = re.findall(r"^([^:\n]+):(\d+): error:", done.stdout, re.MULTILINE)
    assert found, done.stdout + done.stderr
    return {(name, int(line)) for name, line in found}


def found_by_pyright(project: Path) -> set[Place]:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    done = subprocess.run(command, cwd=project, check=False, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert found, done.stderr
    errors = [(Path(each["file"]).name, each) for each in found if each["severity"] == "error"]
    # Lines below a wrong use have unknown types then; typical code has none.
    own = [(name, each) for name, each in errors if name != "wrong.py" or "Unknown" not in each["rule"]]
    return {(name, each["range"]["start"]["line"] + 1) for name, each in own}


@pytest.mark.parametrize("found_by", [found_by_mypy, found_by_pyright])
def test_a_type_checker_objects_to_each_wrong_use_and_to_nothing_that_is_typical(
    a_users_project: Path, found_by: Callable[[Path], set[Place]]
) -> None:
    expected = wrong_uses()
    assert len(expected) > 70
    assert found_by(a_users_project) == expected

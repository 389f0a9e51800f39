"""The page of errors has every class, drawn as the tree is, and says of each what the class says itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autodialer_async import UploadResult, errors
from autodialer_async.errors import AutodialerError, InvalidCall, JournalError, UploadIncomplete

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
ROWS = {
    found["name"]: found
    for found in re.finditer(
        r"^\| \[`(?P<name>\w+)`\]\(#(?P<anchor>\w+)\) \| (?P<dialled>[^|]+) \| (?P<again>[^|]+) \|$", PAGE, re.MULTILINE
    )
}
SECTIONS = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def example(name: str) -> AutodialerError:
    kind: type[AutodialerError] = getattr(errors, name)
    if kind is UploadIncomplete:
        return UploadIncomplete(UploadResult(read=1, unknown=1))
    return kind("it went wrong")


def test_every_error_has_a_section_and_a_row() -> None:
    assert set(SECTIONS) == set(errors.__all__)
    assert set(ROWS) == set(errors.__all__) - {"AutodialerError"}
    assert all(row["anchor"] == name.lower() for name, row in ROWS.items())


@pytest.mark.parametrize("name", errors.__all__)
def test_a_section_says_when_it_is_raised_whether_anyone_was_dialled_and_what_to_do(name: str) -> None:
    bold = set(re.findall(r"^- \*\*(.*?)\*\*", SECTIONS[name], re.MULTILINE))
    assert bold >= {"Was anyone dialled?", "What to do:"}
    assert "Raised" in bold or name == "AutodialerError"


@pytest.mark.parametrize("name", list(ROWS))
def test_the_table_agrees_with_the_class(name: str) -> None:
    assert ROWS[name]["dialled"].startswith("perhaps" if example(name).may_have_dialled else "no")


def test_a_journal_that_fails_in_the_middle_of_an_upload_is_the_one_exception() -> None:
    error = JournalError("the disk is full")
    error.during_upload = True
    assert error.may_have_dialled
    assert "in the middle of an upload perhaps" in ROWS["JournalError"]["dialled"]


def test_the_tree_is_drawn_as_it_is() -> None:
    drawn = re.search(r"^```\n(AutodialerError\n.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    names: list[str] = []
    for line in drawn[1].splitlines():
        depth, name = len(re.match(r"[│├└─ ]*", line)[0]) // 3, re.search(r"\w+", line)[0]  # type: ignore[index]  # each line has both
        del names[depth:]
        names.append(name)
        kind = getattr(errors, name)
        parent = kind.__mro__[1] if kind.__mro__[1].__name__ in errors.__all__ else kind.__mro__[2]
        assert depth == 0 or parent.__name__ == names[depth - 1], line
        assert ("(ValueError)" in line) == (issubclass(kind, ValueError)), line
    assert issubclass(InvalidCall, ValueError)


def test_the_tree_has_everybody() -> None:
    drawn = re.search(r"^```\n(AutodialerError\n.*?)```", PAGE, re.MULTILINE | re.DOTALL)
    assert drawn is not None
    assert sorted(re.findall(r"[A-Z]\w+(?=\(|\n)", drawn[1].replace("(ValueError)", ""))) == sorted(errors.__all__)

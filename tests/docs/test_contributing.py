"""Hooks, templates and commands for those who contribute are what their readers take them for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.proofs import DOCS, ROOT

TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
SCRIPTS = [path for path in sorted((ROOT / ".ci").iterdir()) if path.read_text(encoding="utf-8").startswith("#!")]
FORMS = [path for path in TEMPLATES if path.name != "config.yml"]
# What a form of GitHub may be made of, and what each must have.
PARTS = {
    "markdown": {"value"},
    "input": {"label"},
    "textarea": {"label"},
    "dropdown": {"label", "options"},
    "checkboxes": {"label", "options"},
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_hooks_are_valid_local_and_run_our_own_tools() -> None:
    config = ROOT / ".pre-commit-config.yaml"
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config", str(config)], check=True, timeout=60)
    [repository] = read(config)["repos"]
    assert repository["repo"] == "local"
    # The virtual environment may stand elsewhere than beside the code.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for hook in repository["hooks"]:
        assert hook["language"] == "system", "nothing to fetch"
        script, tool, *_ = hook["entry"].split()
        assert os.access(ROOT / script, os.X_OK)
        assert shutil.which(tool, path=path)
    ran = subprocess.run(
        [ROOT / ".ci" / "tool", "ruff", "--version"],
        check=True, capture_output=True, text=True, timeout=60, env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert ran.stdout.startswith("ruff ")


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_for_issues_is_one_that_can_be_shown(path: Path) -> None:
    form = read(path)
    assert form.keys() >= {"name", "description", "body"}
    assert form["description"]
    ids = [part["id"] for part in form["body"] if part["type"] != "markdown"]
    assert len(ids) == len(set(ids)) > 1
    for part in form["body"]:
        assert part["attributes"].keys() >= PARTS[part["type"]]
        if part["type"] == "dropdown":
            assert all(isinstance(option, str) for option in part["attributes"]["options"])


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_for_issues_warns_of_numbers_and_keys_and_asks_once_more(path: Path) -> None:
    first, *_, last = read(path)["body"]
    assert "Never paste a key, a token, a phone number" in first["attributes"]["value"]
    assert last["type"] == "checkboxes"
    assert last["attributes"]["options"][0]["required"] is True


def test_the_form_for_bugs_asks_for_state_phase_and_versions() -> None:
    parts = {
        part.get("id"): part["attributes"] for part in read(ROOT / ".github" / "ISSUE_TEMPLATE" / "bug.yml")["body"]
    }
    books = ["accepted", "rejected", "unsent", "unknown", "skipped", "invalid"]
    assert parts["state"]["options"] == [*books, "not about sending"]
    assert parts["phase"]["options"] == ["not_sent", "partial", "whole", "not about sending"]
    assert "python -VV" in parts["versions"]["description"]


def test_every_script_and_path_that_the_page_names_is_there() -> None:
    page = (DOCS / "contributing.md").read_text(encoding="utf-8")
    scripts = set(re.findall(r"\.ci/[a-z-]+", page))
    assert scripts >= {".ci/run", ".ci/full", ".ci/lint", ".ci/types"}
    paths = scripts | set(re.findall(r"\b(?:tests|docs|benchmarks)/[a-z_/]+(?:\.py)?", page))
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []
    modules = set(re.findall(r"python -m (benchmarks[a-z_.]*[a-z_])", page))
    assert [name for name in sorted(modules) if not list(ROOT.glob(f"{name.replace('.', '/')}*"))] == []


def test_the_daily_check_runs_the_commands_that_contributors_are_told_to_run() -> None:
    daily = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for script in (".ci/lint", ".ci/types"):
        assert f"bash {script}\n" in daily
        assert os.access(ROOT / script, os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_can_be_run_as_it_is_written_and_sets_every_variable_that_it_reads(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    read_there = set(re.findall(r"(?<!\\)\$\{?([a-z_]\w*)", text))
    set_there = set(re.findall(r"(?:^|[\s;({])([a-z_]\w*)=", text)) | set(re.findall(r"\bfor (\w+) in", text))
    for names in re.findall(r"\blocal ([a-z_ ]+)", text):
        set_there |= set(names.split())
    # bash would find out where the variable is read, after twenty minutes.
    assert read_there <= set_there
    assert os.access(script, os.X_OK)

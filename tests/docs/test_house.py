"""The page about the house shows the floors that import-linter keeps, and names rooms that are there."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.docs.proofs import DOCS, ROOT

PAGE = (DOCS / "house.md").read_text(encoding="utf-8")


def test_the_floors_on_the_page_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    [layers] = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    [drawn] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert drawn.splitlines() == layers


@pytest.mark.parametrize("page", ["house.md", "protocol.md"])
def test_every_module_that_a_page_names_is_there(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)+(?:[a-z_]+\.py)?|[a-z_]+\.py)`", text))
    assert len(named) > 10
    places = (ROOT, ROOT / "autodialer_async", ROOT / "autodialer_async" / "emulator")
    assert [name for name in sorted(named) if not any((place / name).exists() for place in places)] == []

"""Both journals, for the suite that they share."""

from __future__ import annotations

from pathlib import Path

import pytest

from autodialer_async.journal import Journal, MemoryJournal, SqliteJournal


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Journal:
    return MemoryJournal() if request.param == "memory" else SqliteJournal(tmp_path / "campaign.db")

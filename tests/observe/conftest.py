"""An SDK that keeps spans and metrics in memory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.observe.telemetry import Telemetry, recording


@pytest.fixture
def telemetry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Telemetry]:
    with recording(monkeypatch) as own:
        yield own

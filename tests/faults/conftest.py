"""These promises hold over every transport offered."""

from __future__ import annotations

import pytest

from tests.transports import anyio_backend, every_transport, shrink_send_buffers

__all__ = ["anyio_backend", "every_transport"]


@pytest.fixture
def small_send_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does not fit into 64 KB waits for the server."""
    shrink_send_buffers(monkeypatch, 65536)

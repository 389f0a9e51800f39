"""These promises hold over every transport offered."""

from tests.transports import anyio_backend

__all__ = ["anyio_backend"]

"""What the emulator answers, as OpenAPI."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

__all__ = ["openapi"]


@cache
def openapi() -> bytes:
    """The description of the service's operations and of the control interface: OpenAPI 3.1 as JSON."""
    return (files("autodialer_async.emulator") / "openapi.json").read_bytes()

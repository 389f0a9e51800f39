"""All that is served under `/_emulator`: the page, and the control interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount

from autodialer_async.emulator.control import control_routes
from autodialer_async.emulator.pages import routes

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator

__all__ = ["desk"]


def desk(emulator: Emulator) -> Starlette:
    """The app behind the guard."""
    own = [Mount("/api", routes=control_routes(emulator)), *routes(emulator)]
    return Starlette(routes=[Mount("/_emulator", routes=own)])

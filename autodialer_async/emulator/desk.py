"""All that is served under `/_emulator`: the page, and the control interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount

from autodialer_async.emulator.control import control_routes
from autodialer_async.emulator.pages import routes

if TYPE_CHECKING:
    from starlette.requests import Request

    from autodialer_async.emulator.app import Emulator

__all__ = ["desk"]


def desk(emulator: Emulator) -> Starlette:
    """The app behind the guard."""
    own = [Mount("/api", routes=control_routes(emulator)), *routes(emulator)]
    return Starlette(routes=[Mount("/_emulator", routes=own)], exception_handlers={HTTPException: _refuse})


def _refuse(request: Request, refused: Exception) -> Response:
    # What no route takes: under the control interface in its own form.
    if not isinstance(refused, HTTPException):
        raise refused
    if request.url.path.startswith("/_emulator/api/"):
        return JSONResponse({"error": refused.detail}, refused.status_code, headers=refused.headers)
    return PlainTextResponse(refused.detail, refused.status_code, headers=refused.headers)

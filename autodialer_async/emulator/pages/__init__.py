"""The emulator's page: what it took, whom it calls, what it says to webhooks, live, and switches to play with.

Rendered here, on the server; a small script keeps it fresh and spares reloading. Nothing of it comes from elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from autodialer_async.emulator.numbered import NUMBER
from autodialer_async.emulator.pages.actions import actions
from autodialer_async.emulator.pages.connect import environment
from autodialer_async.emulator.pages.deliveries import payload_view
from autodialer_async.emulator.pages.headers import SafeHeaders
from autodialer_async.emulator.pages.place import Place
from autodialer_async.emulator.pages.regions import REGIONS
from autodialer_async.emulator.pages.rendering import Rendering
from autodialer_async.emulator.pages.stream import stream
from autodialer_async.emulator.pages.visitor import PREFERENCES, Visitor, cookie_name

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from autodialer_async.emulator.app import Emulator

__all__ = ["routes"]

_A_YEAR: Final = 365 * 24 * 3600


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The page of an emulator, for paths relative to where it is mounted."""

    def page(request: Request) -> Response:
        if any(name in request.query_params for name in PREFERENCES):
            return _remember(request)
        return HTMLResponse(_rendering(emulator, request).page(Place.of(request.query_params)))

    def region(request: Request) -> Response:
        name: str = request.path_params["name"]
        if name not in REGIONS:
            return Response(status_code=404)
        return HTMLResponse(_rendering(emulator, request).region(name, Place.of(request.query_params)))

    async def events(request: Request) -> Response:
        seen = request.headers.get("last-event-id") or request.query_params.get("after", "")
        last_seen = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < _LONGEST_NUMBER else 0
        place = Place.of(request.query_params)
        tongue = Visitor.of(request).tongue
        return stream(emulator, _rendering(emulator, request), tongue, place, last_seen)

    def delivery(request: Request) -> Response:
        view = payload_view(emulator, int(request.path_params["number"]))
        place = Place.of(request.query_params)
        rendering = _rendering(emulator, request)
        if view is None:
            text = Visitor.of(request).tongue("deliveries.unknown", number=str(request.path_params["number"]))
            return HTMLResponse(rendering.page(place, problem=text), status_code=404)
        return HTMLResponse(rendering.payload(view, place, alone="part" not in request.query_params))

    def connect(_request: Request) -> Response:
        return JSONResponse({"text": environment(emulator, masked=False)})

    return [
        Mount(
            "/",
            routes=[
                Route("/", page),
                Route("/regions/{name}", region),
                Route("/stream", events),
                Route(f"/deliveries/{NUMBER}", delivery),
                Route("/connect", connect),
                *actions(emulator),
                Mount("/static", StaticFiles(packages=[(__name__, "static")])),
            ],
            middleware=[Middleware(SafeHeaders)],
        )
    ]


_LONGEST_NUMBER: Final = 19


def _rendering(emulator: Emulator, request: Request) -> Rendering:
    return Rendering(emulator, Visitor.of(request), request.scope["root_path"])


def _remember(request: Request) -> Response:
    left = request.url.remove_query_params(list(PREFERENCES))
    response = RedirectResponse(f"{left.path}?{left.query}" if left.query else left.path, status_code=303)
    for name, values in PREFERENCES.items():
        value = request.query_params.get(name)
        if value in values:
            response.set_cookie(
                cookie_name(name), value, max_age=_A_YEAR, path=request.scope["root_path"] + "/", samesite="strict"
            )
    return response

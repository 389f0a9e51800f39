"""What the page's buttons do. A form without a script comes back to the page; the page's script gets one sentence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from autodialer_async.emulator.numbered import NUMBER
from autodialer_async.emulator.pages.faults import rule_of_form
from autodialer_async.emulator.pages.place import Place
from autodialer_async.emulator.pages.rendering import Rendering
from autodialer_async.emulator.pages.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue

    Work = Callable[[Emulator, Mapping[str, str], Tongue], str]

__all__ = ["actions"]

_HOUR = 3600.0


class RefusedWishError(Exception):
    """Why a button did nothing, in the visitor's language."""


def actions(emulator: Emulator) -> list[BaseRoute]:
    """The routes behind the buttons."""

    async def resend(request: Request) -> Response:
        return await _press(emulator, request, "deliveries", partial(_resend, number=request.path_params["number"]))

    return [
        _button(emulator, "/faults/on", "faults", _switch_on),
        _button(emulator, "/faults/off", "faults", _switch_off),
        _button(emulator, "/faults/clear", "faults", _switch_all_off),
        _button(emulator, "/clock", "clock", _set_clock),
        _button(emulator, "/reset", "connect", _forget),
        Route(f"/deliveries/{NUMBER}/resend", resend, methods=["POST"]),
    ]


def _switch_on(emulator: Emulator, form: Mapping[str, str], tongue: Tongue) -> str:
    name = form.get("name", "")
    kind = next((kind for kind in emulator.fault_kinds() if kind.name == name), None)
    try:
        if kind is None:
            raise ValueError("name: no such fault")  # noqa: TRY301 - told like what `new_rule` refuses
        rule = emulator.new_rule(rule_of_form(form, kind.parameters))
    except ValueError as error:
        raise RefusedWishError(tongue("faults.wrong", name=name, reason=str(error))) from None
    _remove(emulator, name)
    emulator.add_fault(rule)
    return tongue("faults.done_on", name=name)


def _switch_off(emulator: Emulator, form: Mapping[str, str], tongue: Tongue) -> str:
    name = form.get("name", "")
    _remove(emulator, name)
    return tongue("faults.done_off", name=name)


def _switch_all_off(emulator: Emulator, _form: Mapping[str, str], tongue: Tongue) -> str:
    emulator.clear_faults()
    return tongue("faults.done_clear")


def _set_clock(emulator: Emulator, form: Mapping[str, str], tongue: Tongue) -> str:
    if "finish" in form:
        emulator.finish()
        return tongue("clock.done_finish")
    try:
        if "skip" in form:
            emulator.advance(_HOUR)
            return tongue("clock.done_skip")
        emulator.speed = float(form.get("speed", ""))
    except ValueError as error:
        raise RefusedWishError(str(error)) from None
    return tongue("clock.done_speed")


def _forget(emulator: Emulator, _form: Mapping[str, str], tongue: Tongue) -> str:
    emulator.reset()
    return tongue("connect.done_reset")


def _resend(emulator: Emulator, _form: Mapping[str, str], tongue: Tongue, *, number: int) -> str:
    try:
        delivery = emulator.resend(number)
    except KeyError:
        raise RefusedWishError(tongue("deliveries.unknown", number=str(number))) from None
    return tongue("deliveries.done_resend", number=str(delivery.number))


def _button(emulator: Emulator, path: str, region: str, work: Work) -> Route:
    async def pressed(request: Request) -> Response:
        return await _press(emulator, request, region, work)

    return Route(path, pressed, methods=["POST"])


async def _press(emulator: Emulator, request: Request, region: str, work: Work) -> Response:
    visitor = Visitor.of(request)
    place = Place.of(request.query_params)
    base: str = request.scope["root_path"]
    by_script = "application/json" in request.headers.get("accept", "")
    async with request.form(max_files=0, max_fields=50) as fields:
        # A body may name a charset that reads what cannot be written again, such as half of a surrogate pair.
        form = {
            name: value.encode("utf-8", "replace").decode() for name, value in fields.items() if isinstance(value, str)
        }
    try:
        # Finishing a hundred thousand calls takes a while, and meanwhile others are served.
        said = await anyio.to_thread.run_sync(work, emulator, form, visitor.tongue)
    except RefusedWishError as refusal:
        if by_script:
            return _sentence(str(refusal), good=False)
        return HTMLResponse(Rendering(emulator, visitor, base).page(place, problem=str(refusal)), status_code=422)
    if by_script:
        return _sentence(said, good=True)
    return RedirectResponse(f"{base}/?{place.query()}#{region}", status_code=303)


def _sentence(text: str, *, good: bool) -> Response:
    return JSONResponse({"message": text, "good": good}, status_code=200 if good else 422)


def _remove(emulator: Emulator, name: str) -> None:
    for fault in emulator.faults:
        if fault.name == name:
            emulator.remove_fault(fault.number)

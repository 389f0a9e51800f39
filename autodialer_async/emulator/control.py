"""The control interface over HTTP: what `Panel` has, as JSON under `/_emulator/api/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from typing import TYPE_CHECKING, Any, Final, cast

import anyio.to_thread
import orjson
from starlette.responses import Response
from starlette.routing import Route

from autodialer_async.emulator.description import openapi
from autodialer_async.emulator.numbered import NUMBER
from autodialer_async.emulator.plain import as_json, plain

if TYPE_CHECKING:
    from starlette.requests import Request

    from autodialer_async.emulator.panel import Panel

__all__ = ["control_routes"]

_MOST_ROWS: Final = 1000
_MOST_BYTES: Final = 1_000_000
_LARGEST: Final = 10**18

Handler = Callable[["Panel", "Request"], Awaitable[object]]


class _WrongError(Exception):
    """What is asked cannot be answered.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def control_routes(panel: Panel) -> list[Route]:
    """The routes of the interface, below its prefix."""

    def route(path: str, method: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                value = await handler(panel, request)
            except _WrongError as error:
                return _json({"error": str(error)}, error.status)
            return value if isinstance(value, Response) else _json(value)

        return Route(path, endpoint, methods=[method])

    return [route(*entry) for entry in _ROUTES]


async def _openapi(_: Panel, __: Request) -> object:
    return Response(openapi(), media_type="application/json")


async def _state(panel: Panel, _: Request) -> object:
    return {**plain(panel.state()), "base_url": panel.base_url}


async def _tasks(panel: Panel, request: Request) -> object:
    offset, limit = _part(request)
    return plain(panel.task_states(offset=offset, limit=limit))


async def _records(panel: Panel, request: Request) -> object:
    offset, limit = _part(request)
    query = request.query_params
    task = _number(request, "task") if "task" in query else None
    try:
        page = panel.find_records(id=query.get("id"), phone=query.get("phone"), task=task, offset=offset, limit=limit)
    except ValueError as error:
        raise _WrongError(400, str(error)) from None
    rows = [{**plain(row), "record": {"phone": row.record.phone, **plain(row.record)}} for row in page.items]
    return {"items": rows, "total": page.total, "offset": page.offset}


async def _dialled(panel: Panel, request: Request) -> object:
    phone = request.query_params.get("phone", "")
    try:
        return {"dialled": panel.dialled(phone), "calls": panel.calls_of(phone)}
    except ValueError as error:
        raise _WrongError(400, str(error)) from None


async def _accepted(panel: Panel, request: Request) -> object:
    if "id" not in request.query_params:
        raise _WrongError(400, "id: which record?")
    return {"accepted": panel.accepted(request.query_params["id"])}


async def _repeats(panel: Panel, _: Request) -> object:
    return {"accepted": panel.accepted_more_than_once(), "dialled": panel.dialled_more_than_once()}


async def _requests(panel: Panel, _: Request) -> object:
    return {"items": plain(panel.requests)}


async def _calls(panel: Panel, request: Request) -> object:
    offset, limit = _part(request)
    calls = panel.calls[::-1]
    return {"items": plain(calls[offset : offset + limit]), "total": len(calls), "offset": offset}


async def _recording(panel: Panel, request: Request) -> object:
    sound = panel.recording(request.path_params["number"])
    if sound is None:
        raise _WrongError(404, "there is no recording of such a call")
    return Response(sound, media_type="audio/wav")


async def _events(panel: Panel, request: Request) -> object:
    after = _number(request, "after") if "after" in request.query_params else 0
    return plain(panel.events(after=after, limit=_part(request)[1]))


async def _deliveries(panel: Panel, request: Request) -> object:
    offset, limit = _part(request)
    return plain(panel.find_deliveries(offset=offset, limit=limit))


async def _delivery(panel: Panel, request: Request) -> object:
    number = request.path_params["number"]
    try:
        payload = panel.payload(number)
    except KeyError:
        raise _WrongError(404, "there is no such delivery") from None
    shown = {
        "method": payload.method,
        "url": payload.url,
        "content_type": payload.content_type,
        "bytes": len(payload.body),
        "fields": payload.fields,
    }
    return {"delivery": plain(panel.delivery(number)), "payload": shown}


async def _resend(panel: Panel, request: Request) -> object:
    try:
        return plain(panel.resend(request.path_params["number"]))
    except KeyError:
        raise _WrongError(404, "there is no such delivery") from None


async def _faults(panel: Panel, _: Request) -> object:
    return {"items": [_shown_fault(armed) for armed in panel.faults]}


async def _fault_kinds(panel: Panel, _: Request) -> object:
    return {"items": plain(panel.fault_kinds())}


async def _add_fault(panel: Panel, request: Request) -> object:
    try:
        return _shown_fault(panel.add_fault(panel.new_rule(await _body(request))))
    except ValueError as error:
        raise _WrongError(400, str(error)) from None


async def _remove_fault(panel: Panel, request: Request) -> object:
    if not panel.remove_fault(request.path_params["number"]):
        raise _WrongError(404, "there is no such fault")
    return {"items": [_shown_fault(armed) for armed in panel.faults]}


async def _clear_faults(panel: Panel, _: Request) -> object:
    panel.clear_faults()
    return {"items": []}


async def _clock(panel: Panel, request: Request) -> object:
    given = _checked_clock(await _body(request))
    speed, advance = given.get("speed"), given.get("advance")

    def turn() -> None:
        if speed is not None:
            panel.speed = inf if speed == "now" else float(speed)
        if advance is not None:
            try:
                panel.advance(float(advance))
            except ValueError as error:
                raise ValueError(f"advance: {error}") from None
        if given.get("finish"):
            panel.finish()

    try:
        # Making the calls of a long time takes a while: others are served meanwhile.
        await anyio.to_thread.run_sync(turn)
    except (ValueError, OverflowError) as error:
        raise _WrongError(400, str(error)) from None
    return {"now": panel.now, "speed": panel.speed}


def _checked_clock(given: dict[str, Any]) -> dict[str, Any]:
    if unknown := given.keys() - {"speed", "advance", "finish"}:
        raise _WrongError(400, f"unknown {', '.join(sorted(unknown))}: there are speed, advance and finish")
    speed = given.get("speed")
    for name, held in (("speed", None if speed == "now" else speed), ("advance", given.get("advance"))):
        if held is not None and (not isinstance(held, int | float) or isinstance(held, bool)):
            raise _WrongError(400, f"{name}: a number" + (', or "now"' if name == "speed" else " of seconds"))
    if not isinstance(given.get("finish", False), bool):
        raise _WrongError(400, "finish: true or false")
    return given


async def _reset(panel: Panel, _: Request) -> object:
    panel.reset()
    return plain(panel.state())


async def _seed(panel: Panel, request: Request) -> object:
    seed = (await _body(request)).get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise _WrongError(400, "seed: a whole number")
    panel.reseed(seed)
    return plain(panel.state())


_ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("/openapi.json", "GET", _openapi),
    ("/state", "GET", _state),
    ("/tasks", "GET", _tasks),
    ("/records", "GET", _records),
    ("/dialled", "GET", _dialled),
    ("/accepted", "GET", _accepted),
    ("/repeats", "GET", _repeats),
    ("/requests", "GET", _requests),
    ("/calls", "GET", _calls),
    (f"/recordings/{NUMBER}.wav", "GET", _recording),
    ("/events", "GET", _events),
    ("/deliveries", "GET", _deliveries),
    (f"/deliveries/{NUMBER}", "GET", _delivery),
    (f"/deliveries/{NUMBER}/resend", "POST", _resend),
    ("/faults", "GET", _faults),
    ("/faults", "POST", _add_fault),
    ("/faults", "DELETE", _clear_faults),
    (f"/faults/{NUMBER}", "DELETE", _remove_fault),
    ("/fault-kinds", "GET", _fault_kinds),
    ("/clock", "POST", _clock),
    ("/reset", "POST", _reset),
    ("/seed", "POST", _seed),
)


def _shown_fault(armed: Any) -> dict[str, object]:
    shown = cast("dict[str, object]", plain(armed))
    rule = cast("dict[str, object]", shown["rule"])
    # A predicate is Python's: that there is one is all that can be said of it.
    rule["predicate"] = armed.rule.predicate is not None
    return shown


def _part(request: Request) -> tuple[int, int]:
    query = request.query_params
    offset = _number(request, "offset") if "offset" in query else 0
    limit = _number(request, "limit") if "limit" in query else 50
    if limit > _MOST_ROWS:
        raise _WrongError(400, f"limit: at most {_MOST_ROWS}")
    return offset, limit


def _number(request: Request, name: str) -> int:
    text = request.query_params[name]
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(_LARGEST)):
        raise _WrongError(400, f"{name}: a whole number, 0 or more")
    return int(text)


async def _body(request: Request) -> dict[str, Any]:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise _WrongError(413, f"at most {_MOST_BYTES} bytes")
    try:
        value = orjson.loads(bytes(body))
    except orjson.JSONDecodeError:
        raise _WrongError(400, "expected a JSON object") from None
    if not isinstance(value, dict):
        raise _WrongError(400, "expected a JSON object")
    return cast("dict[str, Any]", value)


def _json(value: object, status: int = 200) -> Response:
    return Response(as_json(value), status, media_type="application/json")

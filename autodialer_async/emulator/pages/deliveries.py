"""Webhook deliveries, and what one of them carries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from autodialer_async.emulator.pages.paging import open_page

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["deliveries_region", "payload_view", "readable"]

_PAGE: Final = 8
_MOST_BYTES: Final = 4000
_CHARSET: Final = re.compile(r"charset=\"?([\w.-]+)", re.ASCII)
_UNPRINTABLE: Final = re.compile(r"[^\t\n\x20-\x7e\u00a0-\uffff]+")


def deliveries_region(emulator: Emulator, _tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the deliveries is given; the newest come first."""
    page, pager = open_page(
        lambda offset, limit: emulator.find_deliveries(offset=offset, limit=limit), place.deliveries, _PAGE
    )
    return {"deliveries": page.items, "pager": pager}


def payload_view(emulator: Emulator, number: int) -> dict[str, Any] | None:
    """What the template of one delivery is given; None where there is no such delivery."""
    try:
        delivery = emulator.delivery(number)
        payload = emulator.payload(number)
    except KeyError:
        return None
    return {
        "delivery": delivery,
        "payload": payload,
        "raw": readable(payload.body, payload.content_type),
        "cut": max(0, len(payload.body) - _MOST_BYTES),
        "recording": emulator.recording(delivery.call.number) is not None,
    }


def readable(body: bytes, content_type: str | None) -> str:
    r"""The beginning of a body as text in its own charset; what cannot be read is one dot.

    >>> readable(b"a=1\x00\x01", "application/x-www-form-urlencoded")
    'a=1·'
    """
    charset = match[1] if (match := _CHARSET.search(content_type or "")) else "utf-8"
    try:
        text = body[:_MOST_BYTES].decode(charset, "replace")
    except LookupError:
        text = body[:_MOST_BYTES].decode("utf-8", "replace")
    return _UNPRINTABLE.sub("·", text.replace("\r\n", "\n").replace("\ufffd", "·"))

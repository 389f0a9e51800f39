"""What a program needs to talk to this emulator."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["connect_region", "environment"]

_HIDDEN = "••••••••"


def environment(emulator: Emulator, *, masked: bool) -> str:
    """Lines for a shell."""
    key, token = (_HIDDEN, _HIDDEN) if masked else (quote(emulator.api_key), quote(emulator.access_token))
    return (
        f"export AUTODIALER_BASE_URL={quote(emulator.base_url)}\n"
        f"export AUTODIALER_API_KEY={key}\n"
        f"export AUTODIALER_ACCESS_TOKEN={token}\n"
    )


def connect_region(emulator: Emulator, _tongue: Tongue, place: Place) -> dict[str, Any]:
    """What the template of the connect box is given."""
    return {"lines": environment(emulator, masked=not place.keys), "keys": place.keys}

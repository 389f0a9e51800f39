"""Who looks at the page: their language and theme, remembered in cookies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import attrs

from autodialer_async.emulator.pages.languages import LANGUAGES, Language, Tongue, preferred_language, tongue

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["PREFERENCES", "THEMES", "Theme", "Visitor"]

Theme = Literal["auto", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)

PREFERENCES: Final[dict[str, tuple[str, ...]]] = {"lang": LANGUAGES, "theme": THEMES}
"""What can be chosen by a parameter of any address, and is then remembered in a cookie."""

_COOKIE: Final = "autodialer_emulator_"


@attrs.frozen
class Visitor:
    """How someone wants to see the page.

    Attributes:
        tongue: Their language.
        theme: Their theme; `auto` is their system's.
    """

    tongue: Tongue
    theme: Theme

    @classmethod
    def of(cls, request: Request) -> Visitor:
        """By what they chose before; the language else by what their browser asks for."""
        language = _chosen(request, "lang") or preferred_language(request.headers.get("accept-language", ""))
        theme = _chosen(request, "theme") or "auto"
        return cls(tongue(cast("Language", language)), cast("Theme", theme))


def cookie_name(preference: str) -> str:
    """The cookie that remembers a preference. Cookies know no port, so the name is the emulator's own."""
    return _COOKIE + preference


def _chosen(request: Request, preference: str) -> str:
    value = request.cookies.get(cookie_name(preference), "")
    return value if value in PREFERENCES[preference] else ""

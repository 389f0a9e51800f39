"""The service behind respx's routes: nothing is listened to, and every answer can be replaced."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx

try:
    import respx
except ModuleNotFoundError:
    raise ImportError("the mocked service needs respx, which is not installed: pip install respx") from None

from autodialer_async._client import AsyncAutodialer
from autodialer_async.emulator import Emulator

__all__ = ["MockedService", "mocked_service"]

_BASE_URL = "https://autodialer.test"


class MockedService:
    """Three routes of a respx router. They answer as an `Emulator` in this process does, until told otherwise.

    Needs the extra `emulator`, and respx.

    Args:
        router: Where the routes are added. One that asserts that all routes were called wants them all called.
        base_url: The address that is mocked.

    Attributes:
        emulator: Who answers, and knows what was accepted: `service.emulator.accepted("7")`.
        make: The route of `make`: `service.make.mock(side_effect=httpx.ReadTimeout)`, `service.make.respond(503)`,
            `service.make.call_count`.
        newcall: The route of `newcall`.
        cdr: The route of `cdr`.

    Example:
        >>> with respx.mock(assert_all_called=False) as router:
        ...     service = MockedService(router)
        ...     async with service.client() as dialer:
        ...         receipt = await dialer.newcall(phone="89222220000", generation_type=1, immediate=True)
        >>> service.newcall.call_count, service.emulator.dialled("89222220000")
        (1, 1)
    """

    def __init__(self, router: respx.MockRouter, *, base_url: str = _BASE_URL) -> None:
        self.emulator: Emulator = Emulator()
        self._base_url = base_url
        self._in_process = httpx.ASGITransport(self.emulator)
        self.make: respx.Route = self._route(router, "make")
        self.newcall: respx.Route = self._route(router, "newcall")
        self.cdr: respx.Route = self._route(router, "cdr")

    def client(self, **arguments: Any) -> AsyncAutodialer:
        """A client of the mocked service.

        Args:
            **arguments: As for `AsyncAutodialer`.
        """
        account: dict[str, Any] = {
            "base_url": self._base_url,
            "api_key": self.emulator.api_key,
            "access_token": self.emulator.access_token,
        }
        return AsyncAutodialer(**account | arguments)

    def _route(self, router: respx.MockRouter, operation: str) -> respx.Route:
        route = router.route(url=f"{self._base_url}/{self.emulator.api_key}/{operation}")
        return route.mock(side_effect=self._answer)

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._in_process.handle_async_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=await answer.aread())


@contextmanager
def mocked_service() -> Generator[MockedService]:
    """The service behind a router of its own until the block ends; requests to anywhere else fail."""
    # A test that only loads a list never calls the other routes: that is no finding.
    with respx.mock(assert_all_called=False) as router:
        yield MockedService(router)

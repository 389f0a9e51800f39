"""Reading an answer, up to a cap."""

from __future__ import annotations

import logging

import anyio
import httpx

from autodialer_async.models import Answer

__all__ = ["Reply", "close"]

CLOSING_TIME = 2.0
_logger = logging.getLogger("autodialer_async")


class Reply:
    """What has been read of an answer so far, also when reading breaks off."""

    def __init__(self) -> None:
        self._response: httpx.Response | None = None
        self._body = bytearray()
        self._over_cap = False
        self.finished = False

    async def read(self, lane: httpx.AsyncBaseTransport, request: httpx.Request, cap: int) -> None:
        """Send a request and read its answer; `finished` says whether the whole of it was read."""
        self._response = response = await lane.handle_async_request(request)
        # We asked for no encoding, and decoding costs even where there is none. A transport may have read the whole.
        as_it_came = "Content-Encoding" not in response.headers and not response.is_stream_consumed
        chunks = response.aiter_raw() if as_it_came else response.aiter_bytes()
        try:
            async for chunk in chunks:
                self._body += chunk
                if len(self._body) > cap:
                    self._over_cap = True
                    del self._body[cap:]
                    # The loop goes on: httpx's nested generators then end with an error, and not as garbage.
                    await close(response)
        except Exception:
            if not self._over_cap:
                raise
        finally:
            if not response.is_closed:
                await close(response)
        self.finished = not self._over_cap

    def answer(self) -> Answer | None:
        """What came, as far as it came."""
        if self._response is None:
            return None
        headers = {name.lower(): value for name, value in self._response.headers.items()}
        return Answer(self._response.status_code, headers, bytes(self._body), truncated=not self.finished)


async def close(open_one: httpx.AsyncBaseTransport | httpx.Response) -> None:
    """Close in spite of a cancel, and not for ever."""
    with anyio.CancelScope(shield=True, deadline=anyio.current_time() + CLOSING_TIME):
        try:
            await open_one.aclose()
        except Exception as error:  # noqa: BLE001 - what was read counts, not how the connection ends
            _logger.debug("closing a connection raised %s", type(error).__name__)

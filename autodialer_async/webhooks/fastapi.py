"""The receiver as a router of FastAPI, which is the user's to install."""

from __future__ import annotations

from autodialer_async.errors import ConfigurationError
from autodialer_async.webhooks.receiver import WebhookReceiver

try:
    from fastapi import APIRouter
except ModuleNotFoundError as _missing:
    raise ImportError(
        f"autodialer_async.webhooks.fastapi needs {_missing.name}, which is not installed: pip install fastapi"
    ) from None

__all__ = ["router"]


def router(receiver: WebhookReceiver, *, path: str = "/autodialer") -> APIRouter:
    """A router that receives at `{path}/{secret}` and at `{path}?secret=…`.

    The receiver runs as long as the application that includes it: its lifespan goes with the router. It stands in no
    OpenAPI document. FastAPI reads and bounds nothing of the requests: the receiver does.

    Args:
        receiver: What receives; it is not to be entered elsewhere.
        path: Where, below the application's root and the prefix that it is included with.

    Raises:
        ConfigurationError: The path does not begin with a slash.

    Example:
        >>> from fastapi import FastAPI
        >>> from autodialer_async.webhooks import WebhookReceiver
        >>> app = FastAPI()
        >>> app.include_router(router(WebhookReceiver(secret="…", inbox="calls.db"), path="/calls"))
    """
    if not path.startswith("/"):
        raise ConfigurationError(f"path begins with a slash, not {path!r}")
    received = APIRouter(lifespan=receiver.lifespan)
    base = path.rstrip("/")
    for place in (base or "/", f"{base}/{{secret}}"):
        # An ASGI app as the endpoint: all methods, the body untouched.
        received.add_route(place, receiver, include_in_schema=False)  # type: ignore[arg-type]
    return received

"""A web server for one receiver, until a signal ends it."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio

from autodialer_async.cli.interrupts import signals_received
from autodialer_async.errors import ConfigurationError

try:
    import uvicorn

    from autodialer_async.webhooks import WebhookReceiver
except ImportError as _missing:
    _name = getattr(_missing, "name", None) or "starlette"
    raise ConfigurationError(
        f'{_name} is missing: the webhook server needs pip install "autodialer-async[cli,webhooks]"'
    ) from None

__all__ = ["serve_receiver"]

_BACKLOG = 1024


class _Server(uvicorn.Server):
    """Leaves the process's signals to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def _warnings_on_stderr() -> Iterator[None]:
    """What the receiver warns of is for the person who started it; a library by itself prints nothing."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    logger = logging.getLogger("autodialer_async.webhooks")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


async def serve_receiver(host: str, port: int, settings: dict[str, Any], started: Callable[[str], None]) -> None:
    """Serve a receiver until SIGINT or SIGTERM; handlers have their grace to end.

    Args:
        host: Address to serve on.
        port: 0 for a free one.
        settings: Arguments of `WebhookReceiver`.
        started: Told the address.

    Raises:
        ConfigurationError: The address cannot be bound, or a setting is wrong.
        InboxError: The inbox cannot be used.
    """
    receiver = WebhookReceiver(**settings)
    try:
        listener = socket.create_server((host, port), backlog=_BACKLOG)
    except OSError as error:
        raise ConfigurationError(f"{host} port {port} cannot be served on: {error.strerror}") from error
    # No access log: paths hold the secret. Headers of proxies are the receiver's business.
    config = uvicorn.Config(
        receiver, lifespan="off", access_log=False, log_config=None, proxy_headers=False, server_header=False
    )
    server = _Server(config)
    with _warnings_on_stderr(), listener, signals_received() as signals:
        async with receiver, anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, [listener])
            started(f"http://{host}:{listener.getsockname()[1]}")
            async for _ in signals:
                break
            server.should_exit = True

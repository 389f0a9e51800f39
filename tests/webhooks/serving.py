"""An ASGI app on a real socket, in the test's own event loop: asyncio or trio."""

from __future__ import annotations

import importlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx
import sniffio
from hypercorn.config import Config

__all__ = ["SECRET", "served"]

SECRET = "a-long-secret-of-the-tests"


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app, whose lifespan runs meanwhile."""
    serve = importlib.import_module(f"hypercorn.{sniffio.current_async_library()}").serve
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = Config()
        config.errorlog = None
        stop = anyio.Event()
        async with anyio.create_task_group() as tasks:
            port = listener.getsockname()[1]
            config.bind = [f"fd://{listener.detach()}"]
            tasks.start_soon(_serve, serve, app, config, stop)
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
                try:
                    # The first answer comes when the app's lifespan has begun.
                    await client.head("/")
                    yield client
                finally:
                    stop.set()


async def _serve(serve: Any, app: Any, config: Config, stop: anyio.Event) -> None:
    await serve(app, config, shutdown_trigger=stop.wait)

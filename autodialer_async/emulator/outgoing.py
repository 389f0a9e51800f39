"""Sends webhooks. The emulator's one door to a HTTP client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import anyio
import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

    from autodialer_async.emulator.deliveries import Deliveries, Delivery
    from autodialer_async.emulator.webhook import Payload, Webhook

__all__ = ["send_webhooks"]

_LOOK_AGAIN: Final = 0.02


async def send_webhooks(webhook: Webhook, queue: Callable[[], Deliveries], base_url: Callable[[], str]) -> None:
    """Send what is in the queue, until cancelled; what was under way then goes back into the queue.

    Args:
        webhook: How.
        queue: Gives the queue; a reset makes a new one.
        base_url: Gives the emulator's own address.
    """
    # The transport without its client: that one follows the environment's proxies and logs addresses.
    limits = httpx.Limits(max_connections=webhook.concurrency, max_keepalive_connections=webhook.concurrency)
    async with (
        httpx.AsyncHTTPTransport(
            verify=webhook.url.lower().startswith("https:"), limits=limits, trust_env=False
        ) as transport,
        anyio.create_task_group() as senders,
    ):
        for _ in range(webhook.concurrency):
            senders.start_soon(_send_on, transport, webhook, queue, base_url)


async def _send_on(
    transport: httpx.AsyncHTTPTransport,
    webhook: Webhook,
    queue: Callable[[], Deliveries],
    base_url: Callable[[], str],
) -> None:
    while True:
        deliveries = queue()
        delivery = deliveries.take()
        if delivery is None:
            # It is put into the queue by other threads as well, and a look costs next to nothing.
            await anyio.sleep(_LOOK_AGAIN)
            continue
        try:
            await _try(transport, webhook, deliveries, delivery, base_url())
        except BaseException:
            deliveries.put_back(delivery)
            raise


async def _try(
    transport: httpx.AsyncHTTPTransport, webhook: Webhook, deliveries: Deliveries, delivery: Delivery, base_url: str
) -> None:
    status: int | None = None
    problem: str | None = "Timeout"
    with anyio.move_on_after(webhook.timeout):
        try:
            status = await _post(transport, webhook.payload(delivery.call, base_url=base_url))
            problem = None
        except (httpx.TransportError, httpx.InvalidURL, OSError) as error:
            problem = type(error).__name__
    deliveries.tried(delivery.number, status, problem)


async def _post(transport: httpx.AsyncHTTPTransport, payload: Payload) -> int:
    headers = {"user-agent": "autodialer-emulator"}
    if payload.content_type is not None:
        headers["content-type"] = payload.content_type
    request = httpx.Request(payload.method, payload.url, content=payload.body or None, headers=headers)
    response = await transport.handle_async_request(request)
    try:
        # Nobody reads it, but the connection is good for another one only after its end.
        async for _ in response.aiter_raw():
            pass
        return response.status_code
    finally:
        await response.aclose()

"""One of several processes that receive on one socket into one inbox; the tests kill it."""

from __future__ import annotations

import os
import socket
import sys

import anyio
import uvicorn

from autodialer_async.webhooks import ReceivedEvent, WebhookReceiver
from tests.webhooks.serving import SECRET

__all__: list[str] = []


def main(descriptor: int, inbox: str, handled: str, pause: float, limit: int) -> None:
    log = os.open(handled, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    async def on_event(event: ReceivedEvent) -> None:
        await anyio.sleep(pause)
        os.write(log, f"{event.key} {event.phone}\n".encode())

    receiver = WebhookReceiver(secret=SECRET, inbox=inbox, on_event=on_event, max_body=limit)
    config = uvicorn.Config(receiver, log_level="critical", access_log=False)
    uvicorn.Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], float(sys.argv[4]), int(sys.argv[5]))

"""A backend that loads call lists, receives what became of the calls, and shows the leads.

    export AUTODIALER_BASE_URL=… AUTODIALER_API_KEY=… AUTODIALER_ACCESS_TOKEN=… WEBHOOK_SECRET=…
    uvicorn webhook_backend:app

The service is pointed at https://your.site/autodialer/$WEBHOOK_SECRET. `tests/webhooks/test_backend_example.py` runs
this file as it is against the emulator.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Annotated, Any

import anyio
from anyio.abc import TaskStatus
from fastapi import Body, FastAPI, HTTPException

from autodialer_async import AsyncAutodialer, Upload
from autodialer_async.journal import SqliteJournal
from autodialer_async.webhooks import Lead, ReceivedEvent, WebhookReceiver
from autodialer_async.webhooks.fastapi import router

FOLDER = Path(os.environ.get("BACKEND_FOLDER", "."))

journal = SqliteJournal(FOLDER / "campaign.db")
uploads: dict[int, Upload] = {}
running: set[int] = set()
numbers = count(1)
# In the place of your database. The key is the same each time an event is handled, so a lead is written once.
leads: dict[str, Lead] = {}


async def on_event(event: ReceivedEvent) -> None:
    """Once for each event; again if this process dies, or this function raises."""
    if event.lead is not None:
        leads[event.key] = event.lead


receiver = WebhookReceiver(
    secret=os.environ["WEBHOOK_SECRET"], inbox=FOLDER / "calls.db", on_event=on_event, journal=journal
)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client and one place for background work, as long as the application runs."""
    async with AsyncAutodialer() as dialer, anyio.create_task_group() as background:
        app.state.dialer, app.state.background = dialer, background
        yield
        for upload in uploads.values():
            # What is on its way gets its grace; the journal knows where the next run goes on.
            upload.stop()


app = FastAPI(lifespan=lifespan)
# The router brings the receiver's own lifespan along.
app.include_router(router(receiver, path="/autodialer"))


@app.post("/uploads", status_code=202)
async def start_upload(calls: Annotated[list[dict[str, Any]], Body()]) -> dict[str, int]:
    """Begin to send a list, and say under which number to ask for it."""
    number = next(numbers)
    await app.state.background.start(_upload, number, calls)
    return {"upload": number}


async def _upload(
    number: int, calls: list[dict[str, Any]], *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    dialer: AsyncAutodialer = app.state.dialer
    async with dialer.upload(calls, journal=journal) as upload:
        uploads[number] = upload
        running.add(number)
        task_status.started()
    # Left when all is settled.
    running.discard(number)


@app.get("/uploads/{number}")
async def progress(number: int) -> dict[str, Any]:
    """How far it is: exact at every moment; what is on its way counts as unknown."""
    if number not in uploads:
        raise HTTPException(404)
    return {"running": number in running, **uploads[number].result.to_dict()}


@app.get("/leads")
async def all_leads() -> list[dict[str, Any]]:
    """Who answered, and what was said."""
    return [
        {"key": key, "id": lead.contact.id, "uuid": lead.contact.uuid, "answer": lead.answer}
        for key, lead in leads.items()
    ]

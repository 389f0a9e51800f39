"""A backend: campaigns that are uploaded in the background and survive a restart, single calls, and webhooks.

    export AUTODIALER_BASE_URL=… AUTODIALER_API_KEY=… AUTODIALER_ACCESS_TOKEN=… WEBHOOK_SECRET=…
    uvicorn fastapi_backend:app --timeout-graceful-shutdown 5

One process: each campaign has one uploader, and the journal refuses a second one.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup
from fastapi import FastAPI, Header, HTTPException
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AutodialerError,
    CallRejected,
    DeliveryUnknown,
    InvalidCall,
    NotSent,
    Progress,
    Upload,
)
from autodialer_async.journal import SqliteJournal
from autodialer_async.webhooks import Lead, ReceivedEvent, WebhookReceiver
from autodialer_async.webhooks.fastapi import router

log = logging.getLogger("backend")
FOLDER = Path(os.environ.get("BACKEND_FOLDER", "."))
CAMPAIGNS, CALLS = FOLDER / "campaigns", FOLDER / "calls"
# A stream ends after a while, and the browser asks again by itself: an open one would hold up the shutdown.
STREAM_SECONDS = 10.0
# Somebody waits for the answer, and a busy service may ask for a pause of minutes.
CALL_SECONDS = 30.0
AGAIN_AFTER_SECONDS = float(os.environ.get("BACKEND_AGAIN_AFTER", "30"))


class Record(BaseModel, extra="forbid"):
    """A record as the browser sends it; numbers are checked by the library."""

    id: str
    phone: str
    name: str | None = None
    var1: str | None = None


class NewCampaign(BaseModel):
    """A list with a name: sent again under the same name it is not begun again."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    generation_type: str
    calls: list[Record]


class Campaign:
    """One list in a folder of its own: the list, the journal, and at the end the result."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.upload: Upload | None = None
        self.failure: str | None = None
        self.changed = anyio.Event()

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left that another run could do."""
        return (self.folder / "result.json").exists()

    @property
    def journal(self) -> SqliteJournal:
        """What became of each record, over all runs."""
        return SqliteJournal(self.folder / "journal.db")

    def told(self) -> dict[str, Any]:
        """What a browser is shown: counts, no numbers and no names."""
        if self.is_finished:
            return {"state": "finished", **_counts(json.loads((self.folder / "result.json").read_text()))}
        if self.upload is not None:
            return {"state": "running", **_counts(self.upload.result.to_dict())}
        return {"state": "failed" if self.failure else "waiting", "error": self.failure}

    async def run(self, dialer: AsyncAutodialer, stopping: anyio.Event) -> None:
        """Send what is left of the list. Never raises: one campaign must not end the others."""
        try:
            while not self.is_finished and not stopping.is_set():
                await self._run_once(dialer, stopping)
                if not self.is_finished:
                    # The service was not there: nobody was dialled, so the rest may be tried again.
                    with anyio.move_on_after(AGAIN_AFTER_SECONDS):
                        await stopping.wait()
        except (AutodialerError, OSError) as error:
            log.exception("the campaign %s stands still", self.folder.name)
            self.upload, self.failure = None, str(error)
            self._tell()

    async def _run_once(self, dialer: AsyncAutodialer, stopping: anyio.Event) -> None:
        settings = json.loads((self.folder / "settings.json").read_text())
        run = dialer.upload(self._calls(), journal=self.journal, on_progress=self._on_progress, **settings)
        async with run as upload:
            self.upload = upload
            if stopping.is_set():
                upload.stop()
        if upload.result.source_exhausted and not upload.result.unsent:
            _write(self.folder / "result.json", json.dumps(upload.result.to_dict()))
        self.upload = None
        self._tell()

    def _calls(self) -> Iterator[dict[str, Any]]:
        # Pulled line by line in a worker thread, so that the list is never in memory.
        with (self.folder / "calls.jsonl").open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)

    async def _on_progress(self, _: Progress) -> None:
        self._tell()

    def _tell(self) -> None:
        changed, self.changed = self.changed, anyio.Event()
        changed.set()


def _counts(result: dict[str, Any]) -> dict[str, Any]:
    """Without the lists, which grow with the campaign."""
    return {name: value for name, value in result.items() if name not in ("batches", "invalid_calls", "ids")}


campaigns: dict[str, Campaign] = {}
# In the place of your database. The key is the same each time an event is handled, so a lead is written once.
leads: dict[str, Lead] = {}


async def on_event(event: ReceivedEvent) -> None:
    """Once for each event; again if this process dies, or this function raises."""
    if event.lead is not None:
        leads[event.key] = event.lead


receiver = WebhookReceiver(secret=os.environ["WEBHOOK_SECRET"], inbox=FOLDER / "inbox.db", on_event=on_event)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client and one place for background work; unfinished campaigns go on."""
    for folder in (CAMPAIGNS, CALLS):
        folder.mkdir(parents=True, exist_ok=True)
    stopping = anyio.Event()
    async with AsyncAutodialer() as dialer, anyio.create_task_group() as background:
        app.state.dialer, app.state.background, app.state.stopping = dialer, background, stopping
        for folder in sorted(CAMPAIGNS.iterdir()):
            if not (folder / "settings.json").exists():
                # Written last: its creation was cut off, and nobody was told that it exists.
                shutil.rmtree(folder)
                continue
            campaign = campaigns[folder.name] = Campaign(folder)
            if not campaign.is_finished:
                background.start_soon(campaign.run, dialer, stopping)
        yield
        stopping.set()
        for campaign in campaigns.values():
            if campaign.upload is not None:
                # What is on its way gets its grace; the journal knows where the next start goes on.
                campaign.upload.stop()


app = FastAPI(lifespan=lifespan)
# The router brings the receiver's own lifespan along.
app.include_router(router(receiver, path="/autodialer"))


@app.post("/campaigns", status_code=202)
async def begin(new: NewCampaign) -> dict[str, str]:
    """Keep the list on the disk, answer, and send it in the background."""
    campaign = Campaign(CAMPAIGNS / new.name)
    if not await anyio.to_thread.run_sync(_keep, campaign.folder, new):
        raise HTTPException(409, "there is a campaign of this name: look at it, or choose another name")
    campaigns[new.name] = campaign
    background: TaskGroup = app.state.background
    background.start_soon(campaign.run, app.state.dialer, app.state.stopping)
    return {"progress": f"/campaigns/{new.name}/events"}


def _keep(folder: Path, new: NewCampaign) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    lines = (record.model_dump_json(exclude_none=True) for record in new.calls)
    _write(folder / "calls.jsonl", "".join(f"{line}\n" for line in lines))
    _write(folder / "settings.json", json.dumps({"generation_type": new.generation_type}))
    return True


def _write(path: Path, text: str) -> None:
    """Whole and on the disk, or not at all."""
    draft = path.with_name(path.name + ".draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@app.get("/campaigns/{name}")
async def look(name: str) -> dict[str, Any]:
    """How far it is: exact at every moment; what is on its way counts as unknown."""
    return _campaign(name).told()


@app.get("/campaigns/{name}/events")
async def events(name: str) -> StreamingResponse:
    """The same as it changes, as server-sent events: `new EventSource(…)` in a browser."""
    campaign = _campaign(name)

    async def stream() -> AsyncIterator[str]:
        yield "retry: 500\n\n"
        ends = anyio.current_time() + STREAM_SECONDS
        while True:
            changed = campaign.changed
            told = campaign.told()
            yield f"event: {told['state']}\ndata: {json.dumps(told)}\n\n"
            if told["state"] in ("finished", "failed") or anyio.current_time() >= ends:
                return
            with anyio.move_on_after(ends - anyio.current_time()):
                await changed.wait()

    return StreamingResponse(stream(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


def _campaign(name: str) -> Campaign:
    if name not in campaigns:
        raise HTTPException(404, "no such campaign")
    return campaigns[name]


@app.post("/calls")
async def call_one(
    record: Record, generation_type: str, idempotency_key: Annotated[str, Header(min_length=8)]
) -> JSONResponse:
    """Phone one person at once. The caller repeats a request under its key, and nobody is phoned twice."""
    path = CALLS / f"{hashlib.sha256(idempotency_key.encode()).hexdigest()}.json"
    # Before the call leaves: after a crash the key is there, and its call is unknown.
    known = await anyio.to_thread.run_sync(_claim, path)
    if known is not None:
        return JSONResponse(known)
    status, told = await _place(record, generation_type)
    if told["state"] in ("accepted", "unknown"):
        await anyio.to_thread.run_sync(_write, path, json.dumps(told))
    else:
        # Nobody was phoned, for sure: the same key may be tried again.
        path.unlink()
    return JSONResponse(told, status)


def _claim(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("x") as file:
            file.write('{"state": "unknown"}')
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        known: dict[str, Any] = json.loads(path.read_text() or '{"state": "unknown"}')
        return known
    return None


async def _place(record: Record, generation_type: str) -> tuple[int, dict[str, Any]]:
    dialer: AsyncAutodialer = app.state.dialer
    try:
        receipt = await dialer.newcall(
            phone=record.phone,
            name=record.name,
            var1=record.var1,
            generation_type=generation_type,
            immediate=True,
            deadline=CALL_SECONDS,
        )
    except DeliveryUnknown:
        # No 5xx: proxies and clients repeat those by themselves, and a repeat may phone the person twice.
        return 202, {"state": "unknown", "advice": "look into the history before you call again"}
    except InvalidCall as error:
        return 422, {"state": "invalid", "field": error.field, "reason": error.reason}
    except CallRejected:
        return 409, {"state": "rejected"}
    except (NotSent, ApiError) as error:
        return 503, {"state": "unsent", "error": type(error).__name__}
    return 200, {"state": "accepted", "query_id": receipt.query_id}


@app.get("/leads")
async def all_leads() -> list[dict[str, Any]]:
    """Who answered, and what was said; each with its campaigns."""
    return [{"key": key, "answer": lead.answer, "campaigns": await _campaigns_of(lead)} for key, lead in leads.items()]


async def _campaigns_of(lead: Lead) -> list[str]:
    names = []
    for name, campaign in campaigns.items():
        if (campaign.folder / "journal.db").exists() and (await campaign.journal.find([lead.contact.phone])):
            names.append(name)
    return names

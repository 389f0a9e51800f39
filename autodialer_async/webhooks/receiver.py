"""The webhook's receiver: an ASGI app that keeps an event before it says so."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import anyio
from anyio.abc import TaskGroup

from autodialer_async._settings import whole_number
from autodialer_async.errors import AutodialerError, ConfigurationError, InboxError, JournalError, WebhookRejected
from autodialer_async.journal import Journal, open_journal
from autodialer_async.webhooks.addresses import AddressList
from autodialer_async.webhooks.aliases import FieldMap, FieldNames
from autodialer_async.webhooks.backoff import Backoff
from autodialer_async.webhooks.handling import Dispatcher, Handler, Handling, LeadRule, kind_and_place
from autodialer_async.webhooks.inbox import Inbox, InboxWorker, open_inbox
from autodialer_async.webhooks.incoming import SenderGoneError
from autodialer_async.webhooks.journal_join import JournalJoin
from autodialer_async.webhooks.lead import answered_with_words
from autodialer_async.webhooks.quiet import answering_ours, quieten_access_logs
from autodialer_async.webhooks.reception import METHODS, Reception
from autodialer_async.webhooks.records import CallEvent
from autodialer_async.webhooks.secret import Secrets

try:
    from starlette.responses import JSONResponse
    from starlette.routing import Router
    from starlette.types import Receive, Scope, Send
except ModuleNotFoundError as _missing:
    raise ImportError(
        f'the webhook receiver needs {_missing.name}, which is not installed: pip install "autodialer-async[webhooks]"'
    ) from None

__all__ = ["WebhookReceiver"]

_log = logging.getLogger("autodialer_async.webhooks")

_RETRY_AFTER_SECONDS: Final = 5
_PURGE_EVERY_SECONDS: Final = 3600.0
_FLUSH_EVERY_SECONDS: Final = 1.0
_SETTLE_EVERY_SECONDS: Final = 1.0
_THREADS: Final = 8


class WebhookReceiver:
    """Receives the service's webhooks, keeps them in an inbox, and gives each to a handler.

    An ASGI app: mount it anywhere, under a path of its own; requests go to `<path>/<secret>` or `<path>?secret=…`.
    2xx is answered when the event is on the disk, so a sender that repeats until then loses nothing.

    Handlers run inside `async with receiver:`, which belongs into the application's lifespan; served by itself it runs
    by its own. It is entered and left in one task. Where nobody enters it events are kept, and wait. A handler may be
    async or not (then it runs in a thread), gets a `ReceivedEvent`, and is begun again where it failed, or where its
    process died: `event.key` is the same each time, and lets the receiving end tell.

    Args:
        secret: A long random text, or two while one replaces the other.
        inbox: Path of the inbox's file, or an `Inbox`.
        on_event: Called with each event, once it is kept and answered; None: events wait in the inbox.
        journal: The campaign: events are joined with it by their number, and settle its unknown records; also those
            that become unknown after the event came, as long as this process runs.
        field_map: Names of this sender, our name first: `{"phone": "msisdn"}`.
        lead_when: Which events make a lead; without one those that were answered and hold recognised words.
        lead_source: `Lead.source`.
        secret_parameter: Name of the query's parameter that may hold the secret.
        allow_from: Addresses and networks that may send; empty: all.
        trusted_proxies: Those whose `X-Forwarded-For` is believed; "unix" for who comes over a unix socket.
        max_body: Bytes that a request may have; beyond them it is 413, before anything is read from it.
        body_timeout: Seconds in which a body must be here; else it is 408.
        handlers: Handlers at once, in each process.
        handler_timeout: Seconds that a handler may take; None: any time. A thread cannot be stopped, only awaited.
        backoff: When a handler that failed is tried again.
        shutdown_grace: Seconds that handlers have to end when the receiver stops; then they are cancelled, and their
            events are handled by the next process.
        keep_events: Remove events that were handled, or are dead, when they are older; None: never.
        keep_recordings: Remove recordings that are older; None: never.
        server_tz: The service's time zone, for the hours in the journal; None: this machine's.
        clock: The time of day, aware.

    Raises:
        ConfigurationError: A wrong argument.

    Example:
        >>> async def remember(event):
        ...     print(event.key, event.uuid, event.lead)
        >>> receiver = WebhookReceiver(secret="…", inbox="calls.db", on_event=remember)
        >>> async with receiver:  # handlers run; a server's lifespan does this
        ...     sum((await receiver.inbox.counts()).values())
        0
    """

    def __init__(
        self,
        *,
        secret: str | Iterable[str],
        inbox: str | os.PathLike[str] | Inbox,
        on_event: Handler | None = None,
        journal: str | os.PathLike[str] | Journal | None = None,
        field_map: FieldMap | None = None,
        lead_when: LeadRule = answered_with_words,
        lead_source: str = "Автодайлер",
        secret_parameter: str = "secret",  # noqa: S107 - its name
        allow_from: Iterable[str] = (),
        trusted_proxies: Iterable[str] = (),
        max_body: int = 64 * 1024 * 1024,
        body_timeout: float = 30.0,
        handlers: int = 8,
        handler_timeout: float | None = None,
        backoff: Backoff = Backoff(),
        shutdown_grace: float = 10.0,
        keep_events: timedelta | None = None,
        keep_recordings: timedelta | None = None,
        server_tz: tzinfo | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if on_event is not None and not callable(on_event):
            raise ConfigurationError(f"on_event is a function, not {type(on_event).__name__}")
        self.inbox: Inbox = open_inbox(inbox)
        secrets = Secrets(secret, secret_parameter)
        self._reception = Reception(
            secrets=secrets,
            names=FieldNames(field_map),
            allowed=AddressList("allow_from", allow_from),
            trusted=AddressList("trusted_proxies", trusted_proxies),
            max_body=whole_number("max_body", max_body, least=1),
            body_timeout=body_timeout,
            recordings=self.inbox.recordings,
            threads=anyio.CapacityLimiter(_THREADS),
        )
        self._grace = shutdown_grace
        self._keep_events = keep_events
        self._keep_recordings = keep_recordings
        self._clock = clock
        self._join: JournalJoin | None = None
        if journal is not None:
            path = Path(journal) if isinstance(journal, str | os.PathLike) else None
            self._join = JournalJoin(open_journal(journal), path, server_tz)
        at_once = whole_number("handlers", handlers, least=1)
        self._handling = on_event and Handling(
            on_event, self._join, lead_when, lead_source, backoff, at_once, handler_timeout, clock
        )
        self._lifespan = Router(lifespan=self.lifespan)
        self._stack: AsyncExitStack | None = None
        self._tasks: TaskGroup | None = None
        self._worker: InboxWorker | None = None
        self._dispatcher: Dispatcher | None = None
        self._stopped = anyio.Event()
        self._warned = False
        quieten_access_logs(secrets.texts)

    def __repr__(self) -> str:
        return f"WebhookReceiver(secret='***', inbox={self.inbox!r})"

    @property
    def is_running(self) -> bool:
        """Whether it was entered, so that handlers run."""
        return self._worker is not None

    async def __aenter__(self) -> Self:
        """Open the inbox and begin to handle.

        Raises:
            ConfigurationError: It runs already.
            InboxError: The inbox cannot be used.
        """
        if self._stack is not None:
            raise ConfigurationError("this receiver runs already: it is entered once, in the application's lifespan")
        self._stack = AsyncExitStack()
        try:
            self._worker = await self._stack.enter_async_context(self.inbox.worker())
            self._tasks = anyio.create_task_group()
            await self._tasks.__aenter__()
        except BaseException:
            self._worker = None
            stack, self._stack = self._stack, None
            await stack.aclose()
            raise
        self._tasks.start_soon(self._flush_now_and_then, self._worker)
        if self._keep_events is not None or self._keep_recordings is not None:
            self._tasks.start_soon(self._purge_now_and_then)
        if self._join is not None:
            self._tasks.start_soon(self._settle_now_and_then, self._join)
        self._stopped = anyio.Event()
        if self._handling is not None:
            self._dispatcher = Dispatcher(self._handling, self._worker)
            self._tasks.start_soon(self._dispatch, self._dispatcher)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._tasks is not None and self._stack is not None  # noqa: PT018, S101 - it was entered
        stack, tasks, dispatcher = self._stack, self._tasks, self._dispatcher
        self._worker = self._dispatcher = self._stack = self._tasks = None
        with anyio.CancelScope(shield=True):
            if dispatcher is not None:
                dispatcher.stop()
                with anyio.move_on_after(self._grace):
                    await self._stopped.wait()
            tasks.cancel_scope.cancel()
        try:
            # Without the body's own exception: it goes on as it is, and not in a group.
            await tasks.__aexit__(None, None, None)
        finally:
            await stack.aclose()

    @asynccontextmanager
    async def lifespan(self, app: object = None) -> AsyncIterator[None]:  # noqa: ARG002 - frameworks give themselves
        """The receiver's running time, as frameworks take it: `Starlette(lifespan=receiver.lifespan)`.

        Args:
            app: The application; not looked at.
        """
        async with self:
            yield

    async def _dispatch(self, dispatcher: Dispatcher) -> None:
        try:
            await dispatcher.run()
        finally:
            self._stopped.set()

    async def _flush_now_and_then(self, worker: InboxWorker) -> None:
        while True:
            await anyio.sleep(_FLUSH_EVERY_SECONDS)
            # What waits will be tried again with the next event.
            with suppress(InboxError):
                await worker.flush()

    async def _settle_now_and_then(self, join: JournalJoin) -> None:
        while True:
            await anyio.sleep(_SETTLE_EVERY_SECONDS)
            try:
                await join.decide(self._clock())
            except JournalError as error:
                _log.warning("the journal cannot be used, its unknown records wait: %s", error)

    async def _purge_now_and_then(self) -> None:
        while True:
            try:
                purged = await self.inbox.purge(events_older=self._keep_events, recordings_older=self._keep_recordings)
                _log.info("purged %d events and %d recordings", purged.events, purged.recordings)
            except InboxError as error:
                _log.warning("the inbox could not be purged: %s", error)
            await anyio.sleep(_PURGE_EVERY_SECONDS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI app."""
        if scope["type"] == "lifespan":
            await self._lifespan.lifespan(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            token = answering_ours.set(True)
            try:
                await self._answer(scope, receive, send)
            finally:
                answering_ours.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._reception.request(scope, receive) as request:
            try:
                event = await request.event()
                await self._keep(event, scope, receive, send)
            except SenderGoneError:
                return
            except WebhookRejected as error:
                headers = {"Allow": ", ".join(METHODS)} if error.reason == "method" else {}
                await request.refuse(send, error.status, error.message, headers)
            except Exception as error:  # noqa: BLE001 - a full disk, or a mistake of ours: the sender still has the event
                why = str(error) if isinstance(error, AutodialerError) else kind_and_place(error)
                _log.error("an event could not be kept, its sender was told to come again: %s", why)
                headers = {"Retry-After": str(_RETRY_AFTER_SECONDS)}
                await request.refuse(send, 503, "the event could not be kept, send it again", headers)

    async def _keep(self, event: CallEvent, scope: Scope, receive: Receive, send: Send) -> None:
        worker, dispatcher = self._worker, self._dispatcher
        if worker is None:
            if not self._warned and self._handling is not None:
                self._warned = True
                _log.error("events are kept but not handled: enter the receiver in the application's lifespan")
            async with self.inbox.worker() as worker:
                await self._put(worker, event, scope, receive, send)
            return
        await self._put(worker, event, scope, receive, send)
        if dispatcher is not None:
            dispatcher.wake()
        elif self._join is not None:
            self._join.decide_later(event.phone, self._clock())

    async def _put(self, worker: InboxWorker, event: CallEvent, scope: Scope, receive: Receive, send: Send) -> None:
        arrival = await worker.put(event)
        with suppress(OSError):
            await JSONResponse({"status": "repeated" if arrival.is_repeat else "kept"})(scope, receive, send)
            worker.note_answered(arrival.number)

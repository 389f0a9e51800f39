"""The client: wires the parts."""

from __future__ import annotations

import math
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, time, tzinfo
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

import anyio
import attrs
import httpx

from autodialer_async._bulk import (
    BatchCutter,
    Calls,
    ReportTo,
    RowMaker,
    Upload,
    Uploader,
    as_rows,
    open_source,
    open_upload,
)
from autodialer_async._bulk.report import OnProgress
from autodialer_async._delivery import Gate, Pace, RateLimit, RetryPolicy, Slots
from autodialer_async._history_operations import HistoryOperations
from autodialer_async._observe import Observer, OnAttempt, OnOutcome
from autodialer_async._service import Service
from autodialer_async._settings import check_kinds, setting, whole_number
from autodialer_async._transport import Transport
from autodialer_async._wire import Codec, Dialect
from autodialer_async.errors import ConfigurationError, InvalidCall, UploadIncomplete
from autodialer_async.models import (
    Call,
    CallReceipt,
    CallWindow,
    UploadResult,
)

if TYPE_CHECKING:
    from autodialer_async.journal import Journal

__all__ = ["AsyncAutodialer", "Calls"]

_RECORDS_A_REQUEST = 1000
_DEFAULT_TIMEOUT = httpx.Timeout(60, connect=10)
_DEFAULT_WINDOW = CallWindow(time(10), time(19))


class AsyncAutodialer(HistoryOperations):
    """A client of one account of the «Автодайлер» service.

    One client has one pool of connections and one semaphore of `concurrency` slots, shared by all that runs on it at
    the same time: make one, and keep it. The constructor does no I/O and needs no event loop; the client then belongs
    to the loop that uses it first. Runs on asyncio and on trio.

    Args:
        base_url: Address of the service, `https://site.url`; else `AUTODIALER_BASE_URL`.
        api_key: The account's key, a part of every address; else `AUTODIALER_API_KEY`.
        access_token: The token in the body of `make`; else `AUTODIALER_ACCESS_TOKEN`, else the key.
        concurrency: Most requests on their way at once.
        batch_size: Records a batch, at most 1000.
        max_batch_bytes: Bytes a request body of `make`, at most.
        timeout: Seconds to connect, to write, and from the last byte of a request to the last byte of its answer.
        retry: How often and how fast to repeat what may be repeated.
        rate_limit: Most records and batches that may leave in a second.
        adaptive: Whether to use fewer slots while the service pushes back (429, 503, no answer), and more again after.
        default_window: Hours for records before which no record of the list gave any.
        server_tz: The service's time zone, for times of its history that name none.
        dialect: How this installation speaks, where the service's page leaves it open.
        transport: Another httpx transport in place of our own connections; closed with the client.
        proxy: Address of a proxy; else the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`.
        verify: Whether to check the service's certificate, or an SSL context that does.
        on_attempt: Called with an `AttemptEvent` after each try of a request, sync (in a worker thread) or async; one
            that raises or is slow hurts nothing.
        on_outcome: Called with an `OutcomeEvent` when a request, or a batch, has its last word; as `on_attempt`.
        tracing: Whether to make spans and metrics, where the extra `otel` is installed and the program exports them.

    Raises:
        ConfigurationError: A missing or wrong argument; names it and its variable.

    Example:
        >>> async with AsyncAutodialer() as dialer:  # address and secrets from the environment
        ...     result = await dialer.make([Call(id=1, phone="89222220000", generation_type=1)])
        ...     print(result.inserted, "of", result.lines, result.errorcodes)
        1 of 1 Counter({0: 1})
    """

    def __init__(
        self,
        base_url: str | None = None,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        concurrency: int = 8,
        batch_size: int = _RECORDS_A_REQUEST,
        max_batch_bytes: int = 1_000_000,
        timeout: float | httpx.Timeout = _DEFAULT_TIMEOUT,
        retry: RetryPolicy = RetryPolicy(),
        rate_limit: RateLimit | None = None,
        adaptive: bool = False,
        default_window: CallWindow = _DEFAULT_WINDOW,
        server_tz: tzinfo | None = None,
        dialect: Dialect = Dialect(),
        transport: httpx.AsyncBaseTransport | None = None,
        proxy: str | httpx.Proxy | None = None,
        verify: bool | ssl.SSLContext = True,
        on_attempt: OnAttempt | None = None,
        on_outcome: OnOutcome | None = None,
        tracing: bool = True,
    ) -> None:
        address, key = setting("base_url", base_url), setting("api_key", api_key)
        token = setting("access_token", access_token, default=key)
        self._concurrency = whole_number("concurrency", concurrency, least=1)
        self._batch_size = whole_number("batch_size", batch_size, least=1, most=_RECORDS_A_REQUEST)
        check_kinds(
            default_window=(default_window, CallWindow),
            retry=(retry, RetryPolicy),
            rate_limit=(rate_limit or RateLimit(), RateLimit),
            dialect=(dialect, Dialect),
            server_tz=(server_tz or UTC, tzinfo),
        )
        self._default_window = default_window
        self._server_tz = server_tz
        self._codec = Codec(dialect)
        if rate_limit is not None and rate_limit.largest_batch is not None:
            self._batch_size = min(self._batch_size, rate_limit.largest_batch)
        slots = Slots(self._concurrency)
        self._service = Service(
            Transport(address, timeout=timeout, transport=transport, proxy=proxy, verify=verify),
            api_key=key,
            access_token=token,
            dialect=dialect,
            pace=Pace(slots, rate_limit=rate_limit, adaptive=adaptive),
            retry=retry,
            server_tz=server_tz,
        )
        self._observer = Observer(
            self._service.transport.origin,
            limit=lambda: slots.limit,
            in_flight=lambda: slots.taken,
            on_attempt=on_attempt,
            on_outcome=on_outcome,
            tracing=tracing,
        )
        self._max_batch_bytes = whole_number("max_batch_bytes", max_batch_bytes, least=self._service.make_overhead + 1)
        self._uploads: set[Uploader] = set()

    async def make(
        self,
        calls: Calls,
        *,
        window: CallWindow | None = None,
        generation_type: str | int | None = None,
        max_count: int | None = None,
        journal: Journal | str | os.PathLike[str] | None = None,
        on_progress: OnProgress | None = None,
        on_failure: Literal["raise", "return"] = "raise",
        resend_unknown: bool = False,
        deadline: float | None = None,
        source_in_thread: bool | None = None,
        strict: bool = False,
    ) -> UploadResult:
        """Send a call list of any size in concurrent batches, and merge the service's reports.

        Each batch is sent once at a time; what may have been taken is never sent again. One bad batch or record does
        not stop the others.

        Args:
            calls: `Call`s, or mappings, dataclasses or pydantic models in the names of `Call` or of the service's page;
                any iterable or async iterable. Or a frame of pandas or polars, or an Arrow table.
            window: Hours for records before which no record of the list gave any.
            generation_type: Scenario for records without one.
            max_count: Attempts for records without a number of them.
            journal: Path of a journal, or a `Journal`: records that an earlier run brought home are skipped, so that an
                upload that was interrupted, even killed, can simply be started again.
            on_progress: Called with a `Progress` after each batch; a plain function is called in a worker thread.
            on_failure: `"return"` gives the result also where something was not accepted.
            resend_unknown: Whether to send again what the journal knows as unknown: that may phone a person twice.
                What of it is not taken this time either stays unknown.
            deadline: Seconds of wall clock from now; then nothing more is sent, and requests in flight are cut.
            source_in_thread: Whether to pull the records in a worker thread. None: all but lists, tuples and async
                iterables. False for sources bound to their thread, such as a cursor of sqlite3.
            strict: Whether records that the service accepted but did not insert count as a failure.

        Raises:
            UploadIncomplete: Some record was not accepted, or the source was not read to its end; `.result` has all.
            JournalError: The journal is in use, newer, damaged, or cannot be written.
            ConfigurationError: A wrong argument, a closed client, a client of another event loop or process.

        Example:
            >>> calls = [Call(id=1, phone="89222220000", var1="1500 руб."), {"id": 2, "phone": "+7 922 222-00-01"}]
            >>> result = await dialer.make(calls, generation_type=1, journal="campaign.db")
            >>> result.inserted, result.lines, result.complete
            (2, 2, True)
            >>> (await dialer.make(calls, generation_type=1, journal="campaign.db")).skipped
            2
        """
        if on_failure not in ("raise", "return"):
            raise ConfigurationError(f'on_failure is "raise" or "return", not {on_failure!r}')
        upload: Upload | None = None
        try:
            async with self.upload(
                calls,
                window=window,
                generation_type=generation_type,
                max_count=max_count,
                journal=journal,
                on_progress=on_progress,
                resend_unknown=resend_unknown,
                deadline=deadline,
                source_in_thread=source_in_thread,
            ) as upload:
                pass
        except Exception as error:
            if upload is not None:
                error.add_note(f"the upload until then: {upload.result}")
            raise
        result = upload.result
        short = strict and bool(result.not_inserted)
        if on_failure == "raise" and (short or not result.complete):
            raise UploadIncomplete(result)
        return result

    def upload(
        self,
        calls: Calls,
        *,
        window: CallWindow | None = None,
        generation_type: str | int | None = None,
        max_count: int | None = None,
        journal: Journal | str | os.PathLike[str] | None = None,
        on_progress: OnProgress | None = None,
        resend_unknown: bool = False,
        deadline: float | None = None,
        source_in_thread: bool | None = None,
    ) -> AbstractAsyncContextManager[Upload]:
        """The run of `make`, open: a context in which to watch batches settle, look at the result, and stop.

        Starts on entering. Never raises `UploadIncomplete`: look at `upload.result`. Arguments as in `make`.

        Raises:
            ConfigurationError: A wrong argument, a closed client, a client of another event loop or process.
            JournalError: As in `make`, on entering or in the context.

        Example:
            >>> async with dialer.upload(calls, deadline=600) as upload:
            ...     async for outcome in upload:  # as each batch settles
            ...         print(outcome.index, outcome.state, outcome.size)
            0 accepted 3
            >>> upload.result.complete
            True
        """
        _check_deadline(deadline)
        if resend_unknown and journal is None:
            raise ConfigurationError("resend_unknown needs a journal: without one nothing is known to be unknown")
        if window is not None and not isinstance(window, CallWindow):
            raise ConfigurationError(f"window is a CallWindow, not {type(window).__name__}")
        try:
            rows = RowMaker(
                self._codec,
                window=window or self._default_window,
                generation_type=generation_type,
                max_count=max_count,
            )
        except InvalidCall as error:
            raise ConfigurationError(str(error)) from None
        return self._open_upload(
            as_rows(calls, self._codec.spellings),
            rows,
            journal=journal,
            resend_unknown=resend_unknown,
            on_progress=on_progress,
            deadline=deadline,
            source_in_thread=source_in_thread,
        )

    @asynccontextmanager
    async def _open_upload(
        self,
        calls: Calls,
        rows: RowMaker,
        *,
        journal: Journal | str | os.PathLike[str] | None,
        resend_unknown: bool,
        on_progress: OnProgress | None,
        deadline: float | None,
        source_in_thread: bool | None,
    ) -> AsyncIterator[Upload]:
        self._service.transport.check_usable()
        ends = math.inf if deadline is None else anyio.current_time() + deadline
        gate = Gate(deadline=ends)
        report_to = None if on_progress is None else ReportTo(on_progress)
        async with AsyncExitStack() as stack:
            operation = await stack.enter_async_context(self._observer.operation("make"))
            ledger = None
            if journal is not None:
                # Whoever uploads without a journal does not pay for loading it.
                from autodialer_async._bulk.ledger import Ledger  # noqa: PLC0415 - as said
                from autodialer_async._wire.keys import KeyReader  # noqa: PLC0415 - as said
                from autodialer_async.journal import open_journal  # noqa: PLC0415 - as said

                run = await stack.enter_async_context(open_journal(journal).run(resend_unknown=resend_unknown))
                ledger = Ledger(run, KeyReader(self._service.dialect))
            uploader = Uploader(
                open_source(calls, in_thread=source_in_thread, deadline=ends),
                rows,
                BatchCutter(
                    batch_size=self._batch_size,
                    max_bytes=self._max_batch_bytes,
                    overhead=self._service.make_overhead,
                    complain=self._codec.complaint,
                    keep_ids=None if ledger is None else ledger.id_name,
                ),
                concurrency=self._concurrency,
                limit=lambda: self._service.pace.slots.limit,
                gate=gate,
                deadline=ends,
                deliver=lambda batch: self._service.make(batch.data, batch.size, batch.index, gate, operation),
                keep=lambda batch: self._service.keep(batch.data),
                report_to=report_to,
                ledger=ledger,
                on_booked=lambda outcome: operation.booked(outcome, self._service.make_template),
            )
            self._uploads.add(uploader)

            @stack.callback
            def end() -> None:
                self._uploads.discard(uploader)
                operation.result = uploader.result

            yield await stack.enter_async_context(open_upload(uploader, report_to))

    async def newcall(
        self,
        call: Call | None = None,
        *,
        phone: str | int | None = None,
        generation_type: str | int | None = None,
        window: CallWindow | None = None,
        immediate: bool = False,
        name: str | None = None,
        uuid: str | int | None = None,
        var1: str | int | None = None,
        var2: str | int | None = None,
        var3: str | int | None = None,
        max_count: int | None = None,
        extra: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> CallReceipt:
        """Place one call.

        Give a `Call` (its id is not sent: the service wants "0"), or its fields; fields given beside a `Call` go before
        the call's own.

        Args:
            call: The record.
            phone: The subscriber's number, as in `Call`.
            generation_type: Id of the scenario; required, here or in the call.
            window: Hours in which to dial, whole minutes.
            immediate: Dial at once, at any hour: the service does that to a call without hours. Without this and
                without a window nothing is sent.
            name: As in `Call`, like all that follow.
            uuid: The client's id.
            var1: First value for the phrase.
            var2: Second value.
            var3: Third value.
            max_count: Attempts.
            extra: Further fields.
            deadline: Seconds of wall clock from now, for those whom somebody waits for: a pause that the service asks
                for may take minutes. When they are over, the error says what the last try came to.

        Raises:
            InvalidCall: A field that cannot be sent, a missing scenario, or neither hours nor `immediate`.
            CallRejected: The service took nothing.
            ApiError: The service said no; nobody was dialled.
            NotSent: The request surely did not arrive.
            DeliveryUnknown: It left without a usable answer, whatever the status: repeating may phone a person twice.

        Example:
            >>> hours = CallWindow(time(10), time(19))
            >>> receipt = await dialer.newcall(phone="+7 922 222-00-00", generation_type=1, window=hours)
            >>> receipt.query_count
            1
        """
        _check_deadline(deadline)
        given = {
            "phone": phone, "generation_type": generation_type, "window": window, "name": name, "uuid": uuid,
            "var1": var1, "var2": var2, "var3": var3, "max_count": max_count, "extra": extra,
        }  # fmt: skip
        call = _one_call(call, {field: value for field, value in given.items() if value is not None})
        if call.window is None and not immediate:
            raise InvalidCall(
                "a call without hours is dialled at once, at any hour: give window=… or immediate=True", field="window"
            )
        if call.window is not None and immediate:
            raise InvalidCall("immediate=True and a window contradict each other: leave one out", field="window")
        async with self._observer.operation("newcall") as operation:
            return await self._service.newcall(operation, call, deadline=deadline)

    async def aclose(self) -> None:
        """Close the connections. Uploads that still run are stopped as by `Upload.stop`. May be called again.

        Example:
            >>> dialer = AsyncAutodialer()
            >>> await dialer.ping()
            >>> await dialer.aclose()
        """
        for uploader in self._uploads:
            uploader.stop()
        self._observer.close()
        await self._service.transport.aclose()

    async def __aenter__(self) -> Self:
        self._service.transport.check_usable()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"AsyncAutodialer({self._service.transport.origin!r}, concurrency={self._concurrency})"


def _check_deadline(deadline: float | None) -> None:
    if deadline is not None and not (isinstance(deadline, int | float) and deadline >= 0):
        raise ConfigurationError(f"deadline is a number of seconds of at least 0, not {deadline!r}")


def _one_call(call: Call | None, fields: dict[str, Any]) -> Call:
    if call is None:
        if "phone" not in fields:
            raise InvalidCall("newcall needs a Call or a phone", field="phone")
        return Call("0", **fields)
    own = {field.name: getattr(call, field.name) for field in attrs.fields(Call) if field.name != "id"}
    return Call(call.id, **own | fields)

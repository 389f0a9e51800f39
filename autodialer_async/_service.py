"""One account of the service: its operations as deliveries, under one pace and over one pool of connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import to_thread

from autodialer_async._delivery import Delivery, Exchange, Gate, Load, Pace, RetryPolicy
from autodialer_async._observe import Operation, Watch
from autodialer_async._transport import Transport
from autodialer_async._wire import (
    Dialect,
    EncodedCalls,
    Endpoints,
    ExcerptOf,
    Reading,
    read_make_answer,
    read_newcall_answer,
)
from autodialer_async.models import Answer, Attempt, BatchReport, Call, CallDetail, CallReceipt, Flight, Outgoing

if TYPE_CHECKING:
    from autodialer_async._wire.masking import Masker

__all__ = ["Service"]

T = TypeVar("T")
_ANSWER_CAP = 1024 * 1024
# A day of history of a busy account, a hundred bytes a row, and room to spare.
_HISTORY_CAP = 256 * 1024 * 1024
# Bytes that take some milliseconds to read.
_LARGE = 256 * 1024


class Service:
    """Makes deliveries for one account; knows what to send, how to read the answer, and what an error must not show.

    Attributes:
        transport: The connections.
        pace: When the next request may go.
        dialect: How this installation speaks.
        make_overhead: Bytes of a `make` body besides its records.
        make_template: The request of a batch with the key left out.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        api_key: str,
        access_token: str,
        dialect: Dialect,
        pace: Pace,
        retry: RetryPolicy,
        server_tz: tzinfo | None,
    ) -> None:
        self.transport = transport
        self.pace = pace
        self.dialect = dialect
        self._retry = retry
        self._server_tz = server_tz
        self._endpoints = Endpoints(transport.base_path, api_key, access_token, dialect)
        self._masker: Masker | None = None
        self.make_overhead = self._endpoints.make_overhead
        self.make_template: str = self._endpoints.make_template

    def make(self, data: bytes, size: int, index: int, gate: Gate, operation: Operation) -> Delivery[BatchReport]:
        """A batch, the one of that index in its upload: `size` records as JSON objects, joined by commas."""
        excerpt = self._excerpt(lambda: _values(self.keep(data).calls()))
        read = partial(read_make_answer, sent=size, dialect=self.dialect, excerpt=excerpt)
        outgoing = self._endpoints.make(data)
        watch = operation.watch(outgoing, records=size, batch=index)
        return self._delivery(outgoing, read, watch=watch, gate=gate, load=Load(records=size, batches=1))

    def keep(self, data: bytes) -> EncodedCalls:
        """The records of a batch, to be read again later."""
        return EncodedCalls(data, self.dialect)

    async def newcall(self, operation: Operation, call: Call, *, deadline: float | None = None) -> CallReceipt:
        """Place one call, within `deadline` seconds; its window is sent as it is, also none."""
        read = partial(read_newcall_answer, dialect=self.dialect, excerpt=self._excerpt(lambda: _values([call])))
        outgoing = self._endpoints.newcall(call, call.window)
        watch = operation.watch(outgoing, records=1)
        delivery = self._delivery(outgoing, read, watch=watch, load=Load(records=1))
        return await self._result_of(delivery, deadline=deadline)

    async def cdr(self, operation: Operation, to: str | None, first: date, last: date) -> list[CallDetail]:
        """The history of some days, in one request."""
        # Whoever only sends does not pay for loading the tables of result codes.
        from autodialer_async._wire.cdr import read_cdr_answer  # noqa: PLC0415 - as said

        read = partial(
            read_cdr_answer,
            dialect=self.dialect,
            server_tz=self._server_tz,
            excerpt=self._excerpt(lambda: [to] if to else []),
        )
        already: list[tuple[Answer, Reading[list[CallDetail]]]] = []

        async def exchange(outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
            attempt = await self.transport.send(outgoing, answer_cap=_HISTORY_CAP, scope=scope, flight=flight)
            answer = attempt.answer
            if answer is not None and len(answer.body) > _LARGE:
                # The loop has others to serve while a day of many calls is read.
                # An answer that breaks our reader is judged where every other one is.
                with suppress(Exception):
                    reading = await to_thread.run_sync(lambda: read(answer, now=datetime.now(UTC)))
                    already[:] = [(answer, reading)]
            return attempt

        def read_once(answer: Answer, *, now: datetime) -> Reading[list[CallDetail]]:
            if already and already[0][0] is answer:
                return already.pop()[1]
            return read(answer, now=now)

        outgoing = self._endpoints.cdr(first, last, to)
        watch = operation.watch(outgoing)
        return await self._result_of(
            self._delivery(outgoing, read_once, watch=watch, exchange=exchange, only_reads=True)
        )

    def _excerpt(self, sent: Callable[[], Iterable[str]]) -> ExcerptOf:
        def excerpt(body: bytes) -> str:
            if self._masker is None:
                # Only errors need it, and its patterns cost milliseconds to compile.
                from autodialer_async._wire.masking import Masker  # noqa: PLC0415 - as said

                self._masker = Masker(self._endpoints.secrets)
            return self._masker.excerpt(body, sent)

        return excerpt

    def _delivery(
        self,
        outgoing: Outgoing,
        read: Callable[..., Reading[T]],
        *,
        watch: Watch,
        gate: Gate | None = None,
        load: Load = Load(),
        exchange: Exchange | None = None,
        only_reads: bool = False,
    ) -> Delivery[T]:
        async def send(outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
            return await self.transport.send(outgoing, answer_cap=_ANSWER_CAP, scope=scope, flight=flight)

        return Delivery(
            outgoing,
            lambda answer: read(answer, now=datetime.now(UTC)),
            exchange=exchange or send,
            pace=self.pace,
            policy=self._retry,
            load=load,
            gate=gate,
            only_reads=only_reads,
            watch=watch,
        )

    async def _result_of(self, delivery: Delivery[T], *, deadline: float | None = None) -> T:
        self.transport.check_usable()
        with anyio.move_on_after(deadline):
            await delivery.run()
        # Where time was up, what the last try came to.
        reading = delivery.reading
        if reading.error is not None:
            raise reading.error
        assert reading.value is not None  # noqa: S101 - an accepted reading carries its value
        return reading.value


def _values(calls: Iterable[Call]) -> Iterator[str]:
    """What was sent of these records, for an excerpt to hide."""
    for call in calls:
        texts = (call.phone, call.name, call.uuid, call.var1, call.var2, call.var3, *call.extra.values())
        yield from (text for text in texts if text is not None)

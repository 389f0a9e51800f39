"""One upload on its way: one filler that cuts batches ahead, a few senders, and the books."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import anyio

from autodialer_async._bulk.batches import Batch, BatchCutter
from autodialer_async._bulk.report import ReportTo
from autodialer_async._bulk.rows import Row, RowMaker
from autodialer_async._bulk.source import SLICE_WITH_JOURNAL, Source
from autodialer_async._bulk.tally import Tally
from autodialer_async._delivery import GRACE, Delivery, Gate, LoopClock
from autodialer_async._wire import EncodedCalls
from autodialer_async.errors import AutodialerError, DeliveryUnknown, InvalidCall, NotSent, TransportError
from autodialer_async.models import BatchOutcome, BatchReport, BatchState, UploadResult

if TYPE_CHECKING:
    from anyio.abc import TaskGroup
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream

    # Whoever uploads without a journal does not pay for loading it.
    from autodialer_async._bulk.ledger import Ledger, Sifted

__all__ = ["Uploader"]


class Uploader:
    """Runs one upload.

    Records go source → rows → cutter → ready queue → senders → books. At any time at most
    `concurrency + concurrency // 4 + 2` batches are pulled and not settled: one with each sender, `concurrency // 4`
    ready, one that the filler holds, one being filled.

    A stop, an early end, a deadline and a cancel from outside all take one path: the gate closes, everything but
    requests in flight is cancelled, those finish or run out of their grace, and what is left is counted as unsent.
    """

    def __init__(
        self,
        source: Source,
        rows: RowMaker,
        cutter: BatchCutter,
        *,
        concurrency: int,
        limit: Callable[[], int],
        gate: Gate,
        deadline: float,
        deliver: Callable[[Batch], Delivery[BatchReport]],
        keep: Callable[[Batch], EncodedCalls],
        report_to: ReportTo | None,
        ledger: Ledger | None = None,
        on_booked: Callable[[BatchOutcome], None] | None = None,
    ) -> None:
        self._source = source
        self._rows = rows
        self._cutter = cutter
        self._concurrency = concurrency
        self._limit = limit
        self._gate = gate
        self._deliver = deliver
        self._keep = keep
        self._report_to = report_to
        self._ledger = ledger
        self._on_booked = on_booked
        if ledger is not None:
            source.slice = SLICE_WITH_JOURNAL
        self._work = anyio.CancelScope(deadline=deadline)
        self._tally = Tally()
        self._read = 0
        self._pending: dict[int, Batch] = {}
        self._under_way: dict[int, Delivery[BatchReport]] = {}
        self._senders = 0
        self._unreached = 0
        self._clock = LoopClock()
        self._started = self._clock.now()
        self._seconds: float | None = None
        self._news = anyio.Event()

    @property
    def finished(self) -> bool:
        """Whether the last record is settled."""
        return self._seconds is not None

    @property
    def failure(self) -> BaseException | None:
        """What the caller's source raised."""
        return self._source.failure

    @property
    def result(self) -> UploadResult:
        """The exact result at this moment."""
        return self._tally.result(
            read=self._read + len(self._source.pulled),
            sending=sum(self._pending[index].size for index, delivery in self._under_way.items() if delivery.in_flight),
            source_exhausted=self._source.exhausted,
            seconds=self._clock.now() - self._started if self._seconds is None else self._seconds,
            peak_in_flight=self._gate.peak,
        )

    def stop(self, grace: float = GRACE) -> None:
        """Send nothing more; requests in flight have `grace` seconds left."""
        self._gate.close(grace)
        self._source.stop()
        self._work.cancel()

    async def outcome(self, number: int) -> BatchOutcome | None:
        """The outcome that settles as `number`-th, from 0, once it is there; None after the last."""
        while number >= len(self._tally.outcomes):
            if self.finished:
                return None
            await self._news.wait()
        return self._tally.outcomes[number]

    async def run(self) -> None:
        """The whole upload. Returns when every record pulled is settled, also when stopped."""
        try:
            send, receive = anyio.create_memory_object_stream[Batch](self._concurrency // 4)
            with self._work, receive:
                async with anyio.create_task_group() as tasks:
                    with send:
                        await self._fill(tasks, send, receive)
        finally:
            self._gate.close()
            try:
                await self._close_source()
                await self._give_up_what_is_left()
            finally:
                self.close_books()

    def close_books(self) -> None:
        """Nothing more will happen: readers and callbacks come to their end. May be called again."""
        if not self.finished:
            self._seconds = anyio.current_time() - self._started
            self._tell()
            if self._report_to is not None:
                self._report_to.end()

    async def _fill(
        self, tasks: TaskGroup, send: MemoryObjectSendStream[Batch], receive: MemoryObjectReceiveStream[Batch]
    ) -> None:
        while not self._source.ended:
            asked = anyio.current_time()
            try:
                await self._source.pull(self._cutter.room)
            finally:
                self._tally.waited_for_source += anyio.current_time() - asked
            if not self._source.pulled:
                # A pull that was stopped returns with nothing, and without a look at the cancel that stopped it.
                await anyio.lowlevel.checkpoint()
            while self._source.pulled:
                for batch in await self._cut():
                    await self._pass_on(batch, tasks, send, receive)
                # Senders that wait for the loop must not wait for a whole batch to be encoded.
                await anyio.lowlevel.checkpoint()
        if self._source.exhausted:
            for batch in self._register(self._cutter.flush()):
                await self._pass_on(batch, tasks, send, receive)

    async def _cut(self) -> list[Batch]:
        """Batches that the next slice of records fills; all are in the books before the first is passed on."""
        invalid: list[InvalidCall] = []
        records = self._source.take()
        self._read += len(records)
        rows: Sequence[Row]
        places: Sequence[range]
        try:
            if self._ledger is None:
                rows, places = self._rows.rows(records, invalid)
                self._cutter.weigh(rows, len(rows))
            else:
                sifted = await self._ledger.sift(records, self._rows, invalid)
                self._cutter.weigh(sifted.made, len(records))
                self._tally.skipped += sifted.skipped
                self._leave_unknown(sifted, invalid)
                rows, places = sifted.rows, sifted.places
            return self._register(self._cutter.add(rows, places, invalid))
        finally:
            # Also where the journal cannot be asked: these were found before.
            if invalid:
                self._tally.set_aside(invalid)

    def _leave_unknown(self, sifted: Sifted, invalid: list[InvalidCall]) -> None:
        for batch in self._register(self._cutter.apart(sifted.unknown, sifted.unknown_places, invalid)):
            self._give_up(
                batch, BatchState.UNKNOWN, DeliveryUnknown("an earlier run sent it without a usable answer", tries=0)
            )

    def _register(self, batches: Iterable[Batch]) -> list[Batch]:
        registered = list(batches)
        self._pending.update((batch.index, batch) for batch in registered)
        return registered

    async def _pass_on(
        self,
        batch: Batch,
        tasks: TaskGroup,
        send: MemoryObjectSendStream[Batch],
        receive: MemoryObjectReceiveStream[Batch],
    ) -> None:
        if self._senders < self._concurrency and not send.statistics().tasks_waiting_receive:
            self._senders += 1
            tasks.start_soon(self._send_all, receive)
        await send.send(batch)

    async def _send_all(self, ready: MemoryObjectReceiveStream[Batch]) -> None:
        async for batch in ready:
            await self._send(batch, ready)

    async def _send(self, batch: Batch, ready: MemoryObjectReceiveStream[Batch]) -> None:
        """Send a batch, and with a journal also those that are ready when it settles: one sync notes both."""
        waiting = [batch]
        number: int | None = None
        while waiting:
            batch = waiting.pop()
            if self._ledger is not None and number is None:
                number = await self._ledger.leaving(batch)
            delivery = self._under_way[batch.index] = self._deliver(batch)
            try:
                await delivery.run()
            except BaseException:
                self._end(batch, delivery)
                if self._ledger is not None and number is not None:
                    await self._ledger.settled(number, delivery.reading.state, delivery.reading.value)
                raise
            waiting += self._end(batch, delivery)
            if self._ledger is not None and number is not None:
                number = await self._note(self._ledger, number, delivery, waiting, ready)

    def _end(self, batch: Batch, delivery: Delivery[BatchReport]) -> list[Batch]:
        """Book what became of a batch; its halves, last first, where it was too large."""
        del self._under_way[batch.index]
        self._count(delivery)
        if delivery.reading.too_large and batch.size > 1 and self._gate.is_open():
            self._cutter.shrink(batch)
            del self._pending[batch.index]
            return list(reversed(self._register(batch.halves(self._cutter.next_index))))
        self._settle(batch, delivery)
        return []

    async def _note(
        self,
        ledger: Ledger,
        number: int,
        delivery: Delivery[BatchReport],
        waiting: list[Batch],
        ready: MemoryObjectReceiveStream[Batch],
    ) -> int | None:
        """Tell the journal what became of a batch, and of the one that leaves next: its number, if there is one."""
        if not waiting and self._gate.is_open():
            with suppress(anyio.WouldBlock, anyio.EndOfStream):
                waiting.append(ready.receive_nowait())
        state, report = delivery.reading.state, delivery.reading.value
        if not waiting:
            await ledger.settled(number, state, report)
            return None
        return await ledger.settled_and_leaving(number, state, report, waiting[-1])

    def _count(self, delivery: Delivery[BatchReport]) -> None:
        self._tally.retries += max(0, delivery.tries - 1)
        self._tally.paused += delivery.paused
        self._tally.waited_for_slot += delivery.waited_for_slot
        self._tally.limit = min(self._limit(), self._tally.limit or self._concurrency)

    def _settle(self, batch: Batch, delivery: Delivery[BatchReport]) -> None:
        reading = delivery.reading
        state, error = self._with_doubt(batch, reading.state, reading.error)
        self._book(
            BatchOutcome(
                index=batch.index,
                positions=batch.positions,
                size=batch.size,
                state=state,
                report=reading.value,
                error=error,
                status=delivery.status,
                phase=delivery.phase,
                tries=delivery.tries,
                seconds=delivery.seconds,
                kept=None if reading.state is BatchState.ACCEPTED else self._keep(batch),
            )
        )
        if reading.state is BatchState.ACCEPTED:
            self._cutter.accepted(batch)
        if reading.stop or self._is_dead(delivery):
            self.stop(math.inf)

    def _with_doubt(
        self, batch: Batch, state: BatchState, error: AutodialerError | None
    ) -> tuple[BatchState, AutodialerError | None]:
        """The state of a batch, unknown where its records may have been taken by an earlier run, if not by this one."""
        if state in (BatchState.UNSENT, BatchState.REJECTED) and self._ledger and self._ledger.is_doubtful(batch):
            return BatchState.UNKNOWN, DeliveryUnknown(f"an earlier run sent it without a usable answer, now: {error}")
        return state, error

    def _is_dead(self, delivery: Delivery[BatchReport]) -> bool:
        """Whether the service seems gone: a whole round of batches in a row could not reach it, tries exhausted."""
        if delivery.reached:
            self._unreached = 0
        elif delivery.tries and self._gate.is_open():
            self._unreached += 1
        return self._unreached >= max(2, self._concurrency)

    def _book(self, outcome: BatchOutcome) -> None:
        del self._pending[outcome.index]
        self._tally.settle(outcome)
        if self._on_booked is not None:
            self._on_booked(outcome)
        self._tell()
        if self._report_to is not None:
            seconds = anyio.current_time() - self._started
            self._report_to.put(
                self._tally.progress(
                    read=self._read + len(self._source.pulled),
                    total=self._source.total,
                    seconds=seconds,
                    in_flight=self._gate.in_flight,
                    limit=self._limit(),
                )
            )

    def _tell(self) -> None:
        news, self._news = self._news, anyio.Event()
        news.set()

    async def _close_source(self) -> None:
        try:
            await self._source.aclose()
        except Exception as error:  # noqa: BLE001 - the caller's own, raised by whoever opened the upload
            self._source.failure = self._source.failure or error

    async def _give_up_what_is_left(self) -> None:
        self._give_up_unsifted()
        try:
            # What was pulled is asked after in the journal even now: it may have been accepted long ago.
            while self._source.pulled:
                await self._cut()
        finally:
            self._give_up_unsifted()
            self._register(self._cutter.flush())
            for batch in sorted(self._pending.values(), key=lambda batch: batch.index):
                self._give_up(batch, BatchState.UNSENT, NotSent("the upload ended before it was sent", tries=0))

    def _give_up_unsifted(self) -> None:
        """Book records whose question to the journal was cut off by a native cancel, or could not be answered.

        Nothing of them left in this run, but some may have been accepted long ago: so they are not offered to be sent
        again.
        """
        if self._ledger is None or self._ledger.unsifted is None:
            return
        invalid: list[InvalidCall] = []
        batches = self._register(self._cutter.apart(*self._ledger.unsifted, invalid))
        self._ledger.unsifted = None
        self._tally.set_aside(invalid)
        for batch in batches:
            self._give_up(batch, BatchState.UNSENT, NotSent("the upload ended before it was sent", tries=0), keep=False)

    def _give_up(self, batch: Batch, state: BatchState, error: TransportError, *, keep: bool = True) -> None:
        shown, why = self._with_doubt(batch, state, error)
        self._book(
            BatchOutcome(
                index=batch.index,
                positions=batch.positions,
                size=batch.size,
                state=shown,
                error=why,
                kept=self._keep(batch) if keep else None,
            )
        )

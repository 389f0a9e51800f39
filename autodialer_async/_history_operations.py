"""The part of the client that asks for the call history."""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, overload

import anyio

from autodialer_async._days import days_of, latest, read_days, unsettled_from
from autodialer_async._observe import Observer, Operation
from autodialer_async._service import Service
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallDetail, Reconciliation, canonical_phone

if TYPE_CHECKING:
    from autodialer_async.history.campaign import Campaign
    from autodialer_async.history.export import HistoryExport, OnExport
    from autodialer_async.journal import Journal

__all__ = ["HistoryOperations"]


class HistoryOperations:
    """What a client does with the call history; nothing here dials anyone, so everything may be repeated."""

    _service: Service
    _observer: Observer
    _server_tz: tzinfo | None
    _concurrency: int

    async def cdr(self, date_from: date, date_to: date | None = None, *, to: str | None = None) -> list[CallDetail]:
        """Call history of some days, in the order of the days; of several states of a number in a task, the last.

        Long ranges are asked for by day, at most four days at once.

        Args:
            date_from: First day.
            date_to: Last day, inclusive; None: the one day.
            to: Only calls to this number.

        Raises:
            ApiError: The service said no.
            TransportError: No answer, after all tries.
            UnreadableAnswer: The answer is not history.
            ConfigurationError: Days in the wrong order, a closed client.

        Example:
            >>> receipt = await dialer.newcall(phone="89222220007", generation_type=1, immediate=True)
            >>> for row in await dialer.cdr(date.today(), to="89222220007"):
            ...     print(row.query_id == receipt.query_id, row.code.disposition, row.seconds)
            True answered 12
        """
        days, number = self._days(date_from, date_to), None if to is None else canonical_phone(to)
        async with self._observed("cdr", lambda operation: self._rows(operation, days, number)) as rows:
            return latest([row async for row in rows])

    @overload
    def history(
        self, date_from: date, date_to: date | None = None, *, to: str | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[CallDetail]]: ...

    @overload
    def history(
        self, *, since: date | datetime, to: str | None = None, pause: float = 60.0
    ) -> AbstractAsyncContextManager[AsyncIterator[CallDetail]]: ...

    def history(
        self,
        date_from: date | None = None,
        date_to: date | None = None,
        *,
        to: str | None = None,
        since: date | datetime | None = None,
        pause: float = 60.0,
    ) -> AbstractAsyncContextManager[AsyncIterator[CallDetail]]:
        """Call history as a stream, day after day: a few days are read ahead, no slot is held while the reader is busy.

        A number whose call was made again while the history was read can come twice; the later state comes later, and
        none is missed. Arguments and errors as in `cdr`, raised when the reader reaches the day.

        With `since` in place of the days the stream never ends: when it has caught up it looks for new rows after each
        pause, and gives a row again where its call was made again or its state changed. After an error of a request
        the reader may go on with the same stream: it tries again after a pause, and gives nothing twice.

        Args:
            date_from: First day.
            date_to: Last day, inclusive; None: the one day.
            to: Only calls to this number.
            since: First day, or the moment from which calls count: aware, or as the service writes times without zone.
            pause: Seconds between two looks for new rows.

        Example:
            >>> async with dialer.history(date(2026, 11, 1), date(2026, 11, 20)) as rows:
            ...     async for row in rows:
            ...         print(row.time, row.code, row.seconds)
            >>> async def follow(dialer, moment):
            ...     async with dialer.history(since=moment, pause=30) as rows:
            ...         async for row in rows:
            ...             print(row.time, row.code, row.seconds)
        """
        number = None if to is None else canonical_phone(to)
        if since is None:
            if date_from is None:
                raise ConfigurationError("history needs date_from, or since")
            days = self._days(date_from, date_to)
            return self._observed("history", lambda operation: self._rows(operation, days, number))
        if date_from is not None or date_to is not None:
            raise ConfigurationError("since goes on without an end: leave date_from and date_to out")
        if not (isinstance(pause, int | float) and 0 <= pause < math.inf):
            raise ConfigurationError(f"pause is a number of seconds of at least 0, not {pause!r}")
        from autodialer_async._following import Follower, beginning  # noqa: PLC0415 - as for the journal of an upload

        begin = beginning(since, self._server_tz)
        return self._observed(
            "history",
            lambda operation: nullcontext(
                Follower(
                    begin,
                    partial(self._service.cdr, operation, number),
                    step=self._service.dialect.history_days,
                    zone=self._server_tz,
                    pause=pause,
                    now=lambda: datetime.now(UTC),
                    sleep=anyio.sleep,
                )
            ),
            endless=True,
        )

    async def export_history(
        self,
        file: str | os.PathLike[str],
        date_from: date,
        date_to: date | None = None,
        *,
        to: str | None = None,
        on_progress: OnExport | None = None,
    ) -> HistoryExport:
        """Write the call history of some days to a file, in memory that does not grow with the range.

        The file's name tells the format: `.csv`, `.xlsx`, `.jsonl`, `.parquet` (the last needs the extra `report`, as
        `.xlsx` does). Of several states of a number in a task the last one is written. The file appears when it is
        whole; until then all that was read is kept beside it in `<file>.part`, and the same call, made again after an
        error or a kill, goes on where that ended.

        Args:
            file: What to write; a file of that name is replaced.
            date_from: First day.
            date_to: Last day, inclusive; None: the one day.
            to: Only calls to this number.
            on_progress: Called with an `ExportProgress` after each step, on the loop; what it raises ends the export,
                and what was read stays.

        Raises:
            ConfigurationError: Another suffix, a missing extra, days in the wrong order, a `.part` of other days or in
                use, a directory that cannot be written.
            ApiError: The service said no.
            TransportError: No answer, after all tries.
            UnreadableAnswer: The answer is not history.

        Example:
            >>> done = await dialer.export_history("calls.csv", date(2026, 11, 1), date(2026, 11, 20))
            >>> done.rows
            0
        """
        from autodialer_async.history.export import export_history  # noqa: PLC0415 - as for the journal of an upload

        number = None if to is None else canonical_phone(to)
        days = self._days(date_from, date_to)
        async with self._observer.operation("export_history") as operation:
            return await export_history(
                file,
                days,
                partial(self._service.cdr, operation, number),
                number=number,
                ahead=self._concurrency,
                zone=self._server_tz,
                now=lambda: datetime.now(UTC),
                on_progress=on_progress,
            )

    async def reconcile(
        self,
        journal: Journal | str | os.PathLike[str],
        *,
        until: date | None = None,
        clock_skew: timedelta = timedelta(minutes=5),
    ) -> Reconciliation:
        """Ask the history what became of a journal's unknown records; nothing is dialled.

        A record is marked as dialled (accepted) where the history has its number, under a task that the journal does
        not know from another batch, at a time when its batch was on its way or in its hours after that. What the
        history cannot decide stays unknown: a number that is missing there proves nothing. May be done beside a
        running upload, and again later.

        Args:
            journal: Path of the journal, or a `Journal`.
            until: Last day of history to look at; None: today.
            clock_skew: How much the clocks of the service and of this machine may differ.

        Raises:
            JournalError: There is no journal, or it cannot be read.
            ApiError: The service said no.
            TransportError: No answer, after all tries.
            UnreadableAnswer: The answer is not history.

        Example:
            >>> result = await dialer.make(calls, journal="campaign.db", on_failure="return")
            >>> settled = await dialer.reconcile("campaign.db")
            >>> settled.unknown_before, settled.dialled, settled.unknown
            (0, 0, 0)
        """
        from autodialer_async._reconciliation import reconcile  # noqa: PLC0415 - as for the journal of an upload
        from autodialer_async.journal import open_journal  # noqa: PLC0415 - as above

        async with self._observer.operation("reconcile") as operation:
            return await reconcile(
                open_journal(journal),
                lambda first, last: self._rows(operation, self._days(first, last), None),
                zone=self._server_tz,
                until=until,
                now=datetime.now(UTC),
                clock_skew=clock_skew,
            )

    async def campaign(self, journal: Journal | str | os.PathLike[str], *, until: date | None = None) -> Campaign:
        """Join a campaign's journal with the history of its days: what became of each record, and whom to call again.

        Reads the history from the day on which the first batch left to a week after the last one settled, but no later
        than today. Unknown records stay unknown: `reconcile` first.

        Args:
            journal: Path of the journal, or a `Journal`.
            until: Last day of history to read; None: as said.

        Raises:
            JournalError: There is no journal, or it cannot be read.
            ApiError: The service said no.
            TransportError: No answer, after all tries.
            UnreadableAnswer: The answer is not history.

        Example:
            >>> result = await dialer.make(calls, journal="campaign.db")
            >>> campaign = await dialer.campaign("campaign.db")
            >>> campaign.dialled, campaign.not_yet_dialled
            (3, 0)
        """
        from autodialer_async.history.campaign import Campaign, campaign_days  # noqa: PLC0415 - as for the journal of an upload

        days = await campaign_days(journal, zone=self._server_tz, until=until)
        if days is None:
            return await Campaign.read(journal, (), zone=self._server_tz)
        async with self._observed("campaign", lambda operation: self._rows(operation, self._days(*days), None)) as rows:
            return await Campaign.read(journal, rows, zone=self._server_tz)

    async def ping(self) -> None:
        """Ask for today's history: are address, key and token right? Nothing is dialled.

        Raises:
            ApiError: The service said no.
            TransportError: No answer, after all tries.
            UnreadableAnswer: Something answered that is not the service.

        Example:
            >>> await dialer.ping()
        """
        days = self._days(datetime.now(self._server_tz).date(), None)
        async with self._observed("ping", lambda operation: self._rows(operation, days, None)) as rows:
            async for _ in rows:
                pass

    def _days(self, date_from: date, date_to: date | None) -> list[tuple[date, date]]:
        return days_of(date_from, date_to, step=self._service.dialect.history_days)

    def _rows(
        self, operation: Operation, days: list[tuple[date, date]], number: str | None
    ) -> AbstractAsyncContextManager[AsyncIterator[CallDetail]]:
        return read_days(
            days,
            partial(self._service.cdr, operation, number),
            ahead=self._concurrency,
            unsettled=unsettled_from(datetime.now(UTC), self._server_tz),
        )

    @asynccontextmanager
    async def _observed(
        self,
        name: str,
        rows: Callable[[Operation], AbstractAsyncContextManager[AsyncIterator[CallDetail]]],
        *,
        endless: bool = False,
    ) -> AsyncIterator[AsyncIterator[CallDetail]]:
        async with self._observer.operation(name, endless=endless) as operation, rows(operation) as found:
            yield found

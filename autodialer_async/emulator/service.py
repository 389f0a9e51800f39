"""The service's desk: who may ask, and what the three operations answer. No I/O, but turns for others."""

from __future__ import annotations

from datetime import date, datetime
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
from anyio.lowlevel import RunVar

from autodialer_async.emulator.dialer import MOST_RECORDS
from autodialer_async.emulator.listing import Listing
from autodialer_async.emulator.writing import written_answer, written_history, written_refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autodialer_async.emulator.answers import Answer
    from autodialer_async.emulator.bodies import Arrived, Operation
    from autodialer_async.emulator.dialer import Dialer, Report
    from autodialer_async.emulator.fidelity import Fidelity, Reason

__all__ = ["Service"]

_SLICE = 100


class Service:
    """Answers requests on behalf of a dialer.

    The page documents no refusals. Here, unless `Fidelity.refusals` says otherwise: 403 for a wrong key in the path,
    404 for an unknown operation, 405 for another method than POST, 401 for a wrong access token (also one that
    `newcall` or `cdr` carry without need), 413 for a body over the limit, 400 for everything malformed; each with
    `{"error": …}`. All values of an answer are strings.
    """

    def __init__(self, dialer: Dialer, *, api_key: str, access_token: str, fidelity: Fidelity) -> None:
        self._dialer = dialer
        self._api_key = api_key.encode()
        self._access_token = access_token.encode()
        self.fidelity = fidelity
        # Slices of several lists that come in turns make every one of them late, and the page as well.
        self._turn = RunVar[anyio.Lock]("one list at a time")

    def refuse(self, reason: Reason, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
        """A refusal in this installation's shape."""
        return written_refusal(reason, message, self.fidelity, headers)

    def refusal_at_the_door(self, key: str | None, operation: Operation | None, method: str) -> Answer | None:
        """The refusal that needs no body to be read, or None; `key` is None where the path has none by design."""
        if key is not None and not compare_digest(key.encode("utf-8", "surrogatepass"), self._api_key):
            return self.refuse("key", "unknown API key")
        if operation is None:
            return self.refuse("operation", "unknown operation: there are make, newcall and cdr")
        if not self.fidelity.takes(operation, method):
            allowed = ", ".join(name for name in ("GET", "POST") if self.fidelity.takes(operation, name))
            return self.refuse("method", f"only {allowed} is taken", headers=(("allow", allowed),))
        return None

    async def answer(self, arrived: Arrived, *, lose: int = 0) -> Answer:
        """Carry out what is asked, and answer. Long lists and histories let others have their turn.

        Args:
            arrived: The request.
            lose: So many records at the end of a list are lost on the way to the dialer.
        """
        if arrived.token is None:
            if arrived.operation in self.fidelity.token_in:
                return self.refuse("token", "no access_token")
        elif not compare_digest(arrived.token.encode("utf-8", "surrogatepass"), self._access_token):
            return self.refuse("token", "wrong access_token")
        if arrived.operation == "make":
            return await self._make(arrived.records, lose)
        fields: Any = arrived.records[0]
        return self._newcall(fields) if arrived.operation == "newcall" else await self._cdr(fields)

    async def _make(self, records: tuple[object, ...], lose: int) -> Answer:
        if len(records) > MOST_RECORDS:
            return self.refuse("limit", f"at most {MOST_RECORDS} records in one array, these are {len(records)}")
        listing = Listing()
        async with self._one_at_a_time():
            for start in range(0, len(records) - lose, _SLICE):
                listing.read(records[start : min(start + _SLICE, len(records) - lose)])
                await anyio.lowlevel.checkpoint()
            report, calls = self._dialer.take(listing)
            for _ in calls:
                await anyio.lowlevel.checkpoint()
        return written_answer(_written_report(report), self.fidelity)

    def _one_at_a_time(self) -> anyio.Lock:
        # A lock belongs to an event loop, and in process an emulator may see several.
        lock = self._turn.get(None)
        if lock is None:
            lock = anyio.Lock()
            self._turn.set(lock)
        return lock

    def _newcall(self, fields: Mapping[str, object]) -> Answer:
        number = self._dialer.newcall(fields)
        receipt = {"QUERY_ID": str(number or 0), "QUERY_COUNT": "0" if number is None else "1"}
        return written_answer(receipt, self.fidelity)

    async def _cdr(self, fields: Mapping[str, object]) -> Answer:
        days: list[date] = []
        for name in ("date_from", "date_to"):
            day = _read_day(fields.get(name))
            if day is None:
                return self.refuse("malformed", f"{name} must be given as YYYY-MM-DD")
            days.append(day)
        first, last = days
        if first > last:
            return self.refuse("malformed", "date_from is after date_to")
        to = fields.get("to")
        only = None if to is None or to == "" else str(to)
        rows: list[dict[str, str]] = []
        for some in self._dialer.history(first, last, only, fidelity=self.fidelity):
            rows += some
            await anyio.lowlevel.checkpoint()
        return written_history(rows, self.fidelity)


def _written_report(report: Report) -> dict[str, dict[str, str]]:
    """The report of a list as the page writes it."""
    return {
        "report": {
            "lines": str(report.lines),
            "ok": str(report.ok),
            "inserted": str(report.inserted),
            "errorcode": str(report.errorcode),
            "id": str(report.id),
        }
    }


def _read_day(value: object) -> date | None:
    try:
        return datetime.strptime(value, "%Y-%m-%d").date() if isinstance(value, str) else None  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None

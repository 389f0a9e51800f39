"""A service in this process: reads whole bodies, keeps books, and answers as a test tells it to."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import anyio
import anyio.lowlevel
import httpx

from autodialer_async import AsyncAutodialer, BatchOutcome, RetryPolicy, UploadResult

__all__ = ["Service", "client", "counts", "record", "records", "settled_by_the_books", "sum_holds"]

Record = dict[str, str]
Answering = Callable[[int, list[Record]], Awaitable[httpx.Response | None]]


class Service(httpx.AsyncBaseTransport):
    """Takes what arrives whole, unless `answering` gives another answer first.

    Args:
        answering: Called with the number of the request, from 0, and its records, once the whole body is there. What
            it returns is the answer, and nothing of the request is taken; None: take it and report so.
        pauses: Checkpoints between taking a batch and answering.

    Attributes:
        taken: How often each record's id was taken.
        records: The records taken, in the order of arrival.
        sizes: Records of each whole request.
        bodies: Bytes of each whole request.
        in_flight: Requests begun and not answered.
        most_in_flight: The most of these at any time.
    """

    def __init__(self, answering: Answering | None = None, *, pauses: int = 1) -> None:
        self._answering = answering
        self._pauses = pauses
        self.taken: Counter[str] = Counter()
        self.records: list[Record] = []
        self.sizes: list[int] = []
        self.bodies: list[int] = []
        self.in_flight = 0
        self.most_in_flight = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            body = b""
            async for piece in request.stream:  # type: ignore[union-attr]  # the client's streams are asynchronous
                body += piece
                await anyio.lowlevel.checkpoint()
            return await self._answer(body)
        finally:
            self.in_flight -= 1

    async def _answer(self, body: bytes) -> httpx.Response:
        batch: list[Record] = json.loads(body)["query"]["data"]
        number = len(self.sizes)
        self.sizes.append(len(batch))
        self.bodies.append(len(body))
        if self._answering is not None:
            answer = await self._answering(number, batch)
            if answer is not None:
                return answer
        self.take(batch)
        for _ in range(self._pauses):
            await anyio.lowlevel.checkpoint()
        return report(len(batch), task=40133707428585176 + number)

    def take(self, batch: Iterable[Record]) -> None:
        """Take records without a word."""
        for fields in batch:
            self.taken[fields["id"]] += 1
            self.records.append(fields)


def report(lines: int, *, task: int = 40133707428585176, **changes: str | None) -> httpx.Response:
    """A good answer; `changes` replaces fields of the report, None leaves one out."""
    fields = {"lines": str(lines), "ok": str(lines), "inserted": str(lines), "errorcode": "0", "id": str(task)}
    return httpx.Response(
        200, json={"report": {name: value for name, value in (fields | changes).items() if value is not None}}
    )


def client(service: httpx.AsyncBaseTransport, **settings: Any) -> AsyncAutodialer:
    """A client of the service; repeats at once, so that no test waits."""
    given: dict[str, Any] = {"retry": RetryPolicy(base=0.0)} | settings
    return AsyncAutodialer(
        "http://service.test", api_key="fake-key", access_token="fake-token", transport=service, **given
    )


def record(number: int, **fields: object) -> dict[str, Any]:
    """One valid record whose id is its number."""
    return {"id": number, "phone": f"8922{number:07}", **fields}


def records(count: int) -> list[dict[str, Any]]:
    """Valid records, numbered from 0."""
    return [record(number) for number in range(count)]


def counts(result: UploadResult) -> dict[str, int]:
    """The columns of the books that are not 0."""
    columns = ("accepted", "rejected", "unsent", "unknown", "skipped", "invalid")
    return {name: count for name in columns if (count := getattr(result, name))}


def sum_holds(result: UploadResult) -> bool:
    """The promise of `UploadResult`, from the columns and from the outcomes."""
    settled = sum(batch.size for batch in result.batches) + result.skipped + result.invalid
    return result.read == sum(counts(result).values()) and settled <= result.read


def settled_by_the_books(result: UploadResult, service: Service) -> bool:
    """For lists of `records`: each is settled once, nothing was taken twice, and no state contradicts the service.

    Taken by the service ⊆ accepted ∪ unknown; what is unsent or rejected was not taken.
    """
    states: dict[int, BatchOutcome] = {}
    for batch in result.batches:
        assert len(batch.positions) == batch.size
        for position in batch.positions:
            assert position not in states, f"record {position} is settled twice"
            states[position] = batch
    assert sum_holds(result)
    assert len(states) + result.invalid + result.skipped == result.read
    assert set(service.taken.values()) <= {1}
    for taken in service.taken:
        assert states[int(taken)].state in {"accepted", "unknown"}, f"the service has {taken}: {states[int(taken)]}"
    assert all(service.taken[str(place)] for place, batch in states.items() if batch.state == "accepted")
    return True

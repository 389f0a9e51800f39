"""How the stub reads and answers each protocol: ours, and those that the peers expect."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import attrs

from benchmarks.records import wire_record

__all__ = ["ROUTES", "Route"]

_FEWEST_FIELDS = 8


@attrs.frozen
class Route:
    """One operation of one protocol.

    Attributes:
        path: Last segment of its address.
        per_record: Braces that a record brings into the body; 0 if every request is one record.
        per_body: Braces besides.
        answer: The reply's body for that many records.
        contents: The records in a body.
        status: Status line of the reply.
        headers: Further header lines of the reply.
    """

    path: str
    per_record: int
    per_body: int
    answer: Callable[[int], object]
    contents: Callable[[bytes], Iterator[Mapping[str, str]]]
    status: str = "200 OK"
    headers: str = "Content-Type: application/json\r\n"

    def records(self, braces: int) -> int | None:
        """How many records have that many braces, or None if that cannot be."""
        if not self.per_record:
            return 1
        records, left = divmod(braces - self.per_body, self.per_record)
        return records if records >= 0 and not left else None

    def reply(self, records: int) -> bytes:
        """The whole reply, made once for each number of records."""
        return _rendered(self, records)

    def check(self, body: bytes, counted: int) -> None:
        """Compare each record of a body with the list, field by field.

        Raises:
            ValueError: A record that is not the list's, or another number of them than counted.
        """
        records = list(self.contents(body))
        if len(records) != counted:
            raise ValueError(f"{len(records)} records, counted as {counted}")
        for record in records:
            expected = wire_record(int(record["phone"][2:]))
            wrong = [name for name, value in record.items() if name != "id" and expected.get(name) != value]
            if wrong or len(record) < _FEWEST_FIELDS:
                raise ValueError(f"fields missing or wrong: {wrong or sorted(record)}")


@cache
def _rendered(route: Route, records: int) -> bytes:
    body = json.dumps(route.answer(records), separators=(",", ":")).encode()
    return f"HTTP/1.1 {route.status}\r\n{route.headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _report(records: int) -> object:
    count = str(records)
    return {"report": {"lines": count, "ok": count, "inserted": count, "errorcode": "0", "id": "40133707428585176"}}


def _call_list(body: bytes) -> Iterator[Mapping[str, str]]:
    for record in json.loads(body)["query"]["data"]:
        if "statdialertime" not in record or "stopdialertime" not in record:
            raise ValueError("a record without hours")
        yield record


def _form(body: bytes) -> Iterator[Mapping[str, str]]:
    fields = {name: values[0] for name, values in parse_qs(body.decode(), strict_parsing=True).items()}
    if fields.pop("timestart") != "10:00" or fields.pop("timestop") != "19:00":
        raise ValueError("other hours")
    yield fields


def _bulk_items(records: int) -> object:
    shards = {"total": 2, "successful": 1, "failed": 0}
    item = {"_index": "calls", "_id": "W0tpsmIBdwcYyG50zbta", "_version": 1, "result": "created", "_shards": shards}
    done = {"index": item | {"_seq_no": 0, "_primary_term": 1, "status": 201}}
    return {"took": 30, "errors": False, "items": [done] * records}


def _bulk_lines(body: bytes) -> Iterator[Mapping[str, str]]:
    yield from map(json.loads, body.splitlines()[1::2])


def _task(_records: int) -> object:
    return {
        "taskUid": 1,
        "indexUid": "calls",
        "status": "enqueued",
        "type": "documentAdditionOrUpdate",
        "enqueuedAt": "2026-01-01T00:00:00.000000000Z",
    }


def _plain_list(body: bytes) -> Iterator[Mapping[str, str]]:
    yield from json.loads(body)


def _acknowledged(_records: int) -> object:
    return {"result": {"operation_id": 1, "status": "acknowledged"}, "status": "ok", "time": 0.001}


def _payloads(body: bytes) -> Iterator[Any]:
    for point in json.loads(body)["points"]:
        yield point["payload"]


ROUTES: Mapping[str, Route] = {
    route.path: route
    for route in (
        Route("make", 1, 2, _report, _call_list),
        Route("newcall", 0, 0, lambda _: {"QUERY_ID": "40133707428585176", "QUERY_COUNT": "1"}, _form),
        Route(
            "_bulk",
            3,
            0,
            _bulk_items,
            _bulk_lines,
            headers="Content-Type: application/vnd.elasticsearch+json;compatible-with=9\r\n"
            "X-Elastic-Product: Elasticsearch\r\n",
        ),
        Route("documents", 1, 0, _task, _plain_list, status="202 Accepted"),
        Route("points", 3, 1, _acknowledged, _payloads),
    )
}

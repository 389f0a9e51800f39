"""One request as the server sees it, and what its body says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Contents", "RequestInfo", "first_record_id", "read_contents"]

_FIRST_ID = re.compile(rb'"id"\s*:\s*"?([^",}\s]+)"?\s*[,}]')


@dataclass(frozen=True)
class RequestInfo:
    """What is known of a request when a script is asked what to do with it.

    A script is asked up to three times, until it does not answer None: after the header (`first_id` and `ids`
    are None), once the first record's id can be seen (`make` with JSON only), and once the body is whole.

    Attributes:
        number: The request's number on this server, from 1, in the order in which first bytes came.
        connection: The connection's number, from 1, in the order of accept.
        nth: The request's number on its connection, from 1.
        target: Path and query as received, the key included.
        operation: The last part of the path: `make`, `newcall`, `cdr`, …
        headers: Names in lower case.
        content_length: Bytes of body announced.
        first_id: The first record's id, once it was seen.
        ids: Every record's id, once the body is whole.
        fields: The form's fields (`newcall`, `cdr`), once the body is whole.
    """

    number: int
    connection: int
    nth: int
    method: str
    target: str
    operation: str
    headers: Mapping[str, str]
    content_length: int
    first_id: str | None = None
    ids: tuple[str, ...] | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contents:
    """The ids of all records in a whole body, in order, and a form's fields."""

    ids: tuple[str, ...]
    fields: Mapping[str, str]


def first_record_id(start: bytes) -> str | None:
    """The id of the first record of a `make` body of which only the start is there, or None if it is not in it."""
    found = _FIRST_ID.search(start)
    return found.group(1).decode() if found else None


def read_contents(request: RequestInfo, body: bytes) -> Contents:
    """What a whole body says. An unreadable one holds no records, which is what a server would make of it."""
    try:
        if request.operation == "make":
            return Contents(_make_ids(json.loads(body)), {})
        fields = _fields(request, body)
    except (ValueError, TypeError, KeyError):
        return Contents((), {})
    return Contents((fields["id"],) if "id" in fields else (), fields)


def _make_ids(document: Any) -> tuple[str, ...]:
    return tuple(str(record["id"]) for record in document["query"]["data"])


def _fields(request: RequestInfo, body: bytes) -> dict[str, str]:
    fields = dict(parse_qsl(urlsplit(request.target).query, keep_blank_values=True))
    content_type = request.headers.get("content-type", "")
    if content_type.startswith("application/json"):
        fields |= {name: str(value) for name, value in json.loads(body).items()}
    elif content_type.startswith("multipart/form-data"):
        message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if isinstance(name, str) and isinstance(content, bytes):
                fields[name] = content.decode()
    else:
        fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return fields

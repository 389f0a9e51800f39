"""Bodies of requests, read."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Literal, cast
from urllib.parse import parse_qsl

import attrs
import orjson
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartException, MultiPartParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from collections.abc import Set as AbstractSet

__all__ = ["Arrived", "Operation", "UnreadableBodyError", "read_fields", "read_list", "read_query"]

Operation = Literal["make", "newcall", "cdr"]

_MOST_FIELDS = 1000
_ENCODINGS = {
    "": "urlencoded",
    "application/x-www-form-urlencoded": "urlencoded",
    "multipart/form-data": "multipart",
    "application/json": "json",
}
_NAMES = {"urlencoded": "urlencoded", "multipart": "as multipart/form-data", "json": "as a JSON object"}


class UnreadableBodyError(Exception):
    """The body is not what the operation takes; the message says why and shows nothing of it."""


@attrs.frozen
class Arrived:
    """One request whose body is here.

    Attributes:
        operation: What it asks for.
        token: The access token in it, or None.
        records: The records of `make`, the one set of fields of `newcall` and `cdr`, as they came: in the page's names,
            nothing checked.
    """

    operation: Operation
    token: str | None = attrs.field(default=None, repr=False)
    records: tuple[object, ...] = attrs.field(default=(), repr=False)


def read_list(body: bytes) -> Arrived:
    """The list of a `make`: `{"query": {"access_token": …, "data": […]}}`.

    Raises:
        UnreadableBodyError: It is not JSON, or not of this shape.
    """
    query = _as_object(_as_object(_read_json(body)).get("query"))
    data = query.get("data")
    if not isinstance(data, list):
        raise UnreadableBodyError('expected {"query": {"access_token": …, "data": […]}}')
    return Arrived("make", _read_token(query), tuple(cast("list[object]", data)))


async def read_fields(operation: Operation, content_type: str, body: bytes, *, taken: AbstractSet[str]) -> Arrived:
    """The fields of a `newcall` or `cdr`: urlencoded (also where no type is given), multipart, or a JSON object.

    Args:
        operation: Which of the two.
        content_type: What the body says it is.
        body: It.
        taken: Which of `urlencoded`, `multipart` and `json` are.

    Raises:
        UnreadableBodyError: It is none of those taken, or broken.
    """
    kind = content_type.partition(";")[0].strip().lower()
    encoding = _ENCODINGS.get(kind)
    if encoding not in taken:
        raise UnreadableBodyError(f"fields come {' or '.join(_NAMES[name] for name in sorted(taken))}")
    if encoding == "urlencoded":
        fields = _collect(_read_urlencoded(body))
    elif encoding == "multipart":
        fields = _collect(await _read_multipart(content_type, body))
    else:
        fields = _as_object(_read_json(body))
    return Arrived(operation, _read_token(fields), (fields,))


def read_query(operation: Operation, query: bytes) -> Arrived:
    """The fields of a `newcall` or `cdr` that stand in the address.

    Raises:
        UnreadableBodyError: They are broken.
    """
    fields = _collect(_read_urlencoded(query))
    return Arrived(operation, _read_token(fields), (fields,))


def _read_token(fields: Mapping[str, Any]) -> str | None:
    token = fields.get("access_token")
    return token if isinstance(token, str) else None


def _read_json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise UnreadableBodyError("the body is not JSON") from None


def _as_object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableBodyError("expected a JSON object")
    return cast("dict[str, Any]", value)


def _read_urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise UnreadableBodyError("the urlencoded fields are broken, not in UTF-8, or too many") from None


async def _read_multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    async def whole() -> AsyncGenerator[bytes, None]:
        yield body

    async with aclosing(whole()) as pieces:
        parser = MultiPartParser(Headers({"content-type": content_type}), pieces, max_files=0, max_fields=_MOST_FIELDS)
        try:
            form = await parser.parse()
            pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
            # A body may name a charset that reads what cannot be written again, such as half of a surrogate pair.
            "".join(map("".join, pairs)).encode()
        except (MultiPartException, ValueError):
            raise UnreadableBodyError("the multipart fields are broken, hold a file, or are too many") from None
    return pairs


def _collect(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        # The page gives var2 twice and calls the second one variable 3.
        fields["var3" if name == "var2" and "var2" in fields else name] = value
    return fields

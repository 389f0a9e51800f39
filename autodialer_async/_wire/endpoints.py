"""Operations as requests ready to leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, urlencode

from autodialer_async._wire.codec import TOKEN, Codec, phone_on_wire, wire_names
from autodialer_async._wire.forms import encode_form
from autodialer_async.models import Call, CallWindow, Outgoing, canonical_phone

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from autodialer_async._wire.dialect import Dialect, Operation

__all__ = ["Endpoints"]

_JSON = "application/json"
# Kept back until the rest is gone: without them no server holds a whole body.
_TAIL = 3
_MAKE_END = b"]}}"
# Anything shorter stands in every other word: replacing it would garble each text and hide nothing.
_SHORTEST_SECRET = 4
# Stands in the place of the key where people read: it is the page's own word for it.
_KEY_LEFT_OUT = "{apikey}"


class Endpoints:
    """The three operations of one account as requests; the only place that holds its key and token.

    Args:
        base_path: The path part of the base URL, `""` or `"/x"`.
        api_key: The account's key, any text: it is percent-quoted.
        access_token: The account's token.
        dialect: How the installation speaks.

    Attributes:
        make_overhead: Bytes of a `make` body besides its records.
        make_template: Its method and path with the key left out.
        secrets: Every spelling of key and token that a text could leak; without the page's literal `apikey`, and
            without anything shorter than four characters.
    """

    def __init__(self, base_path: str, api_key: str, access_token: str, dialect: Dialect) -> None:
        self._dialect = dialect
        self._codec = Codec(dialect)
        self._phone = phone_on_wire(dialect)
        self._cdr_names = wire_names(dialect, "cdr")
        self._token = access_token
        self.secrets = tuple(dict.fromkeys((*_spellings(api_key), *_spellings(access_token))))
        # `%` stays: the path of a URL is quoted already.
        base = quote(base_path.rstrip("/"), safe="/%:@!$&'()*+,;=~")
        key = quote(api_key, safe="")
        self._targets: dict[Operation, tuple[str, str]] = {}
        operations: tuple[Operation, ...] = ("make", "newcall", "cdr")
        for operation in operations:
            target = base + dialect.path_template.format(api_key=key, operation=operation)
            label = base + dialect.path_template.format(api_key=_KEY_LEFT_OUT, operation=operation)
            for secret in self.secrets:
                label = label.replace(secret, _KEY_LEFT_OUT)
            self._targets[operation] = target, label
        token = f'"{TOKEN}":{json.dumps(access_token)},' if "make" in dialect.token_in else ""
        self._make_begin = f'{{"query":{{{token}"data":['.encode()
        self.make_overhead = len(self._make_begin) + len(_MAKE_END)
        self.make_template = f"POST {self._targets['make'][1]}"

    def __repr__(self) -> str:
        return f"Endpoints({self._targets['make'][1]!r})"

    def make(self, data: bytes) -> Outgoing:
        """A `make` request with `data`: JSON objects joined by commas, without brackets."""
        target, label = self._targets["make"]
        return Outgoing("POST", target, label, _JSON, self._make_begin + data, _MAKE_END)

    def newcall(self, call: Call, window: CallWindow | None) -> Outgoing:
        """A `newcall` request; without a window the service dials at once, at any hour.

        Raises:
            InvalidCall: As `Codec.encode_newcall`.
        """
        return self._with_fields("newcall", self._codec.encode_newcall(call, window))

    def cdr(self, date_from: date, date_to: date, to: str | None) -> Outgoing:
        """A `cdr` request for whole days, both inclusive, of one subscriber or of all.

        Raises:
            InvalidCall: `to` is not a phone number.
        """
        names = self._cdr_names
        fields = {names["date_from"]: f"{date_from:%Y-%m-%d}", names["date_to"]: f"{date_to:%Y-%m-%d}"}
        if to is not None:
            fields[names["to"]] = self._phone(canonical_phone(to))
        elif self._dialect.send_empty_to:
            fields[names["to"]] = ""
        return self._with_fields("cdr", fields)

    def _with_fields(self, operation: Operation, fields: Mapping[str, str]) -> Outgoing:
        target, label = self._targets[operation]
        if operation in self._dialect.token_in:
            fields = {TOKEN: self._token, **fields}
        if self._dialect.methods.get(operation) == "GET":
            return Outgoing("GET", f"{target}{'&' if '?' in target else '?'}{urlencode(fields)}", label, None, b"", b"")
        content_type, body = encode_form(self._dialect, fields)
        return Outgoing("POST", target, label, content_type, body[:-_TAIL], body[-_TAIL:])


def _spellings(secret: str) -> Iterator[str]:
    if len(secret) >= _SHORTEST_SECRET and secret != "apikey":  # noqa: S105  (the page's word, which hides nothing)
        yield secret
        for quoted in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
            yield quoted
            yield quoted.replace("%", "%25")
        yield json.dumps(secret)[1:-1]

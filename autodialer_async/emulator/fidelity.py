"""How this dialer reads what the service's page leaves open; the client has settings of its own for the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Final, Literal, cast, get_args

import attrs

from autodialer_async.emulator.bodies import Operation
from autodialer_async.emulator.writing import Codes, HistoryWriter, Times

__all__ = ["Fidelity", "Reason", "Refusal", "RefusalForm"]

Method = Literal["GET", "POST"]
FormEncoding = Literal["urlencoded", "multipart", "json"]
Reason = Literal["key", "operation", "method", "token", "limit", "size", "malformed"]
RefusalForm = Literal["json", "text", "html", "empty"]

_OPERATIONS: Final = frozenset[str](get_args(Operation))
_LOWEST_STATUS, _HIGHEST_STATUS = 200, 599
_REPORT: Final = frozenset({"ok", "inserted", "errorcode", "id"})


@attrs.frozen
class Refusal:
    """How something is refused.

    Attributes:
        status: The HTTP status, 200–599; there are services that say 200 to everything.
        form: `json` is `{"error": …}`; the others are plain text, a web page, and nothing at all.
    """

    status: int = attrs.field(validator=[attrs.validators.ge(_LOWEST_STATUS), attrs.validators.le(_HIGHEST_STATUS)])
    form: RefusalForm = attrs.field(default="json", validator=attrs.validators.in_(get_args(RefusalForm)))


_REFUSALS: Final[Mapping[Reason, Refusal]] = {
    "key": Refusal(403),
    "operation": Refusal(404),
    "method": Refusal(405),
    "token": Refusal(401),
    "limit": Refusal(400),
    "size": Refusal(413),
    "malformed": Refusal(400),
}


def _set(value: str | Iterable[str]) -> frozenset[Any]:
    return frozenset([value] if isinstance(value, str) else value)


def _methods(value: Mapping[str, str | Iterable[str]]) -> dict[Any, frozenset[Any]]:
    return {operation: _set(methods) for operation, methods in value.items()}


def _refusals(value: Mapping[str, Refusal | int | Mapping[str, Any]]) -> dict[Any, Refusal]:
    return {
        reason: given
        if isinstance(given, Refusal)
        else Refusal(**given)
        if isinstance(given, Mapping)
        else Refusal(given)
        for reason, given in value.items()
    }


def _one_of(choices: Iterable[str]) -> Any:
    return attrs.validators.in_(tuple(choices))


def _some_of(choices: Iterable[str]) -> Any:
    known = frozenset(choices)

    def check(_: object, attribute: attrs.Attribute[Any], value: Iterable[str]) -> None:
        if wrong := set(value) - known:
            raise ValueError(f"{attribute.name}: {', '.join(sorted(map(repr, wrong)))} is none of {sorted(known)}")

    return check


def _flag(_: object, attribute: attrs.Attribute[bool], value: object) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{attribute.name}: true or false")  # noqa: TRY004 - like every wrong setting


def _header(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not (isinstance(value, str) and value.isascii() and value.isprintable()):
        raise ValueError(f"{attribute.name}: a text as it stands in a header, or None")


@attrs.frozen(slots=False)
class Fidelity:
    """Settings for each thing that the page leaves open; the defaults are this project's reading of it.

    Attributes:
        path_template: Where an operation is; the key may be left out: `"/v2/{operation}/{api_key}"`.
        token_in: Operations that are refused without `access_token`. A wrong one is refused everywhere.
        form_encodings: How `newcall` and `cdr` may carry their fields: `urlencoded`, `multipart`, `json`.
        methods: Methods that an operation takes where it is not POST alone; GET has its fields in the query:
            `{"cdr": {"GET", "POST"}}`. `make` has a body and stays POST.
        wire_names: What this installation calls a field, by operation and by the page's name:
            `{"make": {"statdialertime": "startdialertime"}}`. The page's own name is then a field like any unknown one.
        keys: The case of the names in answers: `as_written`, `lower` or `upper`.
        numbers: Whether numbers in answers are written as `text` or as a JSON `number`.
        wrapping: What stands around an answer: `none`, `object` (`{"result": …}`) or `list`.
        left_out: Fields that a report lacks, of `ok`, `inserted`, `errorcode` and `id`.
        one_row_bare: A history of one row is that object, and no list.
        empty_history: The whole body of a history without rows: `[]`, `{}`, `null` or nothing.
        byte_order_mark: Whether answers begin with one.
        php_notice: Whether a notice of PHP stands before the JSON.
        content_type: What answers say they are.
        times: How `TIME` names its zone: `+0300`, `+03:00`, `+03`, `Z` (the time is then UTC), `MSK` (Moscow's),
            `seconds`, or `none`. Without a zone in the clock there is none.
        codes: How `CODE` is written: `word number`, `word/number`, `word(number)`, `word:number`, `number word`,
            `word`, `number`, `sip` or `russian`.
        refusals: How something is refused, by `key`, `operation`, `method`, `token`, `limit` (more than 1000 records),
            `size` and `malformed`: `{"key": Refusal(200, "html")}`. What is not given is refused with 403, 404, 405,
            401, 400, 413 and 400 and `{"error": …}`.

    Raises:
        ValueError: A setting that cannot be; names it.

    Example:
        >>> Fidelity(methods={"cdr": "GET"}, keys="lower").takes("cdr", "POST")
        False
    """

    path_template: str = "/{api_key}/{operation}"
    token_in: frozenset[Operation] = attrs.field(
        default=frozenset[Operation]({"make"}), converter=_set, validator=_some_of(_OPERATIONS)
    )
    form_encodings: frozenset[FormEncoding] = attrs.field(
        default=frozenset(get_args(FormEncoding)), converter=_set, validator=_some_of(get_args(FormEncoding))
    )
    methods: Mapping[Operation, frozenset[Method]] = attrs.field(
        factory=dict[Any, Any], converter=_methods, hash=False, validator=_some_of(_OPERATIONS)
    )
    wire_names: Mapping[Operation, Mapping[str, str]] = attrs.field(
        factory=dict[Any, Any], hash=False, validator=_some_of(_OPERATIONS)
    )
    keys: Literal["as_written", "lower", "upper"] = attrs.field(
        default="as_written", validator=_one_of(("as_written", "lower", "upper"))
    )
    numbers: Literal["text", "number"] = attrs.field(default="text", validator=_one_of(("text", "number")))
    wrapping: Literal["none", "object", "list"] = attrs.field(
        default="none", validator=_one_of(("none", "object", "list"))
    )
    left_out: frozenset[str] = attrs.field(default=frozenset[str](), converter=_set, validator=_some_of(_REPORT))
    one_row_bare: bool = attrs.field(default=False, validator=_flag)
    empty_history: Literal["[]", "{}", "null", ""] = attrs.field(
        default="[]", validator=_one_of(("[]", "{}", "null", ""))
    )
    byte_order_mark: bool = attrs.field(default=False, validator=_flag)
    php_notice: bool = attrs.field(default=False, validator=_flag)
    content_type: str | None = attrs.field(default="application/json", validator=_header)
    times: Times = attrs.field(default="+0300", validator=_one_of(get_args(Times)))
    codes: Codes = attrs.field(default="word number", validator=_one_of(get_args(Codes)))
    refusals: Mapping[Reason, Refusal] = attrs.field(
        factory=dict[Any, Any], converter=_refusals, hash=False, validator=_some_of(get_args(Reason))
    )

    def __attrs_post_init__(self) -> None:
        if not self.path_template.startswith("/") or "{operation}" not in self.path_template:
            raise ValueError("path_template: a path that begins with / and holds {operation}")
        if self.path_template.startswith("/_emulator/"):
            raise ValueError("path_template: /_emulator/ is the emulator's own")
        for operation, methods in self.methods.items():
            if not methods or not methods <= set(get_args(Method)):
                raise ValueError(f"methods: {operation} takes GET, POST or both")
            if operation == "make" and "GET" in methods:
                raise ValueError("methods: make has a body and cannot be a GET")
        for operation, names in self.wire_names.items():
            if not all(isinstance(name, str) for name in names.values()):
                raise ValueError(f"wire_names: the names of {operation} are texts")
            if len(set(names.values())) < len(names):
                raise ValueError(f"wire_names: one name stands for two fields of {operation}")

    @cached_property
    def _path(self) -> re.Pattern[str]:
        # The key is one percent-quoted segment, and a quoted slash in it arrives here as a slash.
        parts = re.split(r"(\{api_key\}|\{operation\})", self.path_template)
        places = {"{api_key}": "(?P<key>.*)", "{operation}": "(?P<operation>[^/]*)"}
        return re.compile("".join(places.get(part) or re.escape(part) for part in parts), re.DOTALL)

    def read_path(self, path: str) -> tuple[str | None, str]:
        """The key in a path, None where it has no place there, and the operation; two empty texts for another path."""
        match = self._path.fullmatch(path)
        if match is None:
            return "", ""
        found = match.groupdict()
        return found.get("key"), found["operation"]

    def takes(self, operation: Operation, method: str) -> bool:
        """Whether an operation takes this method."""
        return method in self.methods.get(operation, ("POST",))

    def rename(self, operation: Operation, fields: object) -> object:
        """The fields of a record of this `operation` in the page's names; what is no object stays as it is."""
        names = self.wire_names.get(operation)
        if not names or not isinstance(fields, dict):
            return fields
        page_names = {theirs: name for name, theirs in names.items()}
        # The page's own name means nothing here: it becomes an unknown field, which no field of the page is called.
        unknown = {name: f"{name} (unknown)" for name in names if name not in page_names}
        return {
            page_names.get(name) or unknown.get(name) or name: value
            for name, value in cast("dict[str, Any]", fields).items()
        }

    def refusal(self, reason: Reason) -> Refusal:
        """How a request is refused for this `reason`."""
        return self.refusals.get(reason) or _REFUSALS[reason]

    def history_writer(self) -> HistoryWriter:
        """What turns a call into a row of the history."""
        return HistoryWriter(self.times, self.codes)

"""How one installation of the service speaks, where its page is silent or contradicts itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from string import Formatter
from typing import Any, Literal, cast, get_args

import attrs

from autodialer_async._wire.codec import PAGE_NAMES, TOKEN
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import Disposition

__all__ = ["Dialect", "Operation"]

Operation = Literal["make", "newcall", "cdr"]
_FormEncoding = Literal["urlencoded", "multipart", "json"]
_Method = Literal["POST", "GET"]
_PhoneFormat = Literal["8XXXXXXXXXX", "7XXXXXXXXXX", "+7XXXXXXXXXX"]


def _wrong(setting: str, value: object, rule: str) -> ConfigurationError:
    return ConfigurationError(f"Dialect.{setting} = {value!r}: {rule}")


# Plain dicts and frozensets of our own: a setting that the caller changes later must not change the wire, and a
# Dialect must pickle, which a MappingProxyType does not.
def _operations(value: Collection[Operation]) -> frozenset[Operation]:
    return _set("token_in", value)


def _statuses(value: Collection[int]) -> frozenset[int]:
    return _set("refused_statuses", value)


def _set(setting: str, value: Any) -> frozenset[Any]:
    try:
        # The letters of a text are a set too, but never the one that was meant: it is judged as one member.
        return frozenset([value] if isinstance(value, str) else value)
    except TypeError:
        raise _wrong(setting, value, "is a set") from None


def _mapping(setting: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(setting, value, "is a mapping")
    return dict(value)  # pyright: ignore[reportUnknownArgumentType]  (whatever the caller gave is checked below)


def _methods(value: Mapping[Operation, _Method]) -> dict[Operation, _Method]:
    return _mapping("methods", value)


def _names(value: Mapping[Operation, Mapping[str, str]]) -> dict[Operation, dict[str, str]]:
    return {operation: _mapping("wire_names", names) for operation, names in _mapping("wire_names", value).items()}


def _dispositions(value: Mapping[str, Disposition | str]) -> dict[str, Disposition]:
    readings: dict[str, Disposition] = {}
    for code, reading in _mapping("status_map", value).items():
        if not isinstance(code, str) or not code.strip():
            raise _wrong("status_map", code, "its keys are text: a whole CODE, a word or a number of it")
        try:
            readings[code] = Disposition(reading)
        except ValueError:
            known = ", ".join(Disposition)
            raise _wrong("status_map", reading, f"is no disposition; there are {known}") from None
    return readings


@attrs.frozen
class Dialect:
    """Settings for what the service's page leaves open; the defaults are this project's reading of it.

    Numbers in brackets are rows of the table in the protocol notes.

    Attributes:
        path_template: (1) Path of an operation below the base URL. `{operation}` must be in it, `{api_key}` may be:
            `"/v2/{operation}/{api_key}"`. The key is percent-quoted.
        token_in: (3) Operations that carry `access_token`; in `newcall` and `cdr` it is one more field:
            `{"make", "newcall", "cdr"}`.
        form_encoding: (4) How `newcall` and `cdr` carry their fields: `"urlencoded"` (UTF-8), `"multipart"`, or
            `"json"` (one flat object of strings).
        methods: (5) Method by operation where it is not POST: `{"cdr": "GET"}`. GET puts the fields into the query;
            `make` has a body and stays POST.
        wire_names: (6) The service's name of a field, by operation and by our name:
            `{"newcall": {"var3": "variable3"}, "make": {"window.start": "startdialertime"}}`. Our names are `id`,
            `phone`, `name`, `uuid`, `var1`, `var2`, `var3`, `window.start`, `window.stop`, `max_count`,
            `generation_type` for `make` and `newcall`; `date_from`, `date_to`, `to` for `cdr`.
        send_empty_to: (12) Send `to` empty instead of leaving it out, where `cdr` is asked for all numbers: `True`.
        history_days: (13) Days in one request of a long `cdr` range: `7`.
        status_map: (15) Readings of CODE that go before the table; a key is the whole CODE, its word or its number,
            without regard to case, blanks, hyphens and underscores: `{"Недозвон": "no_answer", "31": "busy"}`.
        phone_format: (20) Form of a +7 number on the wire: `"8XXXXXXXXXX"`, `"7XXXXXXXXXX"` or `"+7XXXXXXXXXX"`.
            Foreign numbers are always sent as `+…`.
        refused_statuses: (22) HTTP statuses, 400 to 599, by which this installation surely refuses a request before
            reading it, so that it may be repeated: `{503}` behind nginx `limit_req`.

    Raises:
        ConfigurationError: A setting that cannot work; names the setting and the value.

    Example:
        >>> Dialect(methods={"cdr": "GET"}, token_in={"make", "cdr"}).methods
        {'cdr': 'GET'}
    """

    path_template: str = "/{api_key}/{operation}"
    token_in: frozenset[Operation] = attrs.field(default=frozenset[Operation]({"make"}), converter=_operations)
    form_encoding: _FormEncoding = "urlencoded"
    methods: Mapping[Operation, _Method] = attrs.field(factory=dict[Any, Any], converter=_methods, hash=False)
    wire_names: Mapping[Operation, Mapping[str, str]] = attrs.field(
        factory=dict[Any, Any], converter=_names, hash=False
    )
    send_empty_to: bool = False
    history_days: int = 1
    status_map: Mapping[str, Disposition | str] = attrs.field(
        factory=dict[Any, Any], converter=_dispositions, hash=False
    )
    phone_format: _PhoneFormat = "8XXXXXXXXXX"
    refused_statuses: frozenset[int] = attrs.field(default=frozenset[int](), converter=_statuses)

    def __attrs_post_init__(self) -> None:
        self._check_path()
        self._check_choices()
        self._check_operations()
        for operation, names in self.wire_names.items():
            self._check_names(operation, names)
        if not _is_int(self.history_days) or self.history_days < 1:
            raise _wrong("history_days", self.history_days, "is a whole number of days, at least 1")
        for status in self.refused_statuses:
            if not _is_int(status) or not 400 <= status <= 599:  # noqa: PLR2004  (the statuses that can refuse)
                raise _wrong("refused_statuses", status, "is an HTTP status from 400 to 599")

    def _check_choices(self) -> None:
        for setting, choices in (
            ("form_encoding", get_args(_FormEncoding)),
            ("phone_format", get_args(_PhoneFormat)),
            ("send_empty_to", (True, False)),
        ):
            value = getattr(self, setting)
            if value not in choices:
                raise _wrong(setting, value, f"is one of {', '.join(map(str, choices))}")

    def _check_operations(self) -> None:
        for setting in ("token_in", "methods", "wire_names"):
            for operation in getattr(self, setting):
                if operation not in PAGE_NAMES:
                    raise _wrong(setting, operation, f"is no operation; there are {', '.join(PAGE_NAMES)}")
        for method in self.methods.values():
            if method not in get_args(_Method):
                raise _wrong("methods", method, f"is one of {', '.join(get_args(_Method))}")
        if self.methods.get("make") == "GET":
            raise _wrong("methods", self.methods, "make has a body and cannot be a GET")

    def _check_path(self) -> None:
        template = cast("object", self.path_template)
        if not isinstance(template, str) or not template.startswith("/"):
            raise _wrong("path_template", template, "is a path that begins with /")
        if not template.isascii() or not template.isprintable() or " " in template or "#" in template:
            raise _wrong("path_template", template, "is a path as it goes on the wire: percent-quoted, no blanks, no #")
        try:
            parts = list(Formatter().parse(template))
        except ValueError:
            raise _wrong("path_template", template, "has a brace without its partner") from None
        found = [name for _, name, _, _ in parts if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in parts)
        if not plain or not {*found} <= {"api_key", "operation"}:
            raise _wrong("path_template", template, "has a placeholder other than {api_key} and {operation}")
        if "operation" not in found:
            raise _wrong("path_template", template, "lacks {operation}: all operations would go to one address")

    def _check_names(self, operation: Operation, names: Mapping[str, str]) -> None:
        known = PAGE_NAMES[operation]
        for ours, theirs in cast("Mapping[str, object]", names).items():
            if ours not in known:
                raise _wrong("wire_names", ours, f"is no field of {operation}; there are {', '.join(known)}")
            if not isinstance(theirs, str) or not theirs or not theirs.isprintable():
                raise _wrong("wire_names", theirs, f"is no name for {operation}'s {ours}")
        taken: dict[str, str] = {TOKEN: TOKEN} if operation != "make" and operation in self.token_in else {}
        for ours, theirs in {**known, **names}.items():
            if theirs in taken:
                raise _wrong("wire_names", theirs, f"names two fields of {operation}: {taken[theirs]} and {ours}")
            taken[theirs] = ours


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

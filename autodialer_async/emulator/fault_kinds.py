"""The faults by name, for those who cannot write Python: the page, the control interface, the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from autodialer_async.emulator import faults
from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.faults import CannedAnswer, Fault
from autodialer_async.emulator.rules import Rule

__all__ = ["FaultKind", "fault_kinds", "rule_from"]


def _kinds() -> dict[str, type[Fault]]:
    found = {name: getattr(faults, name) for name in faults.__all__}
    return {name: kind for name, kind in found.items() if kind is not Fault}


_KINDS: Final = _kinds()
_WHEN: Final = frozenset({"operation", "after", "times", "probability", "record_id", "phone"})
_ANSWER: Final = {"status": 200, "body": "", "content_type": "application/json"}


@attrs.frozen
class FaultKind:
    """A fault that can be asked for by name.

    Attributes:
        name: `Unavailable`.
        summary: What it does, in one sentence.
        parameters: Its particulars with their defaults; None where there is none.
        required: Those that must be given.
    """

    name: str
    summary: str
    parameters: Mapping[str, object]
    required: frozenset[str]


def fault_kinds() -> tuple[FaultKind, ...]:
    """All faults that can be asked for by name."""
    return tuple(_kind(name, kind) for name, kind in _KINDS.items())


def rule_from(value: object) -> Rule:
    """A rule from a JSON object: `name` of the fault, its parameters, and when it strikes.

    When it strikes is said by `operation`, `after`, `times` (null: for ever), `probability`, `record_id` and `phone`,
    as in `Rule`. A `CannedAnswer` has `status`, `body` (a text) and `content_type`.

    Raises:
        ValueError: A name is unknown or a value is wrong; says which.

    Example:
        >>> rule_from({"name": "Unavailable", "retry_after": 5, "operation": "make", "times": 3}).times
        3
    """
    if not isinstance(value, dict):
        raise ValueError("a fault: expected a JSON object with a name")  # noqa: TRY004 - a value of a body
    fields = dict(cast("dict[str, Any]", value))
    name = fields.pop("name", None)
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"name: there is no such fault; there are {', '.join(_KINDS)}")
    when = {key: fields.pop(key) for key in _WHEN & fields.keys()}
    described = _kind(str(name), kind)
    if unknown := fields.keys() - described.parameters.keys():
        raise ValueError(f"{name}: unknown {', '.join(sorted(unknown))}")
    if missing := described.required - fields.keys():
        raise ValueError(f"{name}: needs {', '.join(sorted(missing))}")
    for key, held in {**fields, **when}.items():
        _check(key, held, {**described.parameters, **_EXAMPLES}.get(key))
    if kind is CannedAnswer:
        given = {**_ANSWER, **{key: fields.pop(key) for key in _ANSWER.keys() & fields.keys()}}
        fields["answer"] = _answer(given)
    try:
        return Rule(kind(**fields), when.pop("operation", None), **when)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(f"{name}: {error.args[0] if error.args else error}") from None


# What a value looks like, where the default does not say it.
_EXAMPLES: Final[Mapping[str, object]] = {
    "operation": "make",
    "after": 0,
    "times": 1,
    "probability": 1.0,
    "record_id": "",
    "phone": "",
    "seconds": 1.0,
    "retry_after": 1.0,
}
_NULLABLE: Final = frozenset({"operation", "times", "record_id", "phone", "retry_after", "content_type"})
_OPERATIONS: Final = ("make", "newcall", "cdr")
_LARGEST: Final = 10**9
_LOWEST_STATUS, _HIGHEST_STATUS = 200, 599


def _check(key: str, held: object, example: object) -> None:
    if held is None and key in _NULLABLE:
        return
    wanted: tuple[type, ...] = (int, float) if isinstance(example, float) else (type(example),)
    if not isinstance(held, wanted) or (isinstance(held, bool) and bool not in wanted):
        raise ValueError(f"{key}: expected {' or '.join(kind.__name__ for kind in wanted)}")
    if isinstance(held, int | float) and not 0 <= held <= _LARGEST:
        raise ValueError(f"{key}: from 0 to {_LARGEST:,}")
    if key == "operation" and held not in _OPERATIONS:
        raise ValueError(f"operation: one of {', '.join(_OPERATIONS)}")
    if key == "status" and not _LOWEST_STATUS <= cast("int", held) <= _HIGHEST_STATUS:
        raise ValueError(f"status: from {_LOWEST_STATUS} to {_HIGHEST_STATUS}")
    if key in ("location", "content_type") and not (cast("str", held).isascii() and cast("str", held).isprintable()):
        raise ValueError(f"{key}: a text as it stands in a header")


def _answer(given: Mapping[str, Any]) -> Answer:
    return Answer(given["status"], str(given["body"]).encode(), given["content_type"])


def _kind(name: str, kind: type[Fault]) -> FaultKind:
    parameters: dict[str, object] = {}
    required: set[str] = set()
    for field in attrs.fields(cast("Any", kind)):
        if kind is CannedAnswer and field.name == "answer":
            parameters |= _ANSWER
            continue
        has_default = field.default is not attrs.NOTHING
        parameters[field.name] = field.default if has_default else None
        if not has_default:
            required.add(field.name)
    summary = (kind.__doc__ or "").strip().partition("\n")[0]
    return FaultKind(name, summary, parameters, frozenset(required))

"""Objects as records: dataclasses, attrs classes and pydantic models, the last never imported."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Protocol

import attrs

__all__ = ["ObjectRecord", "fields_of"]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


class _Attrs(Protocol):
    # attrs' own protocol is empty for pyright, so that everything would be a record.
    __attrs_attrs__: ClassVar[Any]


class _Model(Protocol):
    def model_dump(self) -> dict[str, Any]: ...


ObjectRecord = _Dataclass | _Attrs | _Model


def fields_of(record: object) -> dict[str, Any] | None:
    """An object's fields by their names, or None for an object of any other kind.

    Of a pydantic model it is what `model_dump()` gives: what pydantic is told of excluding and renaming holds.
    """
    kind: Any = type(record)
    if hasattr(kind, "model_dump") and hasattr(kind, "model_fields"):
        dumped: dict[str, Any] = kind.model_dump(record)
        return dumped
    names = getattr(kind, "__dataclass_fields__", None) and dataclasses.fields(kind)
    if not names and attrs.has(kind):
        names = attrs.fields(kind)
    # Not `asdict`: it copies all values, and would take a window apart.
    return {field.name: getattr(record, field.name) for field in names} if names else None

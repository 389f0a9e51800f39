"""Fields of a record that only one installation knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

__all__ = ["NO_EXTRA", "ExtraFields"]


class ExtraFields(Mapping[str, str]):
    """Names and values that cannot be changed: records are frozen, and those without extra fields share one.

    Not a `MappingProxyType`: that survives no pickle, nor does any error that holds it.
    """

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"ExtraFields({dict.fromkeys(self._fields, '***')})"

    def __reduce__(self) -> tuple[Callable[..., ExtraFields], tuple[dict[str, str]]]:
        return ExtraFields, (self._fields,)


NO_EXTRA = ExtraFields({})

"""Fields of a record that only one installation knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

__all__ = ["NO_EXTRA", "ExtraFields"]


class ExtraFields(dict[str, str]):
    """A dict that cannot be changed: records are frozen, and those without extra fields share one.

    Not a `MappingProxyType`: that survives no pickle, nor does any error that holds it.
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("the fields of a record cannot be changed: make a new one")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Callable[..., ExtraFields], tuple[dict[str, str]]]:
        return ExtraFields, (dict(self),)


NO_EXTRA = ExtraFields()

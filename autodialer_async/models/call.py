"""One record of a call list."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat, starmap
from uuid import UUID

import attrs

from autodialer_async.errors import InvalidCall
from autodialer_async.models.extra import NO_EXTRA, ExtraFields
from autodialer_async.models.phone import canonical_phone, is_canonical, masked_phone
from autodialer_async.models.window import CallWindow

__all__ = ["Call", "changed_call", "checked_calls"]

_MOST_ATTEMPTS = 1_000_000_000
_MOST_DIGITS = 100


@attrs.frozen(init=False, repr=False)
class Call:
    """One record of a call list: whom to call, and what the scenario says.

    Absent values are None; `None` and `""` mean absent. Numbers given as int are held as text, as the wire has them.

    Attributes:
        id: The caller's own key of the record; the journal recognises a record by it.
        phone: `8XXXXXXXXXX` for any +7 number, `+…` for a foreign one. Given as `8…`, `7…`, `+7…` or ten digits,
            with blanks, brackets, dots and hyphens; or as an int. A float is refused.
        name: The subscriber's name.
        uuid: The client's id in a database or CRM.
        var1: First value for the scenario's phrase.
        var2: Second value.
        var3: Third value.
        window: Hours in which to dial. Without it the record takes those of the nearest earlier record in the list.
        max_count: Attempts, at least 1.
        generation_type: Id of the scenario prepared in the account.
        extra: Further fields that a cabinet adds, in the service's own names.

    Raises:
        InvalidCall: A value that cannot be sent; names the field, and masks the number.

    Example:
        >>> Call(id=1, phone="+7 (922) 222-00-00", name="Петров", var1=1500)
        Call(id='1', phone='89*******00', name='***', var1='***')
    """

    id: str
    phone: str
    name: str | None = None
    uuid: str | None = None
    var1: str | None = None
    var2: str | None = None
    var3: str | None = None
    window: CallWindow | None = None
    max_count: int | None = None
    generation_type: str | None = None
    extra: Mapping[str, str] = attrs.field(default=NO_EXTRA, hash=False)

    # One fused check: a validator a field costs five times as much, and lists have millions of records.
    def __init__(  # noqa: C901 - one question a field
        self,
        id: str | int,
        phone: str | int,
        *,
        name: str | None = None,
        uuid: str | int | UUID | None = None,
        var1: str | int | None = None,
        var2: str | int | None = None,
        var3: str | int | None = None,
        window: CallWindow | None = None,
        max_count: int | None = None,
        generation_type: str | int | None = None,
        extra: Mapping[str, str] = NO_EXTRA,
    ) -> None:
        key = id if type(id) is str else None
        try:
            # Text is most often text already, and not empty: asking a function would cost twice the rest.
            if not key:
                key = _key(id)
            if type(phone) is not str or not is_canonical(phone):
                phone = canonical_phone(phone)
            if name is not None and (type(name) is not str or not name):
                name = _text("name", name)
            if uuid is not None and (type(uuid) is not str or not uuid):
                uuid = _text("uuid", uuid)
            if var1 is not None and (type(var1) is not str or not var1):
                var1 = _text("var1", var1)
            if var2 is not None and (type(var2) is not str or not var2):
                var2 = _text("var2", var2)
            if var3 is not None and (type(var3) is not str or not var3):
                var3 = _text("var3", var3)
            if window is not None and not isinstance(window, CallWindow):
                raise InvalidCall(f"a window is a CallWindow, not {type(window).__name__}", field="window")  # noqa: TRY301 - the id is added below
            if max_count is not None and not (type(max_count) is int and 0 < max_count <= _MOST_ATTEMPTS):
                max_count = _attempts(max_count)
            if generation_type is not None and (type(generation_type) is not str or not generation_type):
                generation_type = _text("generation_type", generation_type)
            if extra is not NO_EXTRA:
                extra = _extra_fields(extra) if extra else NO_EXTRA
        except InvalidCall as error:
            raise InvalidCall(error.reason, field=error.field, id=key or None) from None
        self.__attrs_init__(  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
            key, phone, name, uuid, var1, var2, var3, window, max_count, generation_type, extra
        )

    def __repr__(self) -> str:
        shown = [f"id={self.id!r}", f"phone={masked_phone(self.phone)!r}"]
        shown += [
            f"{name}='***'" for name in ("name", "uuid", "var1", "var2", "var3") if getattr(self, name) is not None
        ]
        shown += [
            f"{name}={value if name == 'window' else repr(value)}"
            for name in ("window", "max_count", "generation_type")
            if (value := getattr(self, name)) is not None
        ]
        shown += [f"extra={dict.fromkeys(self.extra, '***')}"] if self.extra else []
        return f"Call({', '.join(shown)})"


def checked_calls(
    ids: Iterable[str],
    phones: Sequence[str],
    *,
    names: Iterable[str | None] = repeat(None),
    uuids: Iterable[str | None] = repeat(None),
    vars1: Iterable[str | None] = repeat(None),
    vars2: Iterable[str | None] = repeat(None),
    vars3: Iterable[str | None] = repeat(None),
    windows: Iterable[CallWindow | None] = repeat(None),
    max_counts: Iterable[int | None] = repeat(None),
    generation_types: Iterable[str | None] = repeat(None),
    extras: Iterable[Mapping[str, str]] = repeat(NO_EXTRA),
) -> list[Call]:
    """Records from columns of values that were checked where they were read, and are not checked once more.

    Each value is as `Call` would hold it: ids and phones not empty, phones canonical or short, absent texts None. For
    `call_list`, which has checked every cell by stricter rules, and for what was on the wire; all others make a `Call`.
    """
    columns = (ids, phones, names, uuids, vars1, vars2, vars3, windows, max_counts, generation_types, extras)
    calls = list(map(Call.__new__, repeat(Call, len(phones))))
    # A field after the other of all records: that costs a third of what one record after the other does. `starmap`
    # hands the pair on that `zip` makes, where `map` has each call make its own.
    for set_field, column in zip(_SETTERS, columns, strict=True):
        deque(starmap(set_field, zip(calls, column, strict=False)), maxlen=0)
    return calls


def changed_call(call: Call, **changes: object) -> Call:
    """The record with other values in the form in which it holds them; none is checked once more.

    `attrs.evolve` would refuse the short number of a record that a call list made.
    """
    changed = Call.__new__(Call)
    for name, set_field in zip(_NAMES, _SETTERS, strict=True):
        set_field(changed, changes.get(name, getattr(call, name)))
    return changed


_NAMES: list[str] = [field.name for field in attrs.fields(Call)]
_SETTERS = [vars(Call)[name].__set__ for name in _NAMES]


def _key(value: object) -> str:
    text = _text("id", value)
    if text is None:
        raise InvalidCall("a record needs an id", field="id")
    return text


def _text(field: str, value: object) -> str | None:
    if type(value) is str:
        return value or None
    if value is None:
        return None
    if isinstance(value, str | UUID) or (isinstance(value, int) and not isinstance(value, bool)):
        try:
            return str(value) or None
        except ValueError:
            raise InvalidCall(f"{field} is a number too long to write", field=field) from None
    raise InvalidCall(f"{field} is text or an int, not {type(value).__name__}", field=field)


def _attempts(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _MOST_ATTEMPTS:
        return value
    raise InvalidCall("max_count is a whole number of attempts, at least 1", field="max_count")


def _extra_fields(extra: object) -> ExtraFields:
    if not isinstance(extra, Mapping):
        raise InvalidCall(f"extra is a mapping of names to text, not {type(extra).__name__}", field="extra")
    fields: dict[str, str] = {}
    for name, value in extra.items():
        if not isinstance(name, str) or not name:
            raise InvalidCall("the names in extra are text", field="extra")
        text = _text(f"extra[{name!r}]", value)
        if text is not None:
            fields[name] = text
    return ExtraFields(fields)

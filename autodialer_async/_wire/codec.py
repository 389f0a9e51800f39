"""Records to wire fields and back: the only home of the service's spellings, and the only importer of cattrs."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import attrs
import orjson
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_unstructure_fn, override

from autodialer_async._wire.hours import START, STOP, hours_of, window_of
from autodialer_async._wire.plain import PlainRows
from autodialer_async.errors import InvalidCall
from autodialer_async.models import Call, CallWindow, is_canonical, masked_phone
from autodialer_async.models.call import changed_call
from autodialer_async.models.extra import NO_EXTRA
from autodialer_async.models.phone import held_phone

if TYPE_CHECKING:
    # `dialect` imports the names below to check its settings.
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from autodialer_async._wire.dialect import Dialect, Operation

__all__ = ["PAGE_NAMES", "START", "STOP", "TOKEN", "Codec", "EncodedCalls", "phone_on_wire", "wire_names"]

_ANY_PHONE = "80000000000"
TOKEN = "access_token"  # noqa: S105  (the name of the field, not a token)

_RECORD = {name: name for name in ("id", "name", "phone", "uuid", "var1", "var2", "var3")}
_MAKE = _RECORD | {
    "uuid": "UUID",
    START: "statdialertime",
    STOP: "stopdialertime",
    "max_count": "maxcount",
    "generation_type": "generationtype",
}
# The page as published: protocol.md, 'Fields of a record'.
PAGE_NAMES: Mapping[Operation, Mapping[str, str]] = {
    "make": _MAKE,
    "newcall": _MAKE | {START: "timestart", STOP: "timestop"},
    "cdr": {"date_from": "date_from", "date_to": "date_to", "to": "to"},
}


def wire_names(dialect: Dialect, operation: Operation) -> dict[str, str]:
    """Our name -> theirs, for every field of one operation."""
    return {**PAGE_NAMES[operation], **dialect.wire_names.get(operation, {})}


def phone_on_wire(dialect: Dialect) -> Callable[[str], str]:
    """From the form in which records hold a number to the form that `Dialect.phone_format` names.

    A foreign number (`+375…`) and a short one stay as they are.
    """
    if dialect.phone_format == "8XXXXXXXXXX":
        return identity
    begin = dialect.phone_format.removesuffix("XXXXXXXXXX")
    return lambda phone: begin + phone[1:] if is_canonical(phone) else phone


class Codec:
    """One installation's spelling of a record, both ways.

    Attributes:
        encode_call: `(call, window) -> fields`: one record of `make` under its wire names. All values are text, absent
            ones are left out, both hours are always there (`HH:MM:SS`). InvalidCall where a name in `extra` is the
            name of another field. Text that fits in no JSON (a lone surrogate) is found when many records at
            once are written: see `complaint`.
        encode_plain: `(mapping, window) -> (fields, hours) | None`: as `encode_call(read_call(mapping), window)`, but
            without a `Call` on the way, for mappings of plain text; None for any other.
        encode_plain_rows: The same for a slice of a list whose mappings are all alike; None for any other. What is on
            the wire's terms already comes back uncopied.
    """

    encode_call: Callable[[Call, CallWindow], dict[str, str]]
    encode_plain: Callable[[dict[str, Any], CallWindow], tuple[dict[str, str], CallWindow] | None]
    encode_plain_rows: Callable[
        [Sequence[dict[str, Any]], CallWindow], tuple[Sequence[dict[str, str]], CallWindow] | None
    ]

    def __init__(self, dialect: Dialect) -> None:
        converter = Converter()
        self._make = wire_names(dialect, "make")
        self._newcall = wire_names(dialect, "newcall")
        self._newcall_taken = {*self._newcall.values(), *([TOKEN] if "newcall" in dialect.token_in else [])}
        phone = phone_on_wire(dialect)
        self._fields_of_newcall = _unstructure(converter, self._newcall, phone, with_id=False)
        self.encode_call = _make_encoder(_unstructure(converter, self._make, phone, with_id=True), self._make)
        # A Python name keeps its meaning even where a cabinet uses the same word for another field.
        own = {name: name for name in _MAKE if name not in (START, STOP)} | {"window": "window", "extra": "extra"}
        self._names: dict[str, str] = {
            **{theirs: ours for names in (self._newcall, self._make) for ours, theirs in names.items()},
            **{theirs: ours for names in (PAGE_NAMES["newcall"], _MAKE) for ours, theirs in names.items()},
            **own,
        }
        plain = PlainRows(self._names, self._make, phone)
        self.encode_plain, self.encode_plain_rows = plain.row, plain.rows

    def __repr__(self) -> str:
        return "Codec()"

    @property
    def spellings(self) -> Mapping[str, str]:
        """Every name that a field of a mapping may have -> our name."""
        return self._names

    def complaint(self, row: Mapping[str, str]) -> InvalidCall:
        """What is wrong with a record in wire fields that JSON cannot hold."""
        ours = {theirs: name for name, theirs in self._make.items()}
        fields = (ours.get(name, "extra") for name, value in row.items() if _is_broken(value) or _is_broken(name))
        return _half_a_character(next(fields, "extra"), row[self._make["id"]])

    def encode_newcall(self, call: Call, window: CallWindow | None) -> dict[str, str]:
        """The fields of `newcall`: `id` is always "0", hours are `HH:MM` and left out where there is no window.

        Raises:
            InvalidCall: No `generation_type`; seconds in the hours; a name in `extra` that another field has; a value
                that is not text (a lone surrogate).
        """
        if call.generation_type is None:
            raise InvalidCall("newcall needs a scenario: generation_type", field="generation_type", id=call.id)
        fields = {self._newcall["id"]: "0", **self._fields_of_newcall(call)}
        if window is not None:
            if window.start.second or window.stop.second:
                raise InvalidCall(f"newcall takes hours and minutes only, not {window}", field="window", id=call.id)
            fields[self._newcall[START]] = window.start.isoformat("minutes")
            fields[self._newcall[STOP]] = window.stop.isoformat("minutes")
        if call.extra:
            _add_extra(fields, call, self._newcall_taken)
        if any(map(_is_broken, (*fields, *fields.values()))):
            raise _broken_text(call)
        return fields

    def read_call(self, fields: Mapping[str, object]) -> Call:
        """A record from a mapping in Python names, the page's names, or this installation's own.

        Hours are `window`, or two of the page's times: `HH:MM`, `HH:MM:SS` or `datetime.time`. None and `""` are
        absent.

        Raises:
            InvalidCall: An unknown name, two spellings of one field, one time of the two, or a value that `Call`
                refuses; with the record's id where it has a readable one.
        """
        names = self._names
        try:
            given: dict[str, Any] = {names[name]: value for name, value in fields.items()}
            if len(given) != len(fields):
                raise self._spelt_twice(fields)
            if START in given or STOP in given:
                given["window"] = window_of(given.pop(START, None), given.pop(STOP, None), given.get("window"))
            elif given.get("window") == "":
                del given["window"]
            if given.get("max_count") == "":
                del given["max_count"]
            phone = given.pop("phone", None)
            return Call(given.pop("id", None), "" if phone is None else phone, **given)
        except KeyError:
            unknown = next(name for name in fields if name not in names)
            raise InvalidCall(
                "no such field; fields that a cabinet adds go into `extra`",
                field=_shown(unknown),
                id=self._id_in(fields),
            ) from None
        except InvalidCall as error:
            raise InvalidCall(error.reason, field=error.field, id=error.id or self._id_in(fields)) from None

    def read_window(self, fields: Mapping[str, object]) -> CallWindow | None:
        """The hours alone, or None where there are none or they cannot be read; never raises.

        A record that cannot be sent still hands its hours on to the records after it.
        """
        hours: dict[str, object] = {}
        for name, value in fields.items():
            ours = self._names.get(name)
            if ours in (START, STOP, "window") and hours.setdefault(ours, value) is not value:
                return None
        try:
            window = window_of(*map(hours.get, (START, STOP, "window")))
        except InvalidCall:
            return None
        return window if isinstance(window, CallWindow) else None

    def _id_in(self, fields: Mapping[str, object]) -> str | None:
        found = [value for name, value in fields.items() if self._names.get(name) == "id"]
        if len(found) == 1 and isinstance(found[0], str | int) and not isinstance(found[0], bool):
            # An int of thousands of digits cannot be written.
            with suppress(ValueError):
                return str(found[0]) or None
        return None

    def _spelt_twice(self, fields: Mapping[str, object]) -> InvalidCall:
        spellings: dict[str, list[str]] = {}
        for name in fields:
            spellings.setdefault(self._names[name], []).append(name)
        ours, names = next((ours, names) for ours, names in spellings.items() if len(names) > 1)
        field = "window" if ours in (START, STOP) else ours
        return InvalidCall(f"given twice, as {' and as '.join(map(repr, names))}", field=field)


def _unstructure(
    converter: Converter, names: Mapping[str, str], phone: Callable[[str], str], *, with_id: bool
) -> Callable[[Call], dict[str, str]]:
    optional = partial(override, omit_if_default=True, unstruct_hook=identity)

    return make_dict_unstructure_fn(
        Call,
        converter,
        id=override(rename=names["id"], omit=not with_id, unstruct_hook=identity),
        phone=override(rename=names["phone"], unstruct_hook=phone),
        name=optional(rename=names["name"]),
        uuid=optional(rename=names["uuid"]),
        var1=optional(rename=names["var1"]),
        var2=optional(rename=names["var2"]),
        var3=optional(rename=names["var3"]),
        max_count=optional(rename=names["max_count"], unstruct_hook=str),
        generation_type=optional(rename=names["generation_type"]),
        window=override(omit=True),
        extra=override(omit=True),
    )


def _make_encoder(
    fields_of: Callable[[Call], dict[str, str]], names: Mapping[str, str]
) -> Callable[[Call, CallWindow], dict[str, str]]:
    start, stop, taken = names[START], names[STOP], frozenset(names.values())
    last: CallWindow | None = None
    from_hour = to_hour = ""

    def encode_call(call: Call, window: CallWindow) -> dict[str, str]:
        nonlocal last, from_hour, to_hour
        if window is not last:  # neighbours share their window; its text costs as much as all other fields
            last, (_, from_hour, to_hour) = window, hours_of(window)
        fields = fields_of(call)
        fields[start] = from_hour
        fields[stop] = to_hour
        # Records without extra fields share one object, and asking a mapping for its length costs more than this.
        if call.extra is not NO_EXTRA:
            _add_extra(fields, call, taken)
        return fields

    return encode_call


def _add_extra(fields: dict[str, str], call: Call, taken: AbstractSet[str]) -> None:
    for name, value in call.extra.items():
        if name in taken:
            raise InvalidCall(
                f"extra[{_shown(name)!r}] is the service's name of another field", field="extra", id=call.id
            )
        fields[name] = value


def _broken_text(call: Call) -> InvalidCall:
    own = ("id", "name", "uuid", "var1", "var2", "var3", "generation_type")
    return _half_a_character(next((name for name in own if _is_broken(getattr(call, name))), "extra"), call.id)


def _half_a_character(field: str, record: str) -> InvalidCall:
    return InvalidCall(
        "the text holds half a character (a lone surrogate): it was read in the wrong encoding",
        field=field,
        id=record.encode("utf-8", "backslashreplace").decode(),
    )


def _is_broken(text: str | None) -> bool:
    return text is not None and any("\ud800" <= character <= "\udfff" for character in text)


def _shown(name: object) -> str:
    """A field's name for an error; a list without a header has people's data there."""
    text = str(name)[:64]
    return masked_phone(text) if sum(map(str.isdigit, text)) >= 5 else text  # noqa: PLR2004  (as in excerpts)


@attrs.frozen(repr=False)
class EncodedCalls:
    """Records kept as the bytes that were to be sent: smaller than objects, and with the hours that they inherited.

    Attributes:
        data: JSON objects joined by commas, without brackets and without the token.
        dialect: The spelling that they are in.
    """

    data: bytes
    dialect: Dialect

    @property
    def size_in_bytes(self) -> int:
        """How much memory the bytes take."""
        return len(self.data)

    def calls(self) -> Iterator[Call]:
        """The records; their windows are those that were to be sent, names that are not ours go into `extra`."""
        ours = {theirs: name for name, theirs in wire_names(self.dialect, "make").items()}
        for fields in cast("list[dict[str, str]]", orjson.loads(b"[" + self.data + b"]")):
            known: dict[str, Any] = {ours[name]: value for name, value in fields.items() if name in ours}
            window = CallWindow.from_text(known.pop(START), known.pop(STOP))
            extra = {name: value for name, value in fields.items() if name not in ours}
            phone = held_phone(known.pop("phone"))
            call = Call(known.pop("id"), _ANY_PHONE, window=window, extra=extra, **known)
            yield changed_call(call, phone=phone)

    def __repr__(self) -> str:
        return f"EncodedCalls({len(self.data)} bytes)"

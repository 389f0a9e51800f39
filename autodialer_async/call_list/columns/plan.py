"""Which column of a list holds which field of a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from autodialer_async.call_list.columns.header import Header, column_letter
from autodialer_async.call_list.columns.names import Meaning, Role, meaning_of, words_of
from autodialer_async.errors import CallListError, ConfigurationError
from autodialer_async.models import masked_phone

__all__ = ["EXTRA", "FIELDS", "ColumnChoice", "ColumnPlan", "plan_columns"]

# What a column may hold: the fields of `Call`, and what hours are made of.
FIELDS = (
    "id", "phone", "name", "uuid", "var1", "var2", "var3", "max_count", "generation_type",
    "start", "stop", "hours", "weekdays", "zone",
)  # fmt: skip
EXTRA = "extra."
# Fields that are made of all their columns; of any other the first one is meant.
_OF_MANY = ("phone", "name")
# Two columns of a list may both be called a code or a client; in these fields that is a mistake.
_MAY_COMPETE = ("id", "name", "phone")
_NAME_ORDER = ("surname", "first name", "patronymic")
# Of the cells that are not blank.
_SHARE_OF_PHONES = 0.6
_SHOWN_COLUMNS = 40
_LIKE_A_NUMBER = 5

ColumnChoice = str | int | None | Sequence[str | int]


@attrs.frozen
class ColumnPlan:
    """Where a list keeps what.

    Attributes:
        header: Names of all columns.
        at: Positions by field, from 0; of `phone` in the order in which they are tried, of `name` in the order in
            which they are joined; of any other field one.
        by_content: Whether the phone's column was told by its cells, because no name told it.
    """

    header: Header
    at: Mapping[str, tuple[int, ...]]
    by_content: bool = False

    @property
    def used(self) -> dict[str, tuple[str, ...]]:
        """Names of the columns that are read, by field."""
        return {field: tuple(self.header.names[at] for at in places) for field, places in self.at.items()}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Names of the columns that are not read, in their order."""
        taken = {at for places in self.at.values() for at in places}
        return tuple(name for at, name in enumerate(self.header.names) if at not in taken)


def plan_columns(
    header: Header,
    given: Mapping[str, ColumnChoice],
    share_of_phones: Callable[[int], float],
    *,
    name: str,
) -> ColumnPlan:
    """Decide what each column holds: by what the user says, else by its name, else, for the phone, by its cells.

    Args:
        header: The names.
        given: Field to column, by its name, its number from 1 or its letter; a sequence of them for `phone` and
            `name`; None: the field is not in the list.
        share_of_phones: How many of a column's cells that are not blank hold a phone, from 0 to 1.
        name: What to call the file in an error.

    Raises:
        ConfigurationError: `given` names no field.
        CallListError: No such column, two columns for one field, or none for the phone.
    """
    at = _as_said(header, given, name)
    taken = {place for places in at.values() for place in places}
    meanings = [Meaning(Role.OTHER) if place in taken else meaning_of(text) for place, text in enumerate(_own(header))]
    for field in FIELDS:
        if field not in given and (places := _by_name(field, meanings, header, name)):
            at[field] = places
    for place, text in enumerate(_own(header)):
        if _is_extra(text) and place not in taken and text not in given:
            at[text] = (place,)
    _check_hours(at, header, name)
    by_content = "phone" not in at
    if by_content:
        at["phone"] = (_by_content(meanings, share_of_phones, header, name),)
    return ColumnPlan(header, {field: at[field] for field in sorted(at, key=_order)}, by_content)


def _as_said(header: Header, given: Mapping[str, ColumnChoice], name: str) -> dict[str, tuple[int, ...]]:
    at: dict[str, tuple[int, ...]] = {}
    for field, choice in given.items():
        _check_field(field)
        choices = [choice] if isinstance(choice, str | int) else list(choice or ())
        if len(choices) > 1 and field not in _OF_MANY:
            raise ConfigurationError(f"columns: {field} is made of one column, not of {len(choices)}")
        if choices:
            at[field] = tuple(_position(one, field, header, name) for one in choices)
    return at


def _check_hours(at: Mapping[str, object], header: Header, name: str) -> None:
    if "hours" in at and ("start" in at or "stop" in at):
        raise CallListError(f"{name}: hours stand twice, as one column and as two; {_found(header)}")
    if ("start" in at) != ("stop" in at):
        missing = "stop" if "start" in at else "start"
        raise CallListError(f"{name}: no column {missing!r}: hours are two columns or one ('hours'); {_found(header)}")


def _order(field: str) -> int:
    return FIELDS.index(field) if field in FIELDS else len(FIELDS)


def _check_field(field: str) -> None:
    if field not in FIELDS and not _is_extra(field):
        raise ConfigurationError(
            f"columns: {field[:40]!r} is no field; fields are {', '.join(FIELDS)}, and {EXTRA}NAME for one that a "
            "cabinet adds"
        )


def _is_extra(field: str) -> bool:
    return field.startswith(EXTRA) and len(field) > len(EXTRA)


def _own(header: Header) -> list[str]:
    # A table without a header has letters for names, and they mean nothing.
    return list(header.names) if header.row else [""] * len(header.names)


def _position(choice: str | int, field: str, header: Header, name: str) -> int:
    names = header.names
    if isinstance(choice, int):
        if 1 <= choice <= len(names):
            return choice - 1
        raise CallListError(f"{name}: no column {choice} for {field}; {_found(header)}")
    for same in (lambda text: text == choice.strip(), lambda text: words_of(text) == words_of(choice) != []):
        places = [place for place, text in enumerate(names) if same(text)]
        if len(places) > 1:
            numbers = " and ".join(str(place + 1) for place in places)
            raise CallListError(f"{name}: columns {numbers} are both called {choice!r}; give {field} its number")
        if places:
            return places[0]
    if choice.isascii() and choice.isdigit():
        return _position(int(choice[:9]), field, header, name)
    letters = [column_letter(place) for place in range(len(names))]
    if choice.upper() in letters:
        return letters.index(choice.upper())
    raise CallListError(f"{name}: no column {choice[:40]!r} for {field}; {_found(header)}")


def _by_name(field: str, meanings: Sequence[Meaning], header: Header, name: str) -> tuple[int, ...]:
    found = [place for place, meaning in enumerate(meanings) if meaning.field == field]
    found.sort(key=lambda place: meanings[place].rank)
    if field == "phone":
        return tuple(found)
    if found:
        first, *others = found
        for other in others:
            same = words_of(header.names[first]) == words_of(header.names[other])
            if same or field not in _MAY_COMPETE:
                both = f"{_shown(header.names[first])} and {_shown(header.names[other])}"
                raise CallListError(
                    f"{name}: two columns for {field}, {both}; say which "
                    f'with --column {field}=NUMBER (columns={{"{field}": …}}); {_found(header)}'
                )
    if field == "name" and (not found or meanings[found[0]].rank > 0):
        parts = [
            next((place for place, meaning in enumerate(meanings) if meaning == Meaning(Role.NAME_PART, part)), None)
            for part in _NAME_ORDER
        ]
        if parts[1] is not None:
            return tuple(place for place in parts if place is not None)
    return tuple(found[:1])


def _by_content(meanings: Sequence[Meaning], share_of_phones: Callable[[int], float], header: Header, name: str) -> int:
    found = [
        place
        for place, meaning in enumerate(meanings)
        if meaning.role is Role.UNKNOWN and share_of_phones(place) >= _SHARE_OF_PHONES
    ]
    if len(found) == 1:
        return found[0]
    why = (
        f"{len(found)} columns hold numbers ({', '.join(_shown(header.names[place]) for place in found)})"
        if found
        else "no column's name or cells tell"
    )
    raise CallListError(
        f"{name}: which column holds the phone? {why}; say so with --phone-column NAME "
        f'(columns={{"phone": "NAME"}}); {_found(header)}'
    )


def _shown(text: str) -> str:
    """A column's name for an error: what was taken for a header may be somebody's data."""
    return repr(masked_phone(text[:40]) if sum(map(str.isdigit, text)) >= _LIKE_A_NUMBER else text[:40])


def _found(header: Header) -> str:
    names = ", ".join(map(_shown, header.names[:_SHOWN_COLUMNS]))
    more = f" and {len(header.names) - _SHOWN_COLUMNS} more" if len(header.names) > _SHOWN_COLUMNS else ""
    where = "columns found" if header.row else "no header was found; columns"
    return f"{where}: {names}{more}"

"""Frames as call lists: pandas, polars and Arrow, known by their names and never imported."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import attrs

from autodialer_async.errors import ConfigurationError
from autodialer_async.models import masked_line

__all__ = ["Frame", "FrameRows", "as_rows"]

# Rows that are turned into Python's values at once.
_SLICE: Final = 1000
_LONGEST_NAME: Final = 40
_MOST_NAMES: Final = 5
_NEEDED: Final = ("id", "phone")


class _Pandas(Protocol):
    @property
    def iloc(self) -> Any: ...
    def itertuples(self) -> Any: ...


class _Polars(Protocol):
    def iter_slices(self) -> Iterator[Any]: ...


class _Arrow(Protocol):
    @property
    def column_names(self) -> Any: ...
    def to_pylist(self) -> list[Any]: ...


Frame = _Pandas | _Polars | _Arrow


@attrs.frozen(repr=False, eq=False)
class FrameRows(Iterable[dict[str, Any]]):
    """A frame's rows as mappings of Python's own values, made as they are asked for; missing cells are left out.

    Attributes:
        kind: What it is a frame of.
        columns: The names of its columns.
        floats: Columns of floats in which there is a value.
    """

    kind: str
    columns: Sequence[object]
    floats: Sequence[object]
    _total: int
    _read: Callable[[], Iterator[dict[str, Any]]]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self._read()

    def __len__(self) -> int:
        return self._total


def as_rows(calls: Any, spellings: Mapping[str, str]) -> Any:
    """The rows of a frame; what is no frame comes back as it is.

    Args:
        calls: What the caller gave as a call list.
        spellings: Every name that a field may have -> the field.

    Raises:
        ConfigurationError: A frame that would make every record invalid, or something that looks like one.
    """
    for base in type(calls).__mro__:
        name = (base.__module__.partition(".")[0], base.__name__)
        if name in _READERS:
            rows = _READERS[name](calls)
            _check(rows, spellings)
            return rows
        if name in _NO_ROWS:
            raise ConfigurationError(f"calls is a {'.'.join(name)}, {_NO_ROWS[name]}")
    if hasattr(type(calls), "__dataframe__") or hasattr(type(calls), "__arrow_c_stream__"):
        raise ConfigurationError(
            f"calls is a {type(calls).__module__.partition('.')[0]} {type(calls).__name__}, a table of a kind that is "
            "not read: give its rows as mappings, or make a pandas, polars or Arrow table of it"
        )
    return calls


def _check(rows: FrameRows, spellings: Mapping[str, str]) -> None:
    fields = [spellings[name] for name in rows.columns if isinstance(name, str) and name in spellings]
    unknown = [name for name in rows.columns if not isinstance(name, str) or name not in spellings]
    if unknown:
        raise ConfigurationError(
            f"the {rows.kind} frame has columns that a record knows no field for: {_shown(unknown)}; "
            "select the columns that are meant, and rename them"
        )
    repeated = [field for field, times in Counter(fields).items() if times > 1]
    if repeated:
        raise ConfigurationError(f"the {rows.kind} frame has more than one column for {_shown(repeated)}")
    missing = [field for field in _NEEDED if field not in fields]
    if missing:
        index = "; an index becomes a column by `frame.reset_index()`" if rows.kind == "pandas" else ""
        raise ConfigurationError(f"the {rows.kind} frame has no column for {_shown(missing)}{index}")
    if rows.floats:
        raise ConfigurationError(
            f"the {rows.kind} frame has columns of floats: {_shown(rows.floats)}; a number may have lost digits there, "
            "so none is sent. Read the list as text (`dtype=str` in pandas), or make text or whole numbers of them"
        )


def _shown(names: Sequence[object]) -> str:
    # A list without a header has somebody's name and number there.
    shown = ", ".join(repr(masked_line(str(name), _LONGEST_NAME)) for name in names[:_MOST_NAMES])
    return shown + (f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else "")


def _of_pandas(frame: Any) -> FrameRows:
    columns = list(frame.columns)
    floats = [
        name
        for place, name in enumerate(columns)
        if getattr(frame.dtypes.iloc[place], "kind", "") == "f" and frame.iloc[:, place].notna().any()
    ]

    def read() -> Iterator[dict[str, Any]]:
        for start in range(0, len(frame), _SLICE):
            part = frame.iloc[start : start + _SLICE]
            # Of lists, pandas makes Python's own numbers; NaN, NaT, None and NA are all missing to it.
            values = part.to_dict("list").values()
            for row, present in zip(zip(*values, strict=True), part.notna().to_numpy().tolist(), strict=True):
                if all(present):
                    yield dict(zip(columns, row, strict=True))
                else:
                    yield {name: value for name, value, is_there in zip(columns, row, present, strict=True) if is_there}

    return FrameRows("pandas", columns, floats, len(frame), read)


def _of_polars(frame: Any) -> FrameRows:
    floats = [
        column.name for column in frame.get_columns() if column.dtype.is_float() and column.null_count() < len(column)
    ]
    return FrameRows(
        "polars", frame.columns, floats, len(frame), lambda: map(_without_nulls, frame.iter_rows(named=True))
    )


def _of_arrow(table: Any) -> FrameRows:
    floats = [
        name
        for name, column in zip(table.column_names, table.columns, strict=True)
        if str(column.type) in ("halffloat", "float", "double") and column.null_count < len(column)
    ]

    def read() -> Iterator[dict[str, Any]]:
        for start in range(0, len(table), _SLICE):
            yield from map(_without_nulls, table.slice(start, _SLICE).to_pylist())

    return FrameRows("Arrow", table.column_names, floats, len(table), read)


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    if None in row.values():
        return {name: value for name, value in row.items() if value is not None}
    return row


_READERS: Final[Mapping[tuple[str, str], Callable[[Any], FrameRows]]] = {
    ("pandas", "DataFrame"): _of_pandas,
    ("polars", "DataFrame"): _of_polars,
    ("pyarrow", "Table"): _of_arrow,
    ("pyarrow", "RecordBatch"): _of_arrow,
}
_ONE_COLUMN: Final = "one column of a table: give the table"
_NO_ROWS: Final[Mapping[tuple[str, str], str]] = {
    ("pandas", "Series"): _ONE_COLUMN,
    ("polars", "Series"): _ONE_COLUMN,
    ("pyarrow", "ChunkedArray"): _ONE_COLUMN,
    ("polars", "LazyFrame"): "which has no rows yet: give `frame.collect()`",
}

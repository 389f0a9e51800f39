"""Frames of pandas and polars, and Arrow tables, as call lists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async import AsyncAutodialer, ConfigurationError, UploadResult
from autodialer_async._bulk.frames import as_rows
from autodialer_async._wire import Codec, Dialect
from tests.bulk.service import Service, client, counts, records, settled_by_the_books

pytestmark = pytest.mark.anyio

NAMES = Codec(Dialect()).spellings
Columns = dict[str, list[Any]]

FRAMES: dict[str, Callable[[Columns], Any]] = {
    # Text and numbers as they are, with None in between: as frames come from a database.
    "pandas": lambda columns: pd.DataFrame({name: pd.Series(c, dtype=object) for name, c in columns.items()}),
    "pandas with types": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "polars": lambda columns: pl.DataFrame(columns, strict=False),
    "Arrow": pa.table,
    "Arrow batch": pa.RecordBatch.from_pydict,
}
EVERY_KIND = pytest.mark.parametrize("kind", FRAMES)


def columns_of(rows: list[dict[str, Any]]) -> Columns:
    return {name: [row.get(name) for row in rows] for name in dict.fromkeys(name for row in rows for name in row)}


@EVERY_KIND
async def test_a_frame_goes_out_like_its_rows(kind: str) -> None:
    rows = [
        fields | {"name": "Петров" if number % 3 else None, "maxcount": 2 if number % 2 else None, "UUID": "u-1"}
        for number, fields in enumerate(records(2500))
    ]
    service, other = Service(), Service()
    async with client(service) as dialer, client(other) as plain:
        result = await dialer.make(FRAMES[kind](columns_of(rows)))
        await plain.make(rows)
    assert counts(result) == {"accepted": 2500}
    assert settled_by_the_books(result, service)
    assert sorted(service.records, key=str) == sorted(other.records, key=str)
    assert service.sizes[:2] == [1000, 1000]


@EVERY_KIND
async def test_the_length_of_a_frame_is_known_to_progress(kind: str) -> None:
    told: list[int | None] = []

    async def on_progress(progress: Any) -> None:
        told.append(progress.total)

    async with client(Service(), batch_size=50) as dialer:
        await dialer.make(FRAMES[kind](columns_of(records(120))), on_progress=on_progress)
    assert set(told) == {120}


@EVERY_KIND
async def test_an_empty_frame_sends_nothing(kind: str) -> None:
    service = Service()
    async with client(service) as dialer:
        result = await dialer.make(FRAMES[kind](columns_of(records(3))).head(0) if "Arrow" not in kind else
                                   FRAMES[kind](columns_of(records(3))).slice(0, 0))  # fmt: skip
    assert (result.read, result.complete, service.sizes) == (0, True, [])


@EVERY_KIND
async def test_a_bad_row_is_told_by_its_place_and_the_others_go(kind: str) -> None:
    rows = records(30)
    rows[7]["phone"] = "12"
    rows[9]["phone"] = None
    service = Service()
    async with client(service) as dialer:
        result = await dialer.make(FRAMES[kind](columns_of(rows)), on_failure="return")
    assert counts(result) == {"accepted": 28, "invalid": 2}
    assert [(error.position, error.id, error.field) for error in result.invalid_calls] == [
        (7, "7", "phone"),
        (9, "9", "phone"),
    ]


def refused(frame: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        AsyncAutodialer("http://site.url", api_key="k").upload(frame)
    return str(caught.value)


@EVERY_KIND
def test_columns_that_would_make_every_record_invalid_are_told_of_once_and_before_anything_leaves(kind: str) -> None:
    good = columns_of(records(3))
    make = FRAMES[kind]
    assert "knows no field for: 'city', 'age'" in refused(make(good | {"city": ["a", "b", "c"], "age": [1, 2, 3]}))
    assert "more than one column for 'generation_type'" in refused(
        make(good | {"generationtype": ["1"] * 3, "generation_type": ["1"] * 3})
    )
    assert "no column for 'id'" in refused(make({"phone": good["phone"]}))
    assert "no column for 'phone'" in refused(make({"id": good["id"]}))


@pytest.mark.parametrize("kind", ["pandas with types", "polars", "Arrow", "Arrow batch"])
def test_a_column_of_floats_is_refused_since_a_number_may_have_lost_digits(kind: str) -> None:
    rows = [fields | {"phone": 89222220000.0 + number + 0.5} for number, fields in enumerate(records(3))]
    assert "columns of floats: 'phone'" in refused(FRAMES[kind](columns_of(rows)))


def test_whole_numbers_that_pandas_made_floats_for_a_missing_cell_are_refused_and_the_error_says_what_to_do() -> None:
    frame = pd.DataFrame({"id": [1, 2], "phone": [89222220000, None]})
    assert "Read the list as text (`dtype=str` in pandas)" in refused(frame)


async def test_a_column_of_floats_without_a_value_is_a_column_of_absent_values() -> None:
    nothing = float("nan")
    frame = pd.DataFrame({"id": [1, 2], "phone": ["89222220000", "89222220001"], "var1": [nothing, nothing]})
    service = Service()
    async with client(service) as dialer:
        assert (await dialer.make(frame)).accepted == 2
    assert all("var1" not in fields for fields in service.records)


def test_a_frame_without_a_header_shows_nobody_s_number() -> None:
    frame = pd.DataFrame([[1, "89222220001"]], columns=["1", "89222220000"])
    message = refused(frame)
    assert "9222220" not in message
    assert "'***'" in message


def test_an_index_is_no_column() -> None:
    frame = pd.DataFrame(columns_of(records(2))).set_index("id")
    assert "reset_index" in refused(frame)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (pd.Series([1, 2]), "pandas.Series, one column"),
        (pl.Series([1, 2]), "polars.Series, one column"),
        (pa.chunked_array([[1, 2]]), "pyarrow.ChunkedArray, one column"),
        (pl.LazyFrame({"id": [1]}), r"polars.LazyFrame, which has no rows yet: give `frame.collect\(\)`"),
        (pa.RecordBatchReader.from_batches(pa.schema([]), []), "a table of a kind that is not read"),
    ],
    ids=["pandas.Series", "polars.Series", "ChunkedArray", "LazyFrame", "reader"],
)
def test_what_looks_like_a_frame_is_refused_with_a_way_out(frame: Any, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        as_rows(frame, NAMES)


def test_values_are_python_s_own() -> None:
    frame = pd.DataFrame({
        "id": pd.Series([np.int64(1), "b"], dtype=object),
        "phone": pd.Series([89222220000, 89222220001]),
        "timestart": [time(10), time(11)],
        "timestop": pd.Series(["19:00", pd.NA], dtype="string"),
        "name": pd.Series(["а", "б"], dtype="category"),
        "maxcount": pd.Series([1, pd.NA], dtype="Int64"),
    })  # fmt: skip
    first, second = as_rows(frame, NAMES)
    assert {name: type(value) for name, value in first.items()} == {
        "id": int, "phone": int, "timestart": time, "timestop": str, "name": str, "maxcount": int,
    }  # fmt: skip
    assert second == {"id": "b", "phone": 89222220001, "timestart": time(11), "name": "б"}


TEXTS = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=5)


@pytest.mark.parametrize("kind", FRAMES)
@settings(max_examples=15)
@given(rows=st.lists(st.tuples(st.integers(0, 10**6), TEXTS, TEXTS), min_size=1, max_size=8))
def test_every_kind_gives_the_rows_that_it_was_made_of(
    kind: str, rows: list[tuple[int, str | None, str | None]]
) -> None:
    given_rows = [{"id": number, "phone": "89222220000", "name": name, "var1": value} for number, name, value in rows]
    present = [{name: value for name, value in row.items() if value is not None} for row in given_rows]
    assert list(as_rows(FRAMES[kind](columns_of(given_rows)), NAMES)) == present


async def test_a_large_frame_is_read_as_it_is_sent() -> None:
    frame = pd.DataFrame(columns_of(records(5000)))
    service = Service()
    results: list[UploadResult] = []
    async with client(service, concurrency=1) as dialer, dialer.upload(frame) as upload:
        async for _ in upload:
            results.append(upload.result)
            break
    assert upload.result.read < 5000
    assert settled_by_the_books(upload.result, service)

"""An invalid record is set aside with position, id, field and reason; the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import anyio
import pytest

from autodialer_async import Call, InvalidCall, UploadIncomplete
from tests.bulk.service import Service, client, counts, record, records, settled_by_the_books

pytestmark = pytest.mark.anyio

# A record, the field that is at fault, and a part of the reason.
WRONG: dict[str, tuple[Any, str | None, str]] = {
    "no phone": ({"id": 7}, "phone", ""),
    "an empty phone": ({"id": 7, "phone": ""}, "phone", ""),
    "a short phone": ({"id": 7, "phone": "8922222000"[:9]}, "phone", ""),
    "a float": ({"id": 7, "phone": 89222220000.0}, "phone", "float"),
    "no id": ({"phone": "89222220000"}, "id", "id"),
    "an empty id": ({"id": "", "phone": "89222220000"}, "id", "id"),
    "an unknown key": (record(7, colour="red"), "colour", "extra"),
    "two spellings of uuid": (record(7, uuid="1", UUID="1"), "uuid", "twice"),
    "two spellings of hours": (
        record(7, statdialertime="10:00", timestart="10:00", stopdialertime="11:00"), "window", "twice",
    ),
    "two spellings of the scenario": (record(7, generation_type=1, generationtype=1), "generation_type", "twice"),
    "one time of the two": (record(7, statdialertime="10:00:00"), "window", "one time"),
    "hours that cross midnight": (record(7, statdialertime="22:00", stopdialertime="06:00"), "window", ""),
    "no hours": (record(7, statdialertime="ten", stopdialertime="eleven"), "window", ""),
    "no attempts": (record(7, max_count=0), "max_count", ""),
    "half a character": (record(7, name="\ud83d"), "name", "surrogate"),
    "half a character in extra": (record(7, extra={"a": "\udcff"}), "extra", "surrogate"),
    "a list as a name": (record(7, name=["a"]), "name", "list"),
    "true as an id": ({"id": True, "phone": "89222220000"}, "id", "bool"),
    "extra that is no mapping": (record(7, extra="a"), "extra", ""),
    "extra that hides a field": (record(7, extra={"phone": "1"}), "extra", "another field"),
    "no record": ("7;89222220000", None, "Call or a mapping"),
    "nothing": (None, None, "Call or a mapping"),
    "a digit monster as id": ({"id": 10**5000, "phone": "89222220000"}, None, ""),
    "a digit monster as var1": (record(7, var1=10**5000), None, ""),
    "a digit monster as max_count": (record(7, max_count=10**5000), None, ""),
    "an empty mapping": ({}, None, ""),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("how", ["list", "thread"])
async def test_one_wrong_record_is_set_aside_and_the_others_leave(wrong: str, how: str) -> None:
    bad, field, reason = WRONG[wrong]
    service = Service()
    calls = [*records(5), bad, *[record(number) for number in range(6, 10)]]
    async with client(service, batch_size=4) as dialer:
        with anyio.fail_after(10):
            result = await dialer.make(calls if how == "list" else iter(calls), on_failure="return")
    assert counts(result) == {"accepted": 9, "invalid": 1}
    assert not result.complete
    assert settled_by_the_books(result, service)
    (error,) = result.invalid_calls
    assert error.position == 5
    assert field is None or error.field == field
    assert reason in error.reason
    expected_id = "7" if isinstance(bad, Mapping) and bad.get("id") == 7 else None
    assert error.id == expected_id
    assert "record 5" in str(error)


async def test_invalid_records_alone_make_the_upload_incomplete() -> None:
    async with client(Service()) as dialer:
        with pytest.raises(UploadIncomplete) as caught:
            await dialer.make([{"id": 1, "phone": "x"}])
    assert counts(caught.value.result) == {"invalid": 1}
    assert not caught.value.may_have_dialled


@pytest.mark.parametrize("how", ["list", "thread"])
async def test_the_list_of_invalid_records_is_bounded_and_the_count_exact(how: str) -> None:
    bad = {"id": "b", "phone": "12"}
    calls = [bad if number % 2 else record(number) for number in range(5000)]
    service = Service()
    async with client(service, batch_size=100) as dialer:
        result = await dialer.make(calls if how == "list" else iter(calls), on_failure="return")
    assert result.invalid == 2500
    assert result.accepted == 2500
    assert [error.position for error in result.invalid_calls] == list(range(1, 2001, 2))
    assert settled_by_the_books(result, service)


async def test_a_mapping_that_raises_is_set_aside_like_any_wrong_record() -> None:
    class Row(Mapping[str, Any]):
        def __getitem__(self, key: str) -> Any:
            raise RuntimeError("the row's own 89222220000")

        def __iter__(self) -> Iterator[str]:
            raise RuntimeError("the row's own 89222220000")

        def __len__(self) -> int:
            return 2

    service = Service()
    # Two of them, in different slices.
    calls = [*records(50), Row(), *[record(number) for number in range(51, 350)], Row(), record(351)]
    async with client(service, batch_size=20) as dialer:
        with anyio.fail_after(10):
            async with dialer.upload(iter(calls)) as upload:
                async for _ in upload:
                    pass
    assert counts(upload.result) == {"accepted": 350, "invalid": 2}
    assert [error.position for error in upload.result.invalid_calls] == [50, 350]
    assert "22222" not in str(upload.result)


async def test_positions_stay_exact_around_invalid_records() -> None:
    service = Service()
    calls = [{"id": "b", "phone": "1"} if number in (0, 3, 4, 9) else record(number) for number in range(12)]
    async with client(service, batch_size=3, concurrency=1) as dialer:
        result = await dialer.make(calls, on_failure="return")
    assert [list(batch.positions) for batch in result.batches] == [[1, 2, 5], [6, 7, 8], [10, 11]]
    assert [int(fields["id"]) for fields in service.records] == [1, 2, 5, 6, 7, 8, 10, 11]


async def test_a_number_is_never_quoted_in_the_complaint_about_it() -> None:
    calls: list[Any] = [
        {"id": 1, "phone": "892222200001"},
        {"id": 2, "phone": "8922222000X"},
        {"id": 3, "phone": "89222220000", "89222220000": "x"},
        Call(4, "89222220000", extra={"phone": "89222220000"}),
    ]
    async with client(Service()) as dialer:
        result = await dialer.make(calls, on_failure="return")
    assert len(result.invalid_calls) == 4
    assert all(isinstance(error, InvalidCall) for error in result.invalid_calls)
    shown = (
        f"{result.invalid_calls!r}{[str(error) for error in result.invalid_calls]}{result}{result!r}{result.to_dict()}"
    )
    assert "22222" not in shown

"""Short numbers that a list allows pass through everything that reads records once more."""

from __future__ import annotations

import io

import httpx
import pytest

from autodialer_async import BatchState, Call, Dialect
from autodialer_async.call_list import PhoneKind, read_calls
from autodialer_async.journal import MemoryJournal
from tests.bulk.service import Record, Service, client

pytestmark = pytest.mark.anyio

LIST = "id,phone,var1\n1,0911,a\n2,89222220000,b\n3,8800,c\n"


def calls() -> list[Call]:
    return list(read_calls(io.StringIO(LIST), allow={PhoneKind.SHORT}))


@pytest.mark.parametrize("phone_format", ["8XXXXXXXXXX", "7XXXXXXXXXX", "+7XXXXXXXXXX"])
async def test_records_with_short_numbers_are_given_back_when_the_service_fails(phone_format: str) -> None:
    async def failing(number: int, batch: list[Record]) -> httpx.Response:
        return httpx.Response(500, text=f"no room for {batch[0]['phone']}")

    journal, service = MemoryJournal(), Service(failing)
    async with client(service, dialect=Dialect(phone_format=phone_format)) as dialer:  # type: ignore[arg-type]  # one of the three
        # Not all are Calls, so that the journal is asked by what is on the wire.
        result = await dialer.make([*calls(), {"id": 4, "phone": "89"}], journal=journal, on_failure="return")
    assert result.unknown == 3
    assert [(call.id, call.phone, call.var1) for call in result.unknown_calls()] == [
        ("1", "0911", "a"), ("2", "89222220000", "b"), ("3", "8800", "c")
    ]  # fmt: skip
    assert "InvalidCall" not in str(result)
    assert {outcome.state for outcome in result.failures} == {BatchState.UNKNOWN}


@pytest.mark.parametrize("phone_format", ["8XXXXXXXXXX", "7XXXXXXXXXX"])
async def test_short_numbers_leave_as_they_are(phone_format: str) -> None:
    service = Service()
    async with client(service, dialect=Dialect(phone_format=phone_format)) as dialer:  # type: ignore[arg-type]  # as above
        await dialer.make(calls())
    assert [fields["phone"] for fields in service.records] == ["0911", phone_format[0] + "9222220000", "8800"]


async def test_a_row_s_further_number_may_be_short_where_each_is_called() -> None:
    text = "id,phone,phone2,name\n1,89222220000,0911,Иван\n"
    read = read_calls(io.StringIO(text), columns={"phone": ["phone", "phone2"]}, allow={PhoneKind.SHORT}, phones="each")
    assert [(call.id, call.phone, call.name) for call in read] == [
        ("1", "89222220000", "Иван"), ("1-2", "0911", "Иван")
    ]  # fmt: skip

"""Dataclasses, attrs classes and pydantic models as records."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import time
from typing import Any

import attrs
import pydantic
import pytest

from autodialer_async import CallWindow
from tests.bulk.service import Service, client, counts

pytestmark = pytest.mark.anyio

WINDOW = CallWindow(time(9), time(12))


@dataclasses.dataclass
class Debtor:
    id: int
    phone: str
    generation_type: int = 1
    var1: str | None = None
    window: CallWindow | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class SlottedDebtor:
    id: int
    phone: str
    generation_type: int = 1
    var1: str | None = None
    window: CallWindow | None = None


@attrs.frozen
class AttrsDebtor:
    id: int
    phone: str
    generation_type: int = 1
    var1: str | None = None
    window: CallWindow | None = None


class ModelDebtor(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    id: int
    phone: str
    generation_type: int = 1
    var1: str | None = None
    window: CallWindow | None = None
    city: str = pydantic.Field("Пермь", exclude=True)


KINDS: list[Callable[..., Any]] = [Debtor, SlottedDebtor, AttrsDebtor, ModelDebtor]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_object_goes_out_by_the_names_of_its_fields(kind: Callable[..., Any]) -> None:
    service = Service()
    async with client(service) as dialer:
        result = await dialer.make([
            kind(id=1, phone="+7 922 222-00-00", var1="1500 руб.", window=WINDOW),
            {"id": 2, "phone": "89222220001", "generation_type": 1},
            kind(id=3, phone="8 922 222 00 02"),
        ])  # fmt: skip
    assert counts(result) == {"accepted": 3}
    hours = {"statdialertime": "09:00:00", "stopdialertime": "12:00:00", "generationtype": "1"}
    assert service.records == [
        {"id": "1", "phone": "89222220000", "var1": "1500 руб.", **hours},
        # Without hours of their own, they take the earlier record's.
        {"id": "2", "phone": "89222220001", **hours},
        {"id": "3", "phone": "89222220002", **hours},
    ]


@pytest.mark.parametrize("kind", KINDS)
async def test_an_object_that_cannot_be_sent_is_told_by_its_id_and_field(kind: Callable[..., Any]) -> None:
    async with client(Service()) as dialer:
        result = await dialer.make([kind(id=7, phone="12"), kind(id=8, phone="89222220000")], on_failure="return")
    (error,) = result.invalid_calls
    assert (error.position, error.id, error.field) == (0, "7", "phone")
    assert counts(result) == {"accepted": 1, "invalid": 1}


async def test_a_bad_object_hands_its_hours_on() -> None:
    service = Service()
    async with client(service) as dialer:
        await dialer.make([Debtor(1, "12", window=WINDOW), Debtor(2, "89222220000")], on_failure="return")
    assert service.records[0]["statdialertime"] == "09:00:00"


async def test_a_field_that_a_record_does_not_know_is_named() -> None:
    @dataclasses.dataclass
    class Client:
        id: int
        phone: str
        city: str

    async with client(Service()) as dialer:
        result = await dialer.make([Client(1, "89222220000", "Пермь")], on_failure="return")
    (error,) = result.invalid_calls
    assert (error.field, error.reason) == ("city", "no such field; fields that a cabinet adds go into `extra`")


async def test_a_model_s_own_rules_of_dumping_hold() -> None:
    class Person(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(serialize_by_alias=True)

        key: int = pydantic.Field(serialization_alias="id")
        area: str = pydantic.Field(exclude=True)
        rest: str = pydantic.Field(exclude=True)

        @pydantic.computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
        @property
        def phone(self) -> str:
            return self.area + self.rest

    service = Service()
    async with client(service) as dialer:
        await dialer.make([Person(key=5, area="8922", rest="2220000")])
    assert (service.records[0]["id"], service.records[0]["phone"]) == ("5", "89222220000")


@pytest.mark.parametrize(
    "other", [7, "Петров", object(), Debtor, ["89222220000"]], ids=["int", "text", "object", "class", "list"]
)
async def test_an_object_of_another_kind_is_an_invalid_record(other: object) -> None:
    async with client(Service()) as dialer:
        result = await dialer.make([other], on_failure="return")  # type: ignore[list-item]
    (error,) = result.invalid_calls
    assert "a record is a Call or a mapping of its fields, a dataclass or a pydantic model, not " in error.reason
    assert "Петров" not in str(error)

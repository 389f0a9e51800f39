"""What the emulator shows of itself: to Python, over HTTP, on its page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, Literal, TypeVar

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from autodialer_async.emulator.records import Record
    from autodialer_async.emulator.traffic import Counts

__all__ = ["Ended", "Page", "PlacedCall", "RecordState", "RecordStatus", "Repeat", "State", "TaskState"]

Ended = tuple[int, int, int, "datetime", str, int, str | None]
"""A call that is over, as it is kept: number, position of the record, attempt, beginning, CODE, seconds, answer.

A plain tuple of plain values: the garbage collector passes over such ones, and there are many.
"""

T_co = TypeVar("T_co", covariant=True)

RecordStatus = Literal["queued", "dialling", "waiting", "done"]
"""Never called yet; on the line; between two attempts; over."""


@attrs.frozen
class Page(Generic[T_co]):
    """A part of something long.

    Attributes:
        items: The part.
        total: How many there are altogether.
        offset: How many stand before the part.
    """

    items: tuple[T_co, ...]
    total: int
    offset: int


@attrs.frozen
class State:
    """The emulator in numbers.

    Attributes:
        now: What its clock shows.
        speed: Seconds of its clock in one second of ours; 0 it stands still, infinite: calls are made when accepted.
        seed: What outcomes and task numbers are drawn from.
        counts: Requests, tasks and records.
        queued: Records that were never called yet.
        dialling: Records on the line.
        waiting: Records between two attempts.
        done: Records that will not be called again.
        calls: Calls that are over, every attempt counted.
        outcomes: Records by the CODE of their last call.
        repeats: Numbers that were taken to be dialled more than once.
        deliveries: Webhook deliveries by their state: `waiting`, `delivered`, `failed`.
        last_event: The number of the last event.
    """

    now: datetime
    speed: float
    seed: int
    counts: Counts
    queued: int
    dialling: int
    waiting: int
    done: int
    calls: int
    outcomes: Mapping[str, int]
    repeats: int
    deliveries: Mapping[Literal["waiting", "delivered", "failed"], int]
    last_event: int


@attrs.frozen
class TaskState:
    """How far one task is.

    Attributes:
        number: Its 17 digits.
        operation: How it came.
        at: When it was accepted.
        size: Its records; each is in exactly one of `queued`, `dialling`, `waiting` and `done`.
        queued: Never called yet.
        dialling: On the line.
        waiting: Between two attempts.
        done: Not to be called again.
        calls: Calls that are over, every attempt counted.
    """

    number: int
    operation: Literal["make", "newcall"]
    at: datetime
    size: int
    queued: int
    dialling: int
    waiting: int
    done: int
    calls: int


@attrs.frozen
class RecordState:
    """One accepted record and what became of it.

    Attributes:
        record: What was accepted.
        task: The number of its task.
        state: Where it stands.
        attempts: Calls that are over.
        orders: How often its number was taken to be dialled; more than one is a person rung twice.
        at: When its last call began, or None.
        code: The CODE of its last call, or None.
        seconds: How long that lasted; 0 unless somebody, or a machine, answered.
        answer: What was said and recognised, or None.
    """

    record: Record
    task: int
    state: RecordStatus
    attempts: int
    orders: int
    at: datetime | None
    code: str | None
    seconds: int
    answer: str | None = attrs.field(repr=False)


@attrs.frozen
class Repeat:
    """A number that was taken to be dialled more than once. Its repr does not show it.

    Attributes:
        phone: The number as the page writes it, `89222220000`.
        orders: How often it was taken.
        calls: Calls to it that are over, every attempt counted.
    """

    phone: str = attrs.field(repr=False)
    orders: int
    calls: int


@attrs.frozen
class PlacedCall:
    """One call that is over. Its repr shows neither number nor answer.

    Attributes:
        number: From 1, in the order in which calls ended.
        task: The number of its task.
        id: The record's id.
        phone: The subscriber's number as the page writes it, `89222220000`.
        attempt: Which attempt at this record it was, from 1.
        at: When it began, by the emulator's clock.
        code: The page's "status and code".
        seconds: How long it lasted; 0 unless somebody, or a machine, answered.
        answer: What was said and recognised, or None.
        uuid: The record's UUID, or None.
    """

    number: int
    task: int
    id: str
    phone: str = attrs.field(repr=False)
    attempt: int
    at: datetime
    code: str
    seconds: int
    answer: str | None = attrs.field(repr=False)
    uuid: str | None = attrs.field(repr=False)

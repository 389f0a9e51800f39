"""Many deliveries under one pace, on a clock of their own: trio's mock clock jumps where everybody waits."""

from __future__ import annotations

from itertools import pairwise

import anyio
import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from autodialer_async import BatchReport, BatchState, RateLimit, RetryPolicy
from autodialer_async._delivery import Delivery, Load, Pace, Slots
from autodialer_async._wire import Reading
from autodialer_async.errors import ApiError, RateLimited
from autodialer_async.models import Answer, Attempt, Flight, Outgoing, Phase

OUTGOING = Outgoing("POST", "/key/make", "/{apikey}/make", "application/json", b"{", b"}")
ACCEPTED = Reading(BatchState.ACCEPTED, BatchReport(1))


class Service:
    """Answers by a script of readings, and notes when each request left."""

    def __init__(self, readings: list[Reading[BatchReport]], *, latency: float = 0.1) -> None:
        self.left: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self._readings = readings
        self._latency = latency
        self._answered: list[Reading[BatchReport]] = []

    async def exchange(self, outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
        self.left.append(anyio.current_time())
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        await anyio.sleep(self._latency)
        self.in_flight -= 1
        self._answered.append(self._readings.pop(0) if self._readings else ACCEPTED)
        status = getattr(self._answered[-1].error, "status", 200)
        return Attempt(Phase.WHOLE, Answer(status, {}, b""), None, self._latency)

    def read(self, answer: Answer) -> Reading[BatchReport]:
        return self._answered.pop()


def too_many(retry_after: float | None) -> Reading[BatchReport]:
    error = RateLimited("slow down", status=429, retry_after=retry_after)
    return Reading(BatchState.REJECTED, error=error, repeatable=True, retry_after=retry_after)


def run_all(service: Service, pace: Pace, count: int, *, load: Load, attempts: int = 10) -> list[BatchState]:
    """States of so many requests, all started at once."""

    async def main() -> list[BatchState]:
        deliveries = [
            Delivery(
                OUTGOING,
                service.read,
                exchange=service.exchange,
                pace=pace,
                load=load,
                policy=RetryPolicy(attempts=attempts, base=0.5, cap=4),
            )
            for _ in range(count)
        ]
        async with anyio.create_task_group() as tasks:
            for delivery in deliveries:
                tasks.start_soon(delivery.run)
        return [delivery.reading.state for delivery in deliveries]

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


@settings(deadline=None, max_examples=40)
@given(
    retry_after=st.floats(0.5, 200),
    place=st.integers(0, 12),
    concurrency=st.integers(1, 8),
    count=st.integers(13, 30),
)
def test_while_paused_by_429_no_request_leaves_from_anybody(
    retry_after: float, place: int, concurrency: int, count: int
) -> None:
    service = Service([ACCEPTED] * place + [too_many(retry_after)])
    states = run_all(service, Pace(Slots(concurrency)), count, load=Load(1, 1))
    refused_at = sorted(service.left)[place] + 0.1
    assert set(states) == {BatchState.ACCEPTED}
    assert len(service.left) == count + 1
    assert [at for at in service.left if refused_at < at < refused_at + retry_after] == []
    # Those that left together with the refused one were on their way already.
    assert len([at for at in service.left if at <= refused_at]) <= place + concurrency


@settings(deadline=None, max_examples=40)
@given(records=st.integers(1, 40), limit=st.integers(40, 100), count=st.integers(1, 40), concurrency=st.integers(1, 8))
def test_the_rate_holds_over_every_sliding_second(records: int, limit: int, count: int, concurrency: int) -> None:
    service = Service([too_many(1.5)], latency=0.01)
    pace = Pace(Slots(concurrency), rate_limit=RateLimit(records_per_second=limit, batches_per_second=7))
    states = run_all(service, pace, count, load=Load(records, 1))
    assert set(states) == {BatchState.ACCEPTED}
    for begin in service.left:
        inside = [at for at in service.left if begin <= at <= begin + 1]
        assert len(inside) * records <= limit
        assert len(inside) <= 7


def test_history_is_not_counted_against_the_rate() -> None:
    service = Service([], latency=0.001)
    run_all(service, Pace(Slots(8), rate_limit=RateLimit(records_per_second=1)), 50, load=Load())
    assert max(service.left) - min(service.left) < 0.1


def test_pushback_shrinks_the_slots_and_answers_grow_them_again() -> None:
    service = Service([too_many(1.0)])
    pace = Pace(Slots(8), adaptive=True)
    run_all(service, pace, 8, load=Load(1, 1))
    assert pace.slots.limit == 4
    service.most_in_flight = 0
    run_all(service, pace, 12, load=Load(1, 1))
    assert 2 <= service.most_in_flight <= 5
    run_all(service, pace, 200, load=Load(1, 1))
    assert pace.slots.limit == 8


def test_after_a_pause_requests_leave_apart_and_not_together() -> None:
    service = Service([too_many(1.0)])
    run_all(service, Pace(Slots(8)), 8, load=Load(1, 1))
    (last,) = service.left[8:]
    assert last >= 1.0
    refused = Service([too_many(1.0)] * 8)
    run_all(refused, Pace(Slots(8)), 8, load=Load(1, 1))
    again = sorted(refused.left)[8:]
    assert all(later - earlier >= 0.015 for earlier, later in pairwise(again))


def test_a_service_that_counts_by_the_tenth_of_a_second_is_satisfied_within_four_tries() -> None:
    class LeakyBucket(Service):
        """nginx's limit_req: ten a second, and two in advance."""

        level = 0.0
        checked_at = 0.0

        async def exchange(self, outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
            now = anyio.current_time()
            self.level = max(0.0, self.level - (now - self.checked_at) * 10)
            self.checked_at = now
            refused = self.level > 2
            self.level += 0.0 if refused else 1.0
            await anyio.sleep(0.02)
            self._answered.append(too_many(None) if refused else ACCEPTED)
            self.left.append(now)
            status = 429 if refused else 200
            return Attempt(Phase.WHOLE, Answer(status, {}, b""), None, 0.02)

    service = LeakyBucket([])
    states = run_all(service, Pace(Slots(8)), 60, load=Load(1, 1), attempts=4)
    assert set(states) == {BatchState.ACCEPTED}


def test_a_refusal_without_a_time_pauses_everybody_for_the_backoff() -> None:
    service = Service([too_many(None)])
    run_all(service, Pace(Slots(1)), 5, load=Load(1, 1))
    assert service.left[1] - service.left[0] >= 0.1 + 0.25


def test_a_request_timeout_pauses_only_its_own_request() -> None:
    timeout = Reading(BatchState.REJECTED, error=ApiError("", status=408), repeatable=True, value=BatchReport(1))
    service = Service([timeout], latency=0.001)
    states = run_all(service, Pace(Slots(1)), 3, load=Load(1, 1))
    assert states == [BatchState.ACCEPTED] * 3
    assert sorted(service.left)[2] < 0.1


def test_refusals_that_the_service_times_itself_cost_nothing_of_the_purse() -> None:
    service = Service([too_many(0.1)] * 120)
    states = run_all(service, Pace(Slots(4)), 20, load=Load(1, 1), attempts=200)
    assert set(states) == {BatchState.ACCEPTED}


def test_a_dead_service_costs_no_more_repeats_than_the_purse() -> None:
    class Dead(Service):
        async def exchange(self, outgoing: Outgoing, *, scope: anyio.CancelScope, flight: Flight) -> Attempt:
            self.left.append(anyio.current_time())
            return Attempt(Phase.NOT_SENT, None, ConnectionRefusedError(), 0.0)

    service = Dead([])
    states = run_all(service, Pace(Slots(8)), 100, load=Load(1, 1), attempts=1000)
    assert set(states) == {BatchState.UNSENT}
    assert len(service.left) == 100 + 50

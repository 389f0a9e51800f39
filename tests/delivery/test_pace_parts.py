"""Each part of the pace by itself: pure objects that are told what happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import ConfigurationError, RateLimit, RetryPolicy
from autodialer_async._delivery.adaptive import AdaptiveLimit
from autodialer_async._delivery.budget import RetryBudget
from autodialer_async._delivery.policy import delay_before_repeat, wait_after
from autodialer_async._delivery.rate import SlidingWindow
from autodialer_async._delivery.spacing import Spacing

chances = st.floats(0, 1)


@given(tries=st.integers(1, 500), chance=chances)
def test_backoff_doubles_up_to_its_cap_and_is_drawn_from_the_upper_half(tries: int, chance: float) -> None:
    whole = min(0.5 * 2 ** min(tries - 1, 64), 30.0)
    assert whole / 2 <= wait_after(RetryPolicy(), tries=tries, retry_after=None, chance=chance) <= whole


@given(asked=st.floats(0, 10_000), chance=chances)
def test_retry_after_is_waited_out_and_capped(asked: float, chance: float) -> None:
    delay = wait_after(RetryPolicy(max_retry_after=300), tries=1, retry_after=asked, chance=chance)
    assert min(asked, 300) <= delay <= min(max(asked * 1.1, 0.5), 300)


@given(chance=chances)
def test_being_asked_to_come_back_at_once_is_no_reason_to_burn_all_tries(chance: float) -> None:
    assert wait_after(RetryPolicy(), tries=1, retry_after=0, chance=chance) >= 0.25


def test_last_attempt_is_not_repeated() -> None:
    policy = RetryPolicy(attempts=3)
    assert delay_before_repeat(policy, tries=2, elapsed=0, retry_after=None, chance=0) is not None
    assert delay_before_repeat(policy, tries=3, elapsed=0, retry_after=None, chance=0) is None
    assert delay_before_repeat(policy, tries=3, elapsed=0, retry_after=1.0, chance=0) is None


def test_no_try_begins_after_max_elapsed_unless_the_service_asked_to_wait() -> None:
    policy = RetryPolicy(base=10, max_elapsed=12)
    assert delay_before_repeat(policy, tries=1, elapsed=1, retry_after=None, chance=1) == 10
    assert delay_before_repeat(policy, tries=1, elapsed=3, retry_after=None, chance=1) is None
    assert delay_before_repeat(policy, tries=1, elapsed=3, retry_after=60, chance=0) == 60


@pytest.mark.parametrize(
    "wrong",
    [{"attempts": 0}, {"attempts": 1.5}, {"attempts": True}, {"base": -1}, {"cap": float("nan")}, {"max_elapsed": "1"}],
)
def test_policy_out_of_range_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RetryPolicy(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"records_per_second": 0}, {"batches_per_second": -1}, {"records_per_second": "9"}])
def test_rate_limit_out_of_range_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        RateLimit(**wrong)  # type: ignore[arg-type]


@given(
    limit=st.integers(1, 50),
    asked=st.lists(st.tuples(st.integers(1, 50), st.floats(0, 0.7)), max_size=60),
)
def test_no_sliding_second_ever_holds_more_than_the_limit(limit: int, asked: list[tuple[int, float]]) -> None:
    window = SlidingWindow(limit)
    now, left = 100.0, list[tuple[float, int]]()
    for wanted, gap in asked:
        units = min(wanted, limit)
        now += gap
        while (wait := window.wait(units, now)) > 0:
            now += wait
        window.depart(units, now)
        left.append((now, units))
    for begin, _ in left:
        assert sum(units for at, units in left if begin <= at <= begin + 1.0) <= limit


@given(per_second=st.floats(0.01, 0.99))
def test_a_limit_below_one_keeps_units_apart(per_second: float) -> None:
    window = SlidingWindow(per_second)
    assert window.wait(1, 0.0) == 0
    window.depart(1, 0.0)
    assert window.wait(1, 0.5 / per_second) > 0
    assert window.wait(1, 1 / per_second + 1e-5) == 0


def test_a_wait_of_the_window_is_no_longer_than_needed() -> None:
    window = SlidingWindow(10)
    window.depart(6, 0.0)
    window.depart(4, 0.5)
    assert window.wait(5, 0.95) == pytest.approx(0.05, abs=1e-4)
    assert window.wait(7, 0.95) == pytest.approx(0.55, abs=1e-4)


def test_a_second_s_allowance_does_not_leave_at_once() -> None:
    window = SlidingWindow(10)
    window.depart(1, 0.0)
    assert window.wait(1, 0.0) == pytest.approx(0.1)
    assert window.wait(1, 0.1) == 0


def test_refusals_set_requests_apart_and_answers_let_them_together_again() -> None:
    spacing = Spacing(first=0.1, longest=0.3)
    spacing.depart(0.0)
    assert spacing.wait(0.0) == 0
    for _ in range(5):
        spacing.pushed_back(left_at=0.0, now=1.0)
    spacing.depart(1.0)
    assert spacing.wait(1.0) == pytest.approx(0.1)
    for round_at in (2.0, 3.0, 4.0):
        spacing.pushed_back(left_at=round_at, now=round_at)
    assert spacing.gap == 0.3
    for _ in range(200):
        spacing.answered()
    spacing.depart(5.0)
    assert spacing.wait(5.0) == 0


def test_a_dead_service_costs_at_most_the_purse() -> None:
    budget = RetryBudget(capacity=5, refund=0.5)
    assert [budget.take() for _ in range(7)] == [True] * 5 + [False] * 2
    budget.answered()
    assert not budget.take()
    budget.answered()
    assert budget.take()


@given(answers=st.integers(0, 1000))
def test_the_purse_never_holds_more_than_its_capacity(answers: int) -> None:
    budget = RetryBudget(capacity=3, refund=0.5)
    for _ in range(answers):
        budget.answered()
    assert [budget.take() for _ in range(4)] == [True, True, True, False]


def test_one_round_of_refusals_halves_the_limit_once() -> None:
    adaptive = AdaptiveLimit(16)
    for _ in range(16):
        adaptive.pushed_back(left_at=1.0, now=2.0)
    assert adaptive.limit == 8
    adaptive.pushed_back(left_at=2.5, now=3.0)
    assert adaptive.limit == 4


def test_the_limit_stays_between_one_and_the_most() -> None:
    adaptive = AdaptiveLimit(4)
    for moment in range(20):
        adaptive.pushed_back(left_at=moment, now=moment)
    assert adaptive.limit == 1
    for _ in range(100):
        adaptive.answered(left_at=100, was_binding=True)
    assert adaptive.limit == 4


def test_a_round_of_answers_raises_the_limit_by_one_where_it_was_binding() -> None:
    adaptive = AdaptiveLimit(8)
    adaptive.pushed_back(left_at=0, now=1)
    for _ in range(50):
        adaptive.answered(left_at=100, was_binding=False)
    assert adaptive.limit == 4
    for _ in range(5):
        adaptive.answered(left_at=100, was_binding=True)
    assert adaptive.limit == 5

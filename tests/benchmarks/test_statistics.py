from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.statistics import paired_ratios, summary

values = st.floats(min_value=1e-6, max_value=1e6)


def test_summary_of_nothing_is_none() -> None:
    assert summary([]) is None


def test_median_lies_between_the_two_middle_values_of_an_even_number() -> None:
    found = summary([4.0, 1.0, 2.0, 10.0])
    assert found is not None
    assert (found.median, found.low, found.high, found.count) == (3.0, 1.0, 10.0, 4)
    assert found.spread == 3.0


def test_a_single_measurement_has_no_spread() -> None:
    found = summary([5.0])
    assert found is not None
    assert found.spread == 0.0


@given(st.lists(values, min_size=1), st.randoms(use_true_random=False))
def test_summary_does_not_depend_on_the_order_of_rounds(numbers: list[float], random: Random) -> None:
    shuffled = list(numbers)
    random.shuffle(shuffled)
    found = summary(shuffled)
    assert found == summary(numbers)
    assert found is not None
    assert found.low <= found.median <= found.high


@given(st.lists(st.tuples(values, st.floats(min_value=0.1, max_value=10)), min_size=1))
def test_paired_ratios_do_not_see_a_machine_that_drifts_between_rounds(rounds: list[tuple[float, float]]) -> None:
    slow = [3.0 * value * drift for value, drift in rounds]
    fast = [value * drift for value, drift in rounds]
    assert paired_ratios(slow, fast) == pytest.approx([3.0] * len(rounds))


def test_a_round_with_a_side_missing_has_no_ratio() -> None:
    assert paired_ratios([6.0, None, 8.0, 1.0], [2.0, 1.0, None, 0.0]) == [3.0]


def test_ratios_of_unequal_numbers_of_rounds_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        paired_ratios([1.0, 2.0], [1.0])

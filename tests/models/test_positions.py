"""Positions behave like the tuple of the same numbers."""

from __future__ import annotations

import itertools
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async import Positions

places = st.sets(st.integers(0, 60), max_size=40).map(sorted)


@given(places, st.integers(-70, 70), st.slices(45))
def test_positions_are_the_list_that_they_hold(plain: list[int], index: int, part: slice) -> None:
    positions = Positions.of(plain)
    assert list(positions) == plain
    assert len(positions) == len(plain)
    assert bool(positions) == bool(plain)
    assert positions == Positions(positions.ranges)
    assert hash(positions) == hash(Positions(range(place, place + 1) for place in plain)) or len(plain) > 1
    assert pickle.loads(pickle.dumps(positions)) == positions
    assert list(reversed(positions)) == plain[::-1]
    assert [place in positions for place in range(61)] == [place in plain for place in range(61)]
    if -len(plain) <= index < len(plain):
        assert positions[index] == plain[index]
    else:
        with pytest.raises(IndexError):
            positions[index]
    if part.step is None or part.step > 0:
        assert list(positions[part]) == plain[part]
    if index in plain:
        assert positions.index(index) == plain.index(index)
    assert positions.count(index) == plain.count(index)


@given(places)
def test_neighbours_are_held_as_one_run(plain: list[int]) -> None:
    runs = Positions.of(plain).ranges
    assert all(first.stop < second.start for first, second in itertools.pairwise(runs))


@given(places, places)
def test_equal_positions_have_equal_hashes(one: list[int], other: list[int]) -> None:
    first, second = Positions.of(one), Positions(range(place, place + 1) for place in other)
    assert (first == second) == (one == other)
    if first == second:
        assert hash(first) == hash(second)


def test_the_repr_is_short() -> None:
    assert repr(Positions([range(1000), range(1001, 1002)])) == "Positions(0-999, 1001)"
    assert repr(Positions()) == "Positions()"

"""The demo's made-up list."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.cli.sample_list import SampleList


@given(st.integers(0, 2000), st.integers())
def test_every_number_is_valid_and_stands_once(records: int, seed: int) -> None:
    calls = list(SampleList(records, seed))
    assert len(calls) == len(SampleList(records, seed)) == records
    assert len({call.phone for call in calls}) == len({call.id for call in calls}) == records
    assert all(re.fullmatch(r"8922\d{7}", call.phone) for call in calls)


def test_seed_decides_the_list() -> None:
    assert list(SampleList(50, 1)) == list(SampleList(50, 1))
    assert list(SampleList(50, 1)) != list(SampleList(50, 2))

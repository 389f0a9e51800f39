"""Cells that are refused without a scan are those that a scan refuses."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.phones import PhoneKind, PhoneRules, read_phone
from autodialer_async.call_list.phones.plain import surely_no_phone
from autodialer_async.call_list.rejected import RejectReason

# Machines are slow now and then, and the phone library loads once.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_CELLS = st.one_of(
    st.text("0123456789", min_size=1, max_size=24),
    st.builds(
        "{}{}".format, st.sampled_from(["810", "00", "8922", "7", "0", "343"]), st.text("0123456789", max_size=14)
    ),
    st.text("01289OoОо", min_size=1, max_size=16),
)
_RULES = st.builds(PhoneRules, st.sampled_from([None, "343", "8342", "34365"]), st.sets(st.sampled_from(PhoneKind)))


@_UNTIMED
@given(_CELLS, _RULES)
def test_cell_that_is_surely_no_phone_is_refused_as_invalid_by_a_scan_under_any_rules(
    cell: str, rules: PhoneRules
) -> None:
    if surely_no_phone(cell):
        reading = read_phone(cell, rules)
        assert (reading.phones, reading.reason) == ((), RejectReason.INVALID)


@pytest.mark.parametrize("cell", ["89222220", "892222200", "892222200000", "8922222000O", "8О22222OO00"])
def test_digits_that_no_plan_knows_are_surely_no_phone(cell: str) -> None:
    assert surely_no_phone(cell)


@pytest.mark.parametrize("cell", ["", "112", "2220000", "9222220000", "810375291234567", "00375291234567", "O", "оо"])
def test_digits_that_rules_may_allow_are_left_to_a_scan(cell: str) -> None:
    assert not surely_no_phone(cell)

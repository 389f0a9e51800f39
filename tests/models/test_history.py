"""A row of history as users hold it."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from pprint import pformat

import pytest
from rich.pretty import pretty_repr

from autodialer_async import CallDetail, Disposition, ResultCode

PHONE = "89222220000"


@pytest.fixture
def detail() -> CallDetail:
    code = ResultCode("BUSY 17", "BUSY", 17, Disposition.BUSY)
    return CallDetail(40133707428585176, PHONE, datetime(2026, 11, 2, tzinfo=UTC), code, 3, {"DST": PHONE})


def test_a_row_survives_pickle_and_copies(detail: CallDetail) -> None:
    for twin in (copy.copy(detail), copy.deepcopy(detail), pickle.loads(pickle.dumps(detail))):
        assert type(twin) is CallDetail
        assert twin == detail
        assert hash(twin) == hash(detail)
        assert twin._replace(seconds=4) != detail


def test_a_row_has_its_fields_and_none_can_be_changed(detail: CallDetail) -> None:
    names = ("query_id", "dst", "time", "code", "seconds", "raw", "problem")
    assert detail._fields == names
    assert detail.problem is None
    for name in names:
        with pytest.raises(AttributeError):
            setattr(detail, name, None)
    match detail:
        case CallDetail(code=ResultCode(disposition=Disposition.BUSY), seconds=3):
            pass
        case _:
            pytest.fail("no match")


def test_no_way_of_showing_a_row_shows_its_number(detail: CallDetail) -> None:
    for shown in (repr(detail), str(detail), f"{detail}", f"{[detail]}", pformat([detail] * 9), pretty_repr([detail])):
        assert "89*******00" in shown
        assert PHONE not in shown

"""Every error of the tree goes through pickle, and so through process pools and queues, with its fields."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import autodialer_async.errors as tree
from autodialer_async import (
    ApiError,
    AutodialerError,
    BatchOutcome,
    BatchState,
    CallRejected,
    DeliveryUnknown,
    InvalidCall,
    NotSent,
    RateLimited,
    TransportError,
    UnreadableAnswer,
    UploadIncomplete,
    UploadResult,
)
from autodialer_async.models import Positions

FIELDS: dict[str, Any] = {"status": 503, "seconds": 1.25, "tries": 3, "excerpt": "busy"}
OUTCOME = BatchOutcome(
    index=0, positions=Positions([range(3)]), size=3, state=BatchState.UNKNOWN, error=DeliveryUnknown("gone", **FIELDS)
)
EXAMPLES: list[AutodialerError] = [
    AutodialerError("any"),
    tree.ConfigurationError("wrong"),
    InvalidCall("too short", field="phone", position=7, id="12"),
    tree.CallListError("no such sheet"),
    tree.JournalError("in use"),
    TransportError("late", **FIELDS),
    NotSent("refused", **FIELDS),
    DeliveryUnknown("late", **FIELDS),
    ApiError("no", **FIELDS),
    tree.AuthenticationFailed("no", **FIELDS),
    RateLimited("slower", **FIELDS, retry_after=7.5),
    CallRejected("no", **FIELDS),
    UnreadableAnswer("html", **FIELDS),
    tree.InboxError("newer"),
    tree.WebhookRejected("too long", reason="too_large", status=413),
    UploadIncomplete(UploadResult(read=3, unknown=3, batches=(OUTCOME,))),
]


def fields_of(error: BaseException) -> dict[str, Any]:
    return dict(vars(error))


def test_every_error_has_an_example() -> None:
    named = {getattr(tree, name) for name in tree.__all__}
    assert named == {type(error) for error in EXAMPLES}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_error_comes_back_whole(error: AutodialerError, protocol: int) -> None:
    back = pickle.loads(pickle.dumps(error, protocol))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert repr(back) == repr(error)
    assert back.args == error.args
    assert fields_of(back) == fields_of(error)
    assert back.may_have_dialled == error.may_have_dialled


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_error_can_be_copied(error: AutodialerError) -> None:
    assert str(copy.copy(error)) == str(error)
    assert str(copy.deepcopy(error)) == str(error)


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_error_keeps_its_notes_through_pickle(error: AutodialerError) -> None:
    noted = copy.copy(error)
    noted.add_note("in row 5")
    assert pickle.loads(pickle.dumps(noted)).__notes__ == ["in row 5"]


def test_result_in_an_error_keeps_its_counts_and_drops_its_calls() -> None:
    back = pickle.loads(pickle.dumps(EXAMPLES[-1]))
    assert back.result.unknown == 3
    assert back.result.batches[0].error.excerpt == "busy"
    with pytest.raises(AutodialerError):
        back.result.unknown_calls()

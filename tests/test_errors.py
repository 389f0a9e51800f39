"""The tree of errors: its shape, what its members say, and that each survives pickle."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

import autodialer_async
from autodialer_async import UploadResult, errors
from autodialer_async.errors import (
    ApiError,
    AuthenticationFailed,
    AutodialerError,
    CallListError,
    CallRejected,
    ConfigurationError,
    DeliveryUnknown,
    InboxError,
    InvalidCall,
    JournalError,
    NotSent,
    RateLimited,
    TransportError,
    UnreadableAnswer,
    UploadIncomplete,
    WebhookRejected,
)

TREE: dict[type[BaseException], set[type[BaseException]]] = {
    ConfigurationError: {AutodialerError, ValueError},
    InvalidCall: {AutodialerError, ValueError},
    CallListError: {AutodialerError, ValueError},
    JournalError: {AutodialerError},
    TransportError: {AutodialerError},
    NotSent: {TransportError},
    DeliveryUnknown: {TransportError},
    ApiError: {AutodialerError},
    AuthenticationFailed: {ApiError},
    RateLimited: {ApiError},
    CallRejected: {ApiError},
    UnreadableAnswer: {AutodialerError},
    UploadIncomplete: {AutodialerError},
    InboxError: {AutodialerError},
    WebhookRejected: {AutodialerError},
}

EXAMPLES: list[AutodialerError] = [
    AutodialerError("plain"),
    ConfigurationError("api_key is missing"),
    InvalidCall("no phone", field="phone", position=3, id="7"),
    CallListError("row 3"),
    JournalError("in use"),
    *(
        kind("why", status=503, seconds=1.5, tries=3, excerpt="<html>")
        for kind in (
            TransportError,
            NotSent,
            DeliveryUnknown,
            ApiError,
            AuthenticationFailed,
            CallRejected,
            UnreadableAnswer,
        )
    ),
    RateLimited("why", status=429, seconds=1.5, tries=3, excerpt="{}", retry_after=7.5),
    UploadIncomplete(UploadResult(read=2, accepted=1, unknown=1)),
    InboxError("the disk is full"),
    WebhookRejected("too large", reason="too_large", status=413),
]


@pytest.mark.parametrize("kind", TREE, ids=lambda kind: kind.__name__)
def test_an_error_is_what_the_tree_says(kind: type[BaseException]) -> None:
    for parent in TREE[kind]:
        assert issubclass(kind, parent)
    others = {AutodialerError, ValueError, TransportError, ApiError} - TREE[kind] - {kind}
    above = {ancestor for parent in TREE[kind] for ancestor in parent.__mro__}
    assert not any(issubclass(kind, other) for other in others - above)


def test_every_error_of_the_module_is_in_its_drawing_and_exported() -> None:
    assert errors.__doc__ is not None
    for name in errors.__all__:
        assert name in errors.__doc__
        assert name in autodialer_async.__all__
    kinds = {
        name for name, held in vars(errors).items()
        if inspect.isclass(held) and issubclass(held, AutodialerError) and not name.startswith("_")
    }  # fmt: skip
    assert kinds == set(errors.__all__)
    assert {kind.__name__ for kind in TREE} | {"AutodialerError"} <= kinds


def fields(error: BaseException) -> dict[str, Any]:
    return dict(vars(error))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_from_pickle_and_copies_with_its_fields(error: AutodialerError) -> None:
    error.add_note("a note")
    copies = [pickle.loads(pickle.dumps(error, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    for again in (*copies, copy.copy(error), copy.deepcopy(error)):
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert fields(again) == fields(error)
        assert again.may_have_dialled == error.may_have_dialled


def test_who_may_have_been_dialled() -> None:
    dialled = {type(error) for error in EXAMPLES if error.may_have_dialled}
    assert dialled == {DeliveryUnknown, UploadIncomplete}
    assert not UploadIncomplete(UploadResult(read=1, unsent=1)).may_have_dialled
    assert not UploadIncomplete(UploadResult(read=1, rejected=1)).may_have_dialled


OF_REQUESTS = [error for error in EXAMPLES if isinstance(error, TransportError | ApiError | UnreadableAnswer)]


@pytest.mark.parametrize("error", OF_REQUESTS, ids=lambda error: type(error).__name__)
def test_an_error_of_a_request_says_status_time_tries_and_whether_anyone_was_dialled(
    error: TransportError | ApiError | UnreadableAnswer,
) -> None:
    for part in ("why", str(error.status), "1.5 s", "3 tries", "dialled"):
        assert part in str(error)
    assert ("may have been dialled" in str(error)) is isinstance(error, DeliveryUnknown)


def test_an_invalid_call_says_where() -> None:
    error = InvalidCall("no phone", field="phone")
    located = error.located(3, "7")
    assert str(located) == "record 3, id '7', phone: no phone"
    assert (located.position, located.id, located.field, located.reason) == (3, "7", "phone", "no phone")
    assert str(InvalidCall("why")) == "why"

"""What is promised by name: the list, the signatures of api.md, and a docstring for each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import autodialer_async
from autodialer_async import AsyncAutodialer, BatchState, Call, CallWindow, RetryPolicy, Upload, UploadResult

NAMES = [
    "ApiError", "AsyncAutodialer", "AttemptEvent", "AuthenticationFailed", "AutodialerError", "BatchOutcome",
    "BatchReport", "BatchState", "Call", "CallDetail", "CallListError", "CallReceipt", "CallRejected", "CallWindow",
    "ConfigurationError", "DeliveryUnknown", "Dialect", "Disposition", "InboxError", "InvalidCall", "JournalError",
    "NotSent", "OutcomeEvent", "Phase", "Positions", "Progress", "RateLimit", "RateLimited", "Reconciliation",
    "ResultCode",
    "RetryPolicy",
    "TransportError",
    "UnreadableAnswer", "Upload", "UploadIncomplete", "UploadResult", "WebhookRejected",
]  # fmt: skip


def test_the_exported_names_are_these() -> None:
    assert autodialer_async.__all__ == NAMES
    assert all(hasattr(autodialer_async, name) for name in NAMES)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", autodialer_async.__version__)


def public_members(kind: type) -> Iterator[tuple[str, Any]]:
    """Methods and properties that a class of ours defines or inherits from us, without attributes and enum members."""
    for name, _ in inspect.getmembers(kind):
        if name.startswith("_"):
            continue
        held = inspect.getattr_static(kind, name)
        owner = next((base for base in kind.__mro__ if name in vars(base)), kind)
        if owner.__module__.startswith("autodialer_async") and (
            isinstance(held, property | staticmethod | classmethod) or inspect.isfunction(held)
        ):
            yield f"{kind.__name__}.{name}", held


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_name_and_all_that_can_be_called_on_it_is_documented(name: str) -> None:
    kind = getattr(autodialer_async, name)
    assert vars(kind).get("__doc__"), f"{name} has no docstring of its own"
    for member, held in public_members(kind):
        function = held.fget if isinstance(held, property) else getattr(held, "__func__", held)
        # A member that overrides one of its parent's takes over its docstring.
        assert inspect.getdoc(getattr(kind, member.partition(".")[2])) or function.__doc__, f"{member} has no docstring"


@pytest.mark.parametrize("name", NAMES)
def test_a_docstring_names_every_attribute_and_argument(name: str) -> None:
    kind = getattr(autodialer_async, name)
    fields = [field.name for field in getattr(kind, "__attrs_attrs__", ()) if not field.name.startswith("_")]
    for field in fields:
        assert re.search(rf"\b{field}\b", kind.__doc__), f"{name}.{field} is not described"


def test_every_argument_of_the_client_s_methods_is_described() -> None:
    assert AsyncAutodialer.make.__doc__ is not None
    described = {"upload": AsyncAutodialer.make.__doc__, "history": AsyncAutodialer.cdr.__doc__ or ""}
    for name, method in inspect.getmembers(AsyncAutodialer, inspect.isfunction):
        if name.startswith("_") and name != "__init__":
            continue
        text = (
            (AsyncAutodialer.__doc__ or "") if name == "__init__" else (method.__doc__ or "") + described.get(name, "")
        )
        for argument in inspect.signature(method).parameters:
            assert argument == "self" or re.search(rf"\b{argument}\b", text), f"{name}: {argument} is not described"


def parameters(function: Any) -> dict[str, Any]:
    return {
        name: parameter.default for name, parameter in inspect.signature(function).parameters.items() if name != "self"
    }


def test_the_constructor_s_arguments_and_defaults_are_those_promised() -> None:
    given = parameters(AsyncAutodialer.__init__)
    assert next(iter(given)) == "base_url"
    timeout = given.pop("timeout")
    assert (timeout.connect, timeout.read, timeout.write) == (10, 60, 60)
    window = given.pop("default_window")
    assert str(window) == "10:00:00-19:00:00"
    assert given.pop("retry") == RetryPolicy(attempts=4, base=0.5, cap=30.0, max_elapsed=120.0, max_retry_after=300.0)
    expected = {
        "base_url": None, "api_key": None, "access_token": None, "concurrency": 8, "batch_size": 1000,
        "max_batch_bytes": 1_000_000, "server_tz": None, "transport": None, "proxy": None, "verify": True,
    }  # fmt: skip
    assert {name: given.get(name, "absent") for name in expected} == expected


def test_make_s_arguments_and_defaults_are_those_promised() -> None:
    expected = {
        "window": None, "generation_type": None, "max_count": None, "on_progress": None, "on_failure": "raise",
        "deadline": None, "source_in_thread": None, "strict": False,
    }  # fmt: skip
    make = parameters(AsyncAutodialer.make)
    assert {name: make.get(name, "absent") for name in expected} == expected
    upload = parameters(AsyncAutodialer.upload)
    assert set(make) - set(upload) == {"on_failure", "strict"}
    assert all(make[name] == upload[name] for name in upload if name != "calls")


def test_records_are_made_as_promised() -> None:
    assert list(parameters(Call.__init__)) == [
        "id", "phone", "name", "uuid", "var1", "var2", "var3", "window", "max_count", "generation_type", "extra",
    ]  # fmt: skip
    assert list(parameters(CallWindow.__init__)) == ["start", "stop"]
    assert [str(state) for state in BatchState] == ["accepted", "rejected", "unsent", "unknown"]


def test_a_result_offers_what_is_promised() -> None:
    promised = {
        "read", "accepted", "rejected", "unsent", "unknown", "skipped", "invalid", "source_exhausted", "complete",
        "lines", "ok", "inserted", "not_inserted", "errorcodes", "ids", "batches", "failures", "failures_truncated",
        "invalid_calls", "unsent_calls", "unknown_calls", "seconds", "peak_in_flight", "waited_for_source",
        "waited_for_slot", "retries", "paused", "to_dict", "from_dict",
    }  # fmt: skip
    assert promised <= set(dir(UploadResult()))
    assert {"result", "stop"} <= set(dir(Upload))

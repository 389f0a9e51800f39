"""Docstrings of public names say what each argument and field is; what users call first has an example."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from tests.docs.examples.docstrings import modules

ROOMS = [
    "autodialer_async",
    *(
        f"autodialer_async.{name}"
        for name in (
            "call_list", "cli", "emulator", "errors", "fast", "history.campaign", "history.export",
            "history.json_lines", "history.report", "history.tables", "journal", "mocked", "models", "webhooks",
            "webhooks.fastapi",
        )
    ),
]  # fmt: skip
FIRST = [
    ("autodialer_async", name)
    for name in (
        "AsyncAutodialer", "AsyncAutodialer.make", "AsyncAutodialer.upload", "AsyncAutodialer.newcall",
        "AsyncAutodialer.cdr", "AsyncAutodialer.history", "AsyncAutodialer.export_history", "AsyncAutodialer.reconcile",
        "AsyncAutodialer.campaign", "AsyncAutodialer.ping", "AsyncAutodialer.aclose", "Call", "CallWindow", "Dialect",
        "InvalidCall", "RateLimit", "RetryPolicy", "Upload", "UploadIncomplete", "UploadResult",
    )
] + [
    ("autodialer_async.call_list", "read_calls"),
    ("autodialer_async.call_list", "CallList"),
    ("autodialer_async.call_list", "csv_for_excel"),
    ("autodialer_async.emulator", "Emulator"),
    ("autodialer_async.emulator", "Fault"),
    ("autodialer_async.emulator", "Fidelity"),
    ("autodialer_async.emulator", "Rule"),
    ("autodialer_async.emulator", "Scenario"),
    ("autodialer_async.emulator", "Simulation"),
    ("autodialer_async.emulator", "Webhook"),
    ("autodialer_async.fast", "FastTransport"),
    ("autodialer_async.history.campaign", "CallAgain"),
    ("autodialer_async.history.campaign", "Campaign"),
    ("autodialer_async.history.json_lines", "read_json_lines"),
    ("autodialer_async.history.report", "CampaignReport"),
    ("autodialer_async.history.report", "answers_of"),
    ("autodialer_async.history.report", "page_of"),
    ("autodialer_async.history.report", "place_finder"),
    ("autodialer_async.history.tables", "write_table"),
    ("autodialer_async.journal", "MemoryJournal"),
    ("autodialer_async.journal", "SqliteJournal"),
    ("autodialer_async.journal", "open_journal"),
    ("autodialer_async.mocked", "MockedService"),
    ("autodialer_async.webhooks", "Backoff.delay"),
    ("autodialer_async.webhooks", "Inbox"),
    ("autodialer_async.webhooks", "WebhookReceiver"),
    ("autodialer_async.webhooks", "make_lead"),
    ("autodialer_async.webhooks", "parse_event"),
    ("autodialer_async.webhooks.fastapi", "router"),
]  # fmt: skip


def public_functions(room: str) -> Iterator[tuple[str, Any, str]]:
    """Functions of a module and methods of its classes, each with all that its docstrings say."""
    module = import_module(room)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value):
            yield name, value, inspect.getdoc(value) or ""
        elif inspect.isclass(value) and value.__module__.startswith("autodialer_async"):
            for method, held in vars(value).items():
                function = getattr(held, "__func__", held)
                if not method.startswith("_") and inspect.isfunction(function):
                    yield f"{name}.{method}", function, said_of(value, method)


def said_of(kind: type, method: str) -> str:
    """What is said of a method where it stands, by its parents, and by the method that it is like."""
    said = " ".join(vars(base)[method].__doc__ or "" for base in kind.__mro__ if method in vars(base))
    like = re.findall(r"\b(?:as|as in) `(\w+)`", said)
    return said + " ".join(getattr(getattr(kind, name, None), "__doc__", None) or "" for name in like)


@pytest.mark.parametrize("room", ROOMS)
def test_every_argument_of_a_public_function_is_described(room: str) -> None:
    lacking = [
        f"{name}: {argument}"
        for name, function, said in public_functions(room)
        for argument in inspect.signature(inspect.unwrap(function)).parameters
        if argument not in ("self", "cls") and not re.search(rf"\b{argument}\b", said)
    ]
    assert lacking == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_field_of_a_public_record_is_described(room: str) -> None:
    module = import_module(room)
    lacking = []
    for name in module.__all__:
        kind = getattr(module, name)
        if inspect.isclass(kind) and kind.__module__.startswith("autodialer_async"):
            said = " ".join(
                base.__doc__ or "" for base in kind.__mro__ if base.__module__.startswith("autodialer_async")
            )
            fields = [field.name for field in getattr(kind, "__attrs_attrs__", ()) if not field.name.startswith("_")]
            lacking += [f"{name}.{field}" for field in fields if not re.search(rf"\b{field}\b", said)]
    assert lacking == []


@pytest.mark.parametrize(("room", "name"), FIRST, ids=lambda value: value)
def test_what_users_call_first_has_an_example(room: str, name: str) -> None:
    value = import_module(room)
    for part in name.split("."):
        value = getattr(value, part)
    assert ">>>" in (value.__doc__ or "")


def test_no_example_is_of_a_kind_that_is_not_run() -> None:
    sections = [
        (module.__name__, section)
        for module in modules()
        for section in re.findall(r"^ *Examples?:\n((?:(?: +.*)?\n)*)", inspect.getsource(module), re.MULTILINE)
    ]
    assert len(sections) > 70
    assert [name for name, section in sections if ">>>" not in section] == []

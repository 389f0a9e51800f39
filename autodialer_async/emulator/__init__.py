"""A dialer on this machine, to try things out and to test against: nobody is phoned.

It answers `make`, `newcall` and `cdr` as the service's page says, remembers who was accepted and dialled how often,
and misbehaves on demand. It is a second reading of the page and shares no code with the client.

    async with Emulator.serve() as emulator:
        async with AsyncAutodialer(emulator.base_url, api_key=emulator.api_key,
                                   access_token=emulator.access_token) as dialer:
            await dialer.make(calls)
        assert emulator.dialled("+7 922 222-00-00") == 1
"""

from __future__ import annotations

from importlib.util import find_spec as _find_spec

try:
    import python_multipart as _python_multipart  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence
    import starlette as _starlette  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence
    import uvicorn as _uvicorn  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence

    # Only who looks at the page has it imported.
    if _find_spec("jinja2") is None:
        raise ModuleNotFoundError(name="jinja2")  # noqa: TRY301 - told below, like the others
except ModuleNotFoundError as _missing:
    raise ImportError(
        f'the emulator needs {_missing.name}, which is not installed: pip install "autodialer-async[emulator]"'
    ) from None

from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.app import Emulator
from autodialer_async.emulator.bodies import Arrived
from autodialer_async.emulator.deliveries import Delivery, DeliveryTry
from autodialer_async.emulator.described import fidelity_from, simulation_from, webhook_from
from autodialer_async.emulator.dialer import Task
from autodialer_async.emulator.exchange import ClientLeftError, Exchange
from autodialer_async.emulator.fault_kinds import FaultKind
from autodialer_async.emulator.faults import (
    AcceptThenAnswerLate,
    AcceptThenDrop,
    CannedAnswer,
    DropBefore,
    EmptyAnswer,
    ErrorAfterAccepting,
    Fault,
    FewerLines,
    HtmlPage,
    NothingInserted,
    Redirect,
    Refuse,
    ResetMidBody,
    SlowDrip,
    StallMidBody,
    TooManyRequests,
    TruncatedAnswer,
    Unavailable,
)
from autodialer_async.emulator.feed import Event, Events
from autodialer_async.emulator.fidelity import Fidelity, Refusal
from autodialer_async.emulator.records import Record
from autodialer_async.emulator.rules import ArmedFault, Rule
from autodialer_async.emulator.scenario import FATES, Ending, Scenario, Simulation
from autodialer_async.emulator.settings import EmulatorSettings
from autodialer_async.emulator.traffic import Counts, SeenRequest
from autodialer_async.emulator.views import Page, PlacedCall, RecordState, Repeat, State, TaskState
from autodialer_async.emulator.webhook import Payload, Webhook

__all__ = [
    "FATES",
    "AcceptThenAnswerLate",
    "AcceptThenDrop",
    "Answer",
    "ArmedFault",
    "Arrived",
    "CannedAnswer",
    "ClientLeftError",
    "Counts",
    "Delivery",
    "DeliveryTry",
    "DropBefore",
    "EmptyAnswer",
    "Emulator",
    "EmulatorSettings",
    "Ending",
    "ErrorAfterAccepting",
    "Event",
    "Events",
    "Exchange",
    "Fault",
    "FaultKind",
    "FewerLines",
    "Fidelity",
    "HtmlPage",
    "NothingInserted",
    "Page",
    "Payload",
    "PlacedCall",
    "Record",
    "RecordState",
    "Redirect",
    "Refusal",
    "Refuse",
    "Repeat",
    "ResetMidBody",
    "Rule",
    "Scenario",
    "SeenRequest",
    "Simulation",
    "SlowDrip",
    "StallMidBody",
    "State",
    "Task",
    "TaskState",
    "TooManyRequests",
    "TruncatedAnswer",
    "Unavailable",
    "Webhook",
    "fidelity_from",
    "simulation_from",
    "webhook_from",
]

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

try:
    import python_multipart as _python_multipart  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence
    import starlette as _starlette  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence
    import uvicorn as _uvicorn  # noqa: F401  # pyright: ignore[reportUnusedImport]  # asked for its presence
except ModuleNotFoundError as _missing:
    raise ImportError(
        f'the emulator needs {_missing.name}, which is not installed: pip install "autodialer-async[emulator]"'
    ) from None

from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.app import Emulator, EmulatorSettings
from autodialer_async.emulator.bodies import Arrived
from autodialer_async.emulator.dialer import Task
from autodialer_async.emulator.exchange import Exchange
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
from autodialer_async.emulator.records import Record
from autodialer_async.emulator.rules import Rule
from autodialer_async.emulator.traffic import Counts, SeenRequest

__all__ = [
    "AcceptThenAnswerLate",
    "AcceptThenDrop",
    "Answer",
    "Arrived",
    "CannedAnswer",
    "Counts",
    "DropBefore",
    "EmptyAnswer",
    "Emulator",
    "EmulatorSettings",
    "ErrorAfterAccepting",
    "Exchange",
    "Fault",
    "FewerLines",
    "HtmlPage",
    "NothingInserted",
    "Record",
    "Redirect",
    "Refuse",
    "ResetMidBody",
    "Rule",
    "SeenRequest",
    "SlowDrip",
    "StallMidBody",
    "Task",
    "TooManyRequests",
    "TruncatedAnswer",
    "Unavailable",
]

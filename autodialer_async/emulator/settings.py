"""What an emulator can be told at its start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypedDict

from autodialer_async.emulator.faults import Fault
from autodialer_async.emulator.fidelity import Fidelity
from autodialer_async.emulator.rules import Rule
from autodialer_async.emulator.scenario import Simulation
from autodialer_async.emulator.webhook import Webhook

__all__ = ["EmulatorSettings"]


class EmulatorSettings(TypedDict, total=False):
    """The keyword arguments of `Emulator`, as `Emulator.serve` takes them too."""

    api_key: str
    access_token: str
    seed: int | None
    latency: float
    faults: Iterable[Fault | Rule]
    now: Callable[[], datetime]
    max_body: int
    start: datetime | None
    speed: float
    simulation: Simulation | None
    webhook: Webhook | None
    fidelity: Fidelity
    state: str | os.PathLike[str] | None
    remote_control: bool

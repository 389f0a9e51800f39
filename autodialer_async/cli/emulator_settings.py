"""Settings of the emulator as they stand on the command line."""

from __future__ import annotations

import json
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from autodialer_async.cli.embedded import import_emulator
from autodialer_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from autodialer_async.emulator import Fidelity, Simulation, Webhook

__all__ = ["fidelity_of", "simulation_of", "speed_of", "start_of", "webhook_of"]


def speed_of(text: str) -> float:
    """A speed in figures.

    Raises:
        ConfigurationError: It is no number, or a negative one.
    """
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not isfinite(speed) or speed < 0:
        raise ConfigurationError("--speed: a number, 0 or more, or now")
    return speed


def start_of(text: str | None) -> datetime | None:
    """A moment; one that names no zone is in this machine's.

    Raises:
        ConfigurationError: It is none.
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo is not None else moment.astimezone()
    except (ValueError, OverflowError):
        raise ConfigurationError("--start: a moment such as 2026-11-02T09:00 or 2026-11-02T09:00+03:00") from None


def simulation_of(path: Path) -> Simulation:
    """A simulation from a file.

    Raises:
        ConfigurationError: The file cannot be read, or something in it is wrong.
    """
    emulator = import_emulator()
    described = _json_in(path, "--scenario")
    try:
        simulation: Simulation = emulator.simulation_from(described)
    except ValueError as error:
        raise ConfigurationError(f"--scenario {path}: {error}") from None
    return simulation


def webhook_of(url: str | None, path: Path | None) -> Webhook:
    """A webhook with the settings of a file, where there is one; the address of the command line goes first.

    Raises:
        ConfigurationError: The file cannot be read, or something is wrong.
    """
    emulator = import_emulator()
    settings = {} if path is None else _json_in(path, "--webhook-settings")
    if url is not None and isinstance(settings, dict):
        settings = {**cast("dict[str, Any]", settings), "url": url}
    try:
        webhook: Webhook = emulator.webhook_from(settings)
    except ValueError as error:
        raise ConfigurationError(f"--webhook: {error}") from None
    return webhook


def fidelity_of(switches: Iterable[str]) -> Fidelity:
    """Readings of the page; a value that is JSON is taken as such, any other one as a text.

    Raises:
        ConfigurationError: A switch is not of the form NAME=VALUE, unknown, or wrong.
    """
    emulator = import_emulator()
    settings: dict[str, Any] = {}
    for switch in switches:
        name, sign, value = switch.partition("=")
        if not sign:
            raise ConfigurationError(f"--switch {switch}: expected NAME=VALUE")
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
        if name == "empty_history":
            settings[name] = value
    try:
        fidelity: Fidelity = emulator.fidelity_from(settings)
    except ValueError as error:
        raise ConfigurationError(f"--switch: {error}") from None
    return fidelity


def _json_in(path: Path, option: str) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{option} {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise ConfigurationError(f"{option} {path}: not JSON in UTF-8: {error}") from None

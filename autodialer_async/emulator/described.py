"""Settings out of JSON values, and the simulation back into one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

import attrs

from autodialer_async.emulator.fidelity import Fidelity
from autodialer_async.emulator.scenario import Ending, Scenario, Simulation
from autodialer_async.emulator.webhook import Webhook

__all__ = ["described", "fidelity_from", "simulation_from", "webhook_from"]

T = TypeVar("T")


def described(simulation: Simulation) -> dict[str, Any]:
    """A simulation as a JSON value; `simulation_from` reads it back."""
    return attrs.asdict(simulation)


def simulation_from(value: object, where: str = "scenario") -> Simulation:
    """A simulation from a JSON value: an object with the attributes of `Simulation`, all of them optional.

    Args:
        value: What JSON was read into.
        where: What it is called in an error.

    Raises:
        ValueError: Something in it is unknown or wrong; names the place.

    Example:
        >>> simulation_from({"lines": 3, "default": {"endings": [{"code": "BUSY 17"}]}}).lines
        3
    """
    fields = dict(_object(value, where))
    if "default" in fields:
        fields["default"] = _scenario(fields["default"], f"{where}.default")
    if "scenarios" in fields:
        given = _object(fields["scenarios"], f"{where}.scenarios")
        fields["scenarios"] = {name: _scenario(held, f"{where}.scenarios.{name}") for name, held in given.items()}
    if "fates" in fields:
        given = _object(fields["fates"], f"{where}.fates")
        fields["fates"] = {digits: _endings(held, f"{where}.fates.{digits}") for digits, held in given.items()}
    return _built(Simulation, fields, where)


def fidelity_from(value: object, where: str = "fidelity") -> Fidelity:
    """A `Fidelity` from a JSON object with its attributes.

    Args:
        value: What JSON was read into.
        where: What it is called in an error.

    Raises:
        ValueError: Something in it is unknown or wrong; names it.

    Example:
        >>> fidelity_from({"times": "MSK"}).times
        'MSK'
    """
    return _built(Fidelity, _object(value, where), where)


def webhook_from(value: object, where: str = "webhook") -> Webhook:
    """A `Webhook` from a JSON object with its attributes.

    Args:
        value: What JSON was read into.
        where: What it is called in an error.

    Raises:
        ValueError: Something in it is unknown or wrong; names it.

    Example:
        >>> webhook_from({"url": "http://127.0.0.1:8000/calls", "encoding": "json"}).encoding
        'json'
    """
    return _built(Webhook, _object(value, where), where)


def _scenario(value: object, where: str) -> Scenario:
    fields = dict(_object(value, where))
    if "endings" in fields:
        fields["endings"] = _endings(fields["endings"], f"{where}.endings")
    if "ring" in fields:
        fields["ring"] = _span(fields["ring"], f"{where}.ring")
    return _built(Scenario, fields, where)


def _endings(value: object, where: str) -> tuple[Ending, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where}: expected a list")  # noqa: TRY004 - a value of the file
    endings: list[Ending] = []
    for number, entry in enumerate(cast("list[object]", value)):
        place = f"{where}[{number}]"
        fields = dict(_object(entry, place))
        if "seconds" in fields:
            fields["seconds"] = _span(fields["seconds"], f"{place}.seconds")
        endings.append(_built(Ending, fields, place))
    return tuple(endings)


def _span(value: object, where: str) -> tuple[int, int]:
    numbers = cast("list[object]", value) if isinstance(value, list | tuple) else []
    if len(numbers) != 2 or not all(isinstance(number, int) for number in numbers):  # noqa: PLR2004 - from and to
        raise ValueError(f"{where}: expected two whole numbers of seconds")
    return cast("tuple[int, int]", tuple(numbers))


def _object(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected a JSON object")  # noqa: TRY004 - a value of the file
    return cast("dict[str, Any]", value)


def _built(make: Callable[..., T], fields: Mapping[str, Any], where: str) -> T:
    known = {field.name for field in attrs.fields(cast("Any", make))}
    if unknown := fields.keys() - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    try:
        return make(**fields)
    except (ValueError, TypeError, AttributeError) as error:
        # A validator's text comes with the attribute and the value; the first argument is what it says.
        raise ValueError(f"{where}: {error.args[0] if error.args else error}") from None

"""Faults as switches: which there are, which are on, and a rule from a form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autodialer_async.emulator.app import Emulator
    from autodialer_async.emulator.pages.languages import Tongue
    from autodialer_async.emulator.pages.place import Place

__all__ = ["Switch", "faults_region", "rule_of_form"]

_GROUPS: Final = {
    "refused": ("Refuse", "TooManyRequests", "Unavailable", "NothingInserted", "CannedAnswer"),
    "doubtful": (
        "AcceptThenDrop",
        "ErrorAfterAccepting",
        "HtmlPage",
        "EmptyAnswer",
        "TruncatedAnswer",
        "FewerLines",
    ),
    "broken": ("DropBefore", "ResetMidBody", "Redirect"),
    "slow": ("AcceptThenAnswerLate", "SlowDrip", "StallMidBody"),
}
# So long that a client with a short patience notices, and a person does not fall asleep.
_SECONDS: Final = 3.0


@attrs.frozen
class Parameter:
    """A setting of a fault, as a field of a form.

    Attributes:
        name: Its name.
        value: What stands in the field at first; a bool is a choice.
    """

    name: str
    value: str | bool


@attrs.frozen
class Switch:
    """One kind of fault.

    Attributes:
        name: Its name.
        text: What it does.
        parameters: Its settings.
        on: Whether a rule in force has it.
        struck: How often those rules struck.
    """

    name: str
    text: str
    parameters: tuple[Parameter, ...]
    on: bool
    struck: int


def faults_region(emulator: Emulator, tongue: Tongue, _place: Place) -> dict[str, Any]:
    """What the template of the faults is given: groups of switches."""
    armed = [fault for fault in emulator.faults if not fault.spent]
    kinds = {kind.name: kind for kind in emulator.fault_kinds()}
    groups: dict[str, list[Switch]] = {group: [] for group in (*_GROUPS, "other")}
    for name, kind in kinds.items():
        group = next((group for group, names in _GROUPS.items() if name in names), "other")
        mine = [fault for fault in armed if fault.name == name]
        text = tongue.texts.get(f"fault.{name}", kind.summary)
        parameters = tuple(_parameter(*entry) for entry in kind.parameters.items())
        groups[group].append(Switch(name, str(text), parameters, bool(mine), sum(fault.struck for fault in mine)))
    return {
        "groups": {group: switches for group, switches in groups.items() if switches},
        "active": sum(switch.on for switches in groups.values() for switch in switches),
        "operations": ("make", "newcall", "cdr"),
    }


def rule_of_form(form: Mapping[str, str], parameters: Mapping[str, object]) -> dict[str, Any]:
    """What `Emulator.new_rule` takes, from the fields of a form.

    Args:
        form: The fields as they came. Empty ones are left out; without `times` the rule strikes until it is removed.
        parameters: The fault's settings with their defaults.

    Raises:
        ValueError: A number cannot be read; the message names the field.
    """
    rule: dict[str, Any] = {"name": form["name"], "times": None}
    if form.get("operation"):
        rule["operation"] = form["operation"]
    if form.get("times"):
        rule["times"] = int(_number("times", form["times"]))
    if form.get("probability"):
        rule["probability"] = _number("probability", form["probability"]) / 100
    for name, default in parameters.items():
        text = form.get(name, "").strip()
        if text:
            rule[name] = _value(name, text, default)
        elif name in form and isinstance(default, int | float):
            # An emptied field: none, where the fault allows it.
            rule[name] = None
    return rule


def _parameter(name: str, default: object) -> Parameter:
    if isinstance(default, bool):
        return Parameter(name, default)
    if default is None and name == "seconds":
        return Parameter(name, f"{_SECONDS:g}")
    return Parameter(name, "" if default is None else str(default))


def _value(name: str, text: str, default: object) -> object:
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, str):
        return text
    number = _number(name, text)
    return int(number) if number.is_integer() else number


def _number(name: str, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{name}: not a number") from None

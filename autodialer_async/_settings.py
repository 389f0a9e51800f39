"""Arguments of the client: from the call or from the environment, and of the right kind."""

from __future__ import annotations

import os

from autodialer_async.errors import ConfigurationError

__all__ = ["check_kinds", "setting", "whole_number"]


def setting(argument: str, value: str | None, *, default: str | None = None) -> str:
    """The argument, else its environment variable, else the default.

    Raises:
        ConfigurationError: There is none, or it is no text; names argument and variable, and not the value.
    """
    variable = f"AUTODIALER_{argument.upper()}"
    text: object = value if value is not None else os.environ.get(variable)
    if not text and default is not None:
        return default
    if not text:
        raise ConfigurationError(f"{argument} is missing: give {argument}=… or set {variable}")
    if not isinstance(text, str):
        raise ConfigurationError(f"{argument} is text, not {type(text).__name__}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ConfigurationError(f"{argument} holds half a character: it was read in the wrong encoding") from None
    return text


def whole_number(name: str, value: object, *, least: int, most: int | None = None) -> int:
    """The value, where it is a whole number within the limits.

    Raises:
        ConfigurationError: It is not.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        limits = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigurationError(f"{name} is a whole number, {limits}, not {value!r}")
    return value


def check_kinds(**arguments: tuple[object, type]) -> None:
    """Raise where an argument is of another kind than it must be.

    Raises:
        ConfigurationError: Names the argument and both kinds.
    """
    for name, (value, kind) in arguments.items():
        if not isinstance(value, kind):
            raise ConfigurationError(f"{name} is a {kind.__name__}, not {type(value).__name__}")

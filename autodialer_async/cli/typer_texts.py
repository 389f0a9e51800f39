"""Forms of typer's own sentences, which it keeps in English; `{…}` stands for what varies.

Those of its versions from 0.26 on: older ones read values by themselves, newer ones by pydantic.
"""

from __future__ import annotations

__all__ = ["TYPER_TEXTS"]

TYPER_TEXTS: tuple[str, ...] = (
    "Arguments",
    "Options",
    "Commands",
    "Show this message and exit.",
    "required",
    "default: {default}",
    "Missing argument {argument}.",
    "Missing option {option}.",
    "Missing command.",
    "No such option: {option}",
    "No such option: {option} (Possible options: {options})",
    "No such command {command}.",
    "No such command {command}. Did you mean {other}?",
    "Got unexpected extra argument(s) ({arguments})",
    "Option {option} requires an argument.",
    "Option {option} requires {n} arguments.",
    "Option {option} does not take a value.",
    "Invalid value for {option}: {message}",
    "Invalid value: {message}",
    "Value error, {message}",
    "{value} does not match the formats {formats}.",
    "{value} does not match the format {formats}.",
    "{value} is not one of {choices}.",
    "{value} is not in the range {range}.",
    "{value} is not a valid integer range.",
    "{value} is not a valid float range.",
    "{value} is not a valid integer.",
    "{value} is not a valid float.",
    "Input should be a valid integer, unable to parse string as an integer",
    "Input should be a valid number, unable to parse string as a number",
    "Input should be greater than or equal to {least}",
    "Input should be less than or equal to {most}",
)

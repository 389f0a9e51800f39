"""Numbers in the paths of the page and the control interface."""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor

__all__ = ["NUMBER"]

NUMBER = "{number:autodialer_emulator_number}"
"""What stands in a route for the number of a call, a delivery or a fault."""


class _Number(Convertor[int]):
    # Starlette's own takes any length, and Python reads no more than 4300 digits: that were an error of the server.
    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("autodialer_emulator_number", _Number())

"""The same list as attrs records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from autodialer_async import Call, CallWindow
from benchmarks.records import name_at

__all__ = ["as_wire", "calls"]

_WINDOW = CallWindow(time(10), time(19))


def calls(count: int) -> Iterator[Call]:
    """Fresh `Call`s with the same values, made as they are pulled."""
    for place in range(count):
        yield Call(
            str(place + 1),
            f"89{place:09}",
            name=name_at(place),
            uuid=f"crm-{place + 1}",
            var1=f"{1000 + place % 90_000} руб.",
            var2="21 ноября",
            var3="data3",
            window=_WINDOW,
            max_count=3,
            generation_type="1",
        )


def as_wire(call: Call) -> dict[str, str | None]:
    """What a user without this SDK writes by hand to send an attrs record."""
    window = call.window
    return {
        "id": call.id,
        "phone": call.phone,
        "name": call.name,
        "UUID": call.uuid,
        "var1": call.var1,
        "var2": call.var2,
        "var3": call.var3,
        "statdialertime": str(window.start) if window else None,
        "stopdialertime": str(window.stop) if window else None,
        "maxcount": str(call.max_count),
        "generationtype": call.generation_type,
    }

"""What a file of the state and the settings of today must agree upon: the seed, and how calls are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from autodialer_async.emulator.described import described, simulation_from
from autodialer_async.emulator.scenario import Simulation

if TYPE_CHECKING:
    from autodialer_async.emulator.notebook import Notebook

__all__ = ["agreed", "header"]

_VERSION = 1


def header(seed: int, simulation: Simulation) -> dict[str, object]:
    """What stands at the beginning of a file."""
    return {"version": _VERSION, "seed": seed, "simulation": described(simulation)}


def agreed(notebook: Notebook | None, seed: int | None, simulation: Simulation | None) -> tuple[int, Simulation]:
    """The seed and the simulation: the given ones for a new file, else the file's; what is not given agrees.

    Raises:
        ValueError: The file is of another seed, simulation, or version.
    """
    entry = None if notebook is None else next(notebook.entries(), None)
    if entry is None:
        agreement = seed or 0, simulation or Simulation()
        if notebook is not None:
            notebook.begin_again(header(*agreement))
        return agreement
    kind, data = entry
    if kind != "header" or data.get("version") != _VERSION:
        raise ValueError("state: the file is of another version of the emulator")
    if seed not in (None, data["seed"]):
        raise ValueError(f"state: the file was begun with seed {data['seed']}: give that one, none, or another file")
    if simulation is not None and orjson.loads(orjson.dumps(described(simulation))) != data["simulation"]:
        raise ValueError("state: the file was begun with another simulation: give that one, none, or another file")
    return data["seed"], simulation_from(data["simulation"], "state")

"""`autodialer demo`: a whole upload on this machine, nobody is phoned."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autodialer_async.call_list import read_calls
from autodialer_async.cli.options import Concurrency, Json, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.sample_list import LONGEST, SampleList
from autodialer_async.cli.sending import Order, send

__all__ = ["demo"]


def demo(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A CSV to send instead of a made-up list.", show_default=False),
    ] = None,
    *,
    records: Annotated[int, typer.Option(min=0, max=LONGEST, metavar="N", help="Length of the made-up list.")] = 25_000,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed makes the same list.")] = 0,
    latency: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="How long each answer takes.")] = 0.05,
    concurrency: Concurrency = 8,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the dialer and its page running until Ctrl-C.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Send a list to a dialer inside this process, let it make its calls, and see what they come to.

    Nobody is phoned, nothing leaves this machine.
    """
    output = Output(json=json, quiet=quiet)
    send(
        output,
        lambda: Order(
            read_calls(file) if file is not None else SampleList(records, seed),
            client={"concurrency": concurrency},
            emulator={"seed": seed, "latency": latency},
            # Who does not answer is called again, as in a real campaign.
            max_count=2,
            play=True,
            keep=keep,
        ),
    )

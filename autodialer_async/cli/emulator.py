"""`autodialer emulator`: a dialer on this machine to try programs against."""

from __future__ import annotations

import gc
import os
from math import inf
from pathlib import Path
from typing import Annotated, Any

import typer

from autodialer_async.cli.embedded import serve_emulator
from autodialer_async.cli.emulator_settings import fidelity_of, simulation_of, speed_of, start_of, webhook_of
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.interrupts import signals_received
from autodialer_async.cli.language import say
from autodialer_async.cli.options import Json, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.errors import ConfigurationError

__all__ = ["emulator"]


def emulator(
    *,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port to serve on; 0 takes a free one.")
    ] = 8899,
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    latency: Annotated[float, typer.Option(min=0.0, metavar="SECONDS", help="How long each answer takes.")] = 0.0,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="The same seed and requests give the same calls.", show_default="0")
    ] = None,
    speed: Annotated[
        str,
        typer.Option(
            metavar="X",
            help="Seconds of its clock in one of ours: 60, or 0 to stand still; `now` makes each call when its record "
            "is accepted.",
        ),
    ] = "now",
    start: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="What its clock shows at first, 2026-11-02T09:00.", show_default="now"),
    ] = None,
    scenario: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How calls are made and end, in JSON: see docs/emulator.md.")
    ] = None,
    webhook: Annotated[
        str | None, typer.Option(metavar="URL", help="Tell this address of every call that is over.")
    ] = None,
    webhook_settings: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How it is told, in JSON: encoding, names, codes, ….")
    ] = None,
    switch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="A reading of the page, such as keys=lower or times=MSK; may be repeated."
        ),
    ] = None,
    state: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep the state in this file, over a restart.")
    ] = None,
    api_key_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="Take the API key from this environment variable.")
    ] = None,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Serve other machines too; the emulator is no guarded server.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Serve a dialer that phones nobody until Ctrl-C, and print the lines that point programs at it."""
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        arguments: dict[str, Any] = {"port": port, "host": host, "latency": latency, "seed": seed}
        arguments["speed"] = inf if speed == "now" else speed_of(speed)
        arguments |= {"start": start_of(start), "state": state}
        if scenario is not None:
            arguments["simulation"] = simulation_of(scenario)
        if webhook is not None or webhook_settings is not None:
            arguments["webhook"] = webhook_of(webhook, webhook_settings)
        if switch:
            arguments["fidelity"] = fidelity_of(switch)
        if allow_remote:
            arguments["allow_remote"] = True
        if api_key_env is not None:
            arguments["api_key"] = _key(api_key_env)
        with signals_received() as signals:
            async with serve_emulator(**arguments) as served:
                if json:
                    output.object(
                        {
                            "base_url": served.base_url,
                            "api_key": served.api_key,
                            "access_token": served.access_token,
                            "page": served.page_url,
                        }
                    )
                else:
                    key = served.api_key if api_key_env is None else f'"${api_key_env}"'
                    output.line(f"export AUTODIALER_BASE_URL={served.base_url}")
                    output.line(f"export AUTODIALER_API_KEY={key}")
                    output.line(f"export AUTODIALER_ACCESS_TOKEN={served.access_token}")
                # What is loaded by now stays: without it each look for garbage among the records takes half as long.
                gc.collect()
                gc.freeze()
                output.remark(say("serving on {url}, nobody is phoned; Ctrl-C ends it", url=served.base_url))
                output.remark(say("its page: {url}", url=served.page_url))
                async for _ in signals:
                    break
        return ExitCode.COMPLETE

    carry_out(output, work)


def _key(variable: str) -> str:
    key = os.environ.get(variable)
    if not key:
        raise ConfigurationError(f"--api-key-env {variable}: this environment variable is not set")
    return key

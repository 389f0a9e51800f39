"""`autodialer call`: one person, now or within hours."""

from __future__ import annotations

from typing import Annotated

import typer

from autodialer_async import AsyncAutodialer
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.language import say
from autodialer_async.cli.options import EnvFile, Hours, Json, MaxCount, Quiet
from autodialer_async.cli.output import Field, Output
from autodialer_async.cli.settings import connection

__all__ = ["call"]


def call(
    phone: Annotated[str, typer.Argument(metavar="PHONE", help="The number: 8…, 7…, +7… or ten digits.")],
    *,
    generation_type: Annotated[str, typer.Option(metavar="ID", help="Scenario prepared in the account.")],
    hours: Hours = None,
    now: Annotated[bool, typer.Option("--now", help="Dial at once, at any hour of day or night.")] = False,
    name: Annotated[str | None, typer.Option(help="The subscriber's name.")] = None,
    uuid: Annotated[str | None, typer.Option(help="The client's id in a database or CRM.")] = None,
    var1: Annotated[str | None, typer.Option(help="First value for the scenario's phrase.")] = None,
    var2: Annotated[str | None, typer.Option(help="Second value.")] = None,
    var3: Annotated[str | None, typer.Option(help="Third value.")] = None,
    max_count: MaxCount = None,
    env_file: EnvFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Phone one person: within --hours, or --now."""
    if (hours is None) == (not now):
        raise typer.BadParameter(
            "give either --hours A-B or --now: without hours the service dials at once, at any hour"
        )
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        async with AsyncAutodialer(**connection(env_file)) as dialer:
            receipt = await dialer.newcall(
                phone=phone,
                generation_type=generation_type,
                window=hours,
                immediate=now,
                name=name,
                uuid=uuid,
                var1=var1,
                var2=var2,
                var3=var3,
                max_count=max_count,
            )
        if json:
            # As text: a task's number has 17 digits, more than many readers of JSON hold.
            output.object({"query_id": str(receipt.query_id), "query_count": receipt.query_count})
        else:
            output.table(
                [
                    Field(say("task id"), str(receipt.query_id)),
                    Field(say("accepted"), str(receipt.query_count), "green"),
                ]
            )
        return ExitCode.COMPLETE

    carry_out(output, work, if_interrupted=say("interrupted; the person may be phoned all the same"))

"""`autodialer ping`: are address and key right?"""

from __future__ import annotations

import anyio

from autodialer_async import AsyncAutodialer
from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.language import decimal, say
from autodialer_async.cli.options import EnvFile, Json, Quiet
from autodialer_async.cli.output import Output
from autodialer_async.cli.settings import connection

__all__ = ["ping"]


def ping(*, env_file: EnvFile = None, json: Json = False, quiet: Quiet = False) -> None:
    """Ask the service for today's history: are address and key right? Nobody is phoned."""
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        async with AsyncAutodialer(**connection(env_file)) as dialer:
            start = anyio.current_time()
            await dialer.ping()
            seconds = anyio.current_time() - start
        if json:
            output.object({"ok": True, "seconds": round(seconds, 6)})
        else:
            output.line(say("the service answers and knows the key ({seconds} s)", seconds=decimal(seconds, 2)))
        return ExitCode.COMPLETE

    carry_out(output, work)

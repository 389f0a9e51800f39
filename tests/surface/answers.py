"""The keys of what `--json` prints, command by command, as the emulator and a small list bring them forth."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import httpx
from typer.testing import CliRunner

from autodialer_async.cli.app import app
from autodialer_async.emulator import Emulator
from autodialer_async.webhooks import WebhookReceiver

__all__ = ["answers"]

_LIST = "id;phone;generation_type\n1;+7 922 222-00-00;1\n2;8 912 111-22-33;1\n3;12;1\n"
_COMMANDS = (
    "check calls.csv",
    "upload calls.csv --yes --journal campaign.db",
    "call +79222220001 --generation-type 1 --now",
    "history {yesterday} {tomorrow}",
    "history --from {yesterday} --to {tomorrow} --out calls.csv",
    "ping",
    "status campaign.db --outcomes --reconcile",
    "report campaign.db",
    "journal purge campaign.db --unfinished",
    "webhook list --inbox events.db",
    "webhook replay --inbox events.db",
    "webhook purge --inbox events.db --events-older 1",
    "upload missing.csv",
)
# Their keys are data: codes, hours, words.
_TABLES = frozenset(
    {"by_attempt", "by_hour", "by_place", "by_weekday", "columns", "decisions", "dispositions", "errorcodes", "hours"}
    | {"outcomes", "rejected", "warnings"}
)


def answers() -> str:
    """The text: a block for each command, a line for each key with the kinds of its values."""
    served = Emulator.serve(seed=1)
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(served) as emulator,
    ):
        Path("calls.csv").write_text(_LIST, encoding="utf-8")
        anyio.run(_receive_an_event)
        return "\n".join(_blocks(emulator)) + "\n"


async def _receive_an_event() -> None:
    async with WebhookReceiver(secret="secret", inbox="events.db") as receiver:
        transport = httpx.ASGITransport(receiver)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver.test") as sender:
            await sender.post("/secret", data={"phone": "89222220000", "duration": "5"})


def _blocks(emulator: Emulator) -> Iterator[str]:
    known = {
        "AUTODIALER_BASE_URL": emulator.base_url,
        "AUTODIALER_API_KEY": emulator.api_key,
        "AUTODIALER_ACCESS_TOKEN": emulator.access_token,
    }
    day = datetime.now(UTC)
    days = {"yesterday": f"{day - timedelta(1):%Y-%m-%d}", "tomorrow": f"{day + timedelta(1):%Y-%m-%d}"}
    for command in _COMMANDS:
        ran = CliRunner().invoke(app, [*command.format(**days).split(), "--json", "--quiet"], env=known)
        kinds: defaultdict[str, set[str]] = defaultdict(set)
        for line in ran.stdout.splitlines():
            for path, kind in _leaves("", json.loads(line)):
                kinds[path].add(kind)
        yield f"# autodialer {command} --json: exit code {ran.exit_code}"
        yield from (f"{path}  {'|'.join(sorted(kinds[path]))}" for path in sorted(kinds))
        yield ""


def _leaves(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        table = path.rpartition(".")[2] in _TABLES | {"*"}
        for key, below in value.items():
            yield from _leaves(f"{path}.*" if table else f"{path}.{key}".lstrip("."), below)
        if not value:
            yield path, "{}"
    elif isinstance(value, list):
        for below in value:
            yield from _leaves(f"{path}[]", below)
        if not value:
            yield path, "[]"
    else:
        yield path, "null" if value is None else type(value).__name__

"""Looks at the package as it is installed in the environment that runs this file, with some of its extras or none.

Each feature must work where its extra is installed, and elsewhere name in one line what to install. Every public module
must import, or do the same. Usage: `python installed.py FOLDER [EXTRA…]`; the folder is for files.
"""

from __future__ import annotations

import importlib
import io
import os
import pkgutil
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import anyio
import httpx

import autodialer_async
from autodialer_async import AsyncAutodialer, Call, CallDetail
from autodialer_async.call_list import read_calls
from autodialer_async.history.tables import write_table
from autodialer_async.webhooks import parse_event

# As every command that is told to users has it.
INSTALL = re.compile(r"pip install [\"']?(autodialer-async\[([\w,-]+)\]|[\w\[\]-]+)")
CALLS = [Call(1, "89222220000", generation_type=1)]
ROW = CallDetail(1, "89222220000", datetime(2026, 1, 5, tzinfo=UTC), None, 12)


async def upload() -> None:
    report = {"report": {"lines": "1", "ok": "1", "inserted": "1", "errorcode": "0", "id": "7"}}
    service = httpx.MockTransport(lambda _: httpx.Response(200, json=report))
    async with AsyncAutodialer("https://site.test", api_key="k", access_token="t", transport=service) as dialer:
        result = await dialer.make(CALLS, journal="campaign.db")
        again = await dialer.make(CALLS, journal="campaign.db")
    assert (result.inserted, again.skipped) == (1, 1)


async def fast() -> None:
    from autodialer_async.fast import FastTransport

    await FastTransport().aclose()


async def emulate() -> None:
    from autodialer_async.emulator import Emulator

    async with (
        Emulator.serve() as emulator,
        AsyncAutodialer(emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token) as dialer,
    ):
        assert (await dialer.make(CALLS)).complete


async def receive() -> None:
    from autodialer_async.webhooks import WebhookReceiver

    async with WebhookReceiver(secret="s", inbox="events.db") as receiver:
        sender = httpx.AsyncClient(transport=httpx.ASGITransport(receiver), base_url="http://receiver.test")
        async with sender:
            assert (await sender.post("/s", data={"phone": "89222220000"})).status_code == 200


async def page() -> None:
    from autodialer_async.history.campaign import Campaign
    from autodialer_async.history.report import CampaignReport, page_of

    campaign = await Campaign.read("campaign.db", [ROW])
    assert "<html" in page_of(await CampaignReport.of(campaign, name="spring"), "ru")


def table(name: str) -> Callable[[], Awaitable[None]]:
    async def write() -> None:
        write_table([ROW], name)

    return write


def listed(text: str, *allow: str) -> Callable[[], Awaitable[None]]:
    async def read() -> None:
        assert list(read_calls(io.StringIO(text), allow=allow)), text

    return read


async def event() -> None:
    assert parse_event("POST", body=b"phone=89222220000").phone == "89222220000"


async def command_line() -> None:
    command = [sys.executable, "-m", "autodialer_async.cli", "--version"]
    done = await anyio.run_process(command, check=False)
    if done.returncode:
        raise ImportError(done.stderr.decode().strip())


# What it is, how to try it, and the extras that bring it, each of them by itself; none: it needs no extra.
FEATURES: list[tuple[str, Callable[[], Awaitable[None]], set[str]]] = [
    ("upload with a journal", upload, set()),
    ("a CSV list", listed("id;phone\n1;89222220000\n"), set()),
    ("a CSV table", table("calls.csv"), set()),
    ("an event", event, set()),
    ("the fast transport", fast, {"fast"}),
    ("the emulator", emulate, {"emulator"}),
    ("the receiver", receive, {"webhooks", "emulator"}),
    ("the report's page", page, {"report"}),
    ("an XLSX table", table("calls.xlsx"), {"report"}),
    ("a Parquet table", table("calls.parquet"), {"report", "lists"}),
    ("foreign numbers", listed("phone\n+375291234567\n", "foreign"), {"lists", "report"}),
    ("the command line", command_line, {"cli"}),
]


def told(error: BaseException) -> set[str]:
    """The extras that an error's one line says to install; the package itself where it is no extra."""
    text = str(error)
    assert "\n" not in text, f"more than one line: {text}"
    command = INSTALL.search(text)
    assert command is not None, f"no command to install what is missing: {type(error).__name__}: {text}"
    return set(command[2].split(",")) if command[2] else {command[1]}


async def look_at_features(extras: set[str]) -> None:
    for name, feature, brought_by in FEATURES:
        expected = not brought_by or bool(brought_by & extras) or "all" in extras
        needs: set[str] = set()
        try:
            await feature()
        except (ImportError, autodialer_async.ConfigurationError) as missing:
            needs = told(missing)
        assert bool(needs) is not expected, f"{name} with {extras or 'no extra'} needs {needs or 'nothing'}"
        assert not needs or needs & brought_by, f"{name} is brought by {brought_by}, and asks for {needs}"


def look_at_modules() -> tuple[int, dict[str, str]]:
    """Imports every module that users may name; how many can be, and what the others need."""
    found = pkgutil.walk_packages(autodialer_async.__path__, "autodialer_async.", onerror=lambda _: None)
    works, needs = 0, {}
    for name in (module.name for module in found):
        if "._" in name:
            continue
        try:
            importlib.import_module(name)
            works += 1
        except (ImportError, autodialer_async.ConfigurationError) as error:
            missing = re.search(r"[\w.]+", getattr(error, "name", None) or "")
            # Below a part of the command line or of an extra, its library's own error is the honest one.
            public = name.count(".") == 1 and name != "autodialer_async.pytest_plugin"
            needs[name] = ", ".join(sorted(told(error))) if public else (missing[0] if missing else str(error))
    return works, {name: need for name, need in needs.items() if name.count(".") == 1}


def main() -> None:
    folder, *extras = sys.argv[1:]
    os.chdir(folder)
    assert Path(autodialer_async.__file__).is_relative_to(sys.prefix), "this is not the installed package"
    anyio.run(look_at_features, set(extras))
    works, needs = look_at_modules()
    missing = "; ".join(f"{name.partition('.')[2]} needs {need}" for name, need in needs.items())
    print(f"{'+'.join(extras) or 'no extra':10} {works} public modules; {missing or 'nothing is missing'}")


if __name__ == "__main__":
    main()

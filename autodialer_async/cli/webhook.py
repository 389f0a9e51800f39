"""`autodialer webhook`: receive the service's webhooks, and look after what came."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from autodialer_async.cli.ending import ExitCode, carry_out
from autodialer_async.cli.help_texts import Command, Group
from autodialer_async.cli.language import say, say_count
from autodialer_async.cli.options import Json, Quiet
from autodialer_async.cli.output import Field, Output
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import masked_phone
from autodialer_async.webhooks import EventState, Inbox, ReceivedEvent

__all__ = ["webhook"]

webhook: typer.Typer = typer.Typer(
    name="webhook", cls=Group, help="Receive the service's webhooks into an inbox.", invoke_without_command=True
)

InboxFile = Annotated[Path | None, typer.Option("--inbox", metavar="FILE", help="The inbox that events are kept in.")]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="How many at most, the newest first.")]


@webhook.callback()
def serve(
    context: typer.Context,
    *,
    inbox: InboxFile = None,
    secret_env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Environment variable with the secret; twice while one replaces the other."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, metavar="N", help="Port to serve on; 0 takes a free one.")
    ] = 8900,
    host: Annotated[str, typer.Option(help="Address to serve on; put a proxy with TLS before it.")] = "127.0.0.1",
    journal: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Join events with this campaign, and settle its unknown records."),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(metavar="OURS=THEIRS", help="The sender's name of phone, duration, recording or answer."),
    ] = None,
    allow_from: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Address or network that may send; else all.")
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="Proxy whose X-Forwarded-For is believed.")
    ] = None,
    keep_days: Annotated[
        float | None, typer.Option(min=0.0, metavar="DAYS", help="Remove events and recordings that are older.")
    ] = None,
    show_answers: Annotated[
        bool, typer.Option("--show-answers", help="Print what people said, too: it is people's data.")
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Receive until Ctrl-C, and print each event once it is kept: numbers masked, one line or JSON object an event.

    The service is pointed at the address that is printed, with the secret in place of its name.
    """
    if context.invoked_subcommand is not None:
        context.obj = inbox
        return
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        # With it comes the web framework, which the other commands do not need.
        from autodialer_async.cli.webhook_server import serve_receiver  # noqa: PLC0415 - as said

        names = secret_env or []
        if not names:
            raise ConfigurationError("--secret-env NAME is missing: the environment variable that holds the secret")
        keep = None if keep_days is None else timedelta(days=keep_days)
        await serve_receiver(
            host,
            port,
            {
                "secret": [_secret(name) for name in names],
                "inbox": _inbox(inbox, None),
                "on_event": lambda event: _print(output, event, show_answers=show_answers),
                "journal": journal,
                "field_map": _field_map(field or []),
                "allow_from": allow_from or [],
                "trusted_proxies": trusted_proxy or [],
                "keep_events": keep,
                "keep_recordings": keep,
            },
            lambda url: output.remark(say("receiving at {url}/${secret}; Ctrl-C ends it", url=url, secret=names[0])),
        )
        return ExitCode.COMPLETE

    carry_out(output, work)


def _secret(variable: str) -> str:
    secret = os.environ.get(variable)
    if not secret:
        raise ConfigurationError(f"--secret-env {variable}: this environment variable is not set")
    return secret


def _field_map(fields: list[str]) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for field in fields:
        ours, equals, theirs = field.partition("=")
        if not equals or not theirs:
            raise ConfigurationError(f"--field {field!r}: not OURS=THEIRS, such as phone=msisdn")
        names.setdefault(ours, []).append(theirs)
    return names


def _inbox(file: Path | None, context: typer.Context | None) -> Inbox:
    file = file or (context.obj if context is not None else None)
    if file is None:
        raise ConfigurationError("--inbox FILE is missing: the inbox that events are kept in")
    return Inbox(file)


def _object(event: ReceivedEvent, *, show_answers: bool = False) -> dict[str, Any]:
    recording = event.recording
    shown = {
        "key": event.key,
        "received_at": event.received_at.isoformat(),
        "state": str(event.state),
        "phone": masked_phone(event.phone),
        "duration": event.duration,
        "recording": None if recording is None else str(recording.path or "url"),
        "recognised": event.answer is not None,
        "id": event.id,
        "uuid": event.uuid,
        "tries": event.tries,
        "copies": event.copies,
        "perhaps_repeat": event.perhaps_repeat,
        "problem": event.problem,
    }
    return shown | ({"answer": event.answer} if show_answers else {})


def _line(event: ReceivedEvent, *, show_answers: bool = False) -> str:
    words = [
        event.key,
        event.received_at.astimezone().strftime("%Y-%m-%d %H:%M:%S"),
        say(str(event.state)),
        masked_phone(event.phone),
        "-" if event.duration is None else say("{n} s", n=event.duration),
        say("no recording") if event.recording is None else say("recording"),
        (event.answer if show_answers else say("words")) if event.answer is not None else say("no words"),
    ]
    words += [f"id {event.id}"] if event.id is not None else []
    words += [say_count("came {n} times", "came {n} times", event.copies)] if event.copies > 1 else []
    words += [say("perhaps a repeat")] if event.perhaps_repeat else []
    words += [say("failed: {problem}", problem=event.problem)] if event.problem is not None else []
    return "  ".join(words)


def _print(output: Output, event: ReceivedEvent, *, show_answers: bool = False) -> None:
    if output.json:
        output.object(_object(event, show_answers=show_answers))
    else:
        output.line(_line(event, show_answers=show_answers))


def _look(output: Output, file: Path | None, context: typer.Context, state: EventState | None, limit: int) -> None:
    async def work() -> int:
        inbox = _inbox(file, context)
        events = await inbox.events(state=state, limit=limit)
        if output.json:
            counts = {str(each): number for each, number in (await inbox.counts()).items()}
            output.object({"counts": counts, "events": [_object(event) for event in events]})
            return ExitCode.COMPLETE
        for event in events:
            _print(output, event)
        output.remark(", ".join(f"{number} {say(str(each))}" for each, number in (await inbox.counts()).items()))
        return ExitCode.COMPLETE

    carry_out(output, work)


@webhook.command("list", cls=Command)
def list_events(
    context: typer.Context,
    *,
    inbox: InboxFile = None,
    state: Annotated[EventState | None, typer.Option(help="Only events in this state.")] = None,
    limit: Limit = 50,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the newest events of an inbox, numbers masked; also beside a running receiver."""
    _look(Output(json=json, quiet=quiet), inbox, context, state, limit)


@webhook.command(cls=Command)
def dead(
    context: typer.Context,
    *,
    inbox: InboxFile = None,
    limit: Limit = 50,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """List the events whose handler failed as often as it may, and the kind of its last error."""
    _look(Output(json=json, quiet=quiet), inbox, context, EventState.DEAD, limit)


@webhook.command(cls=Command)
def replay(
    context: typer.Context,
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY]...", help="Events to handle again; else all dead ones.")
    ] = None,
    *,
    inbox: InboxFile = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Have events handled again, by the receiver that runs or the next one, under the same keys.

    Exit code 1: a key is no event's, or a handler has it in hand.
    """
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        number = await _inbox(inbox, context).replay(keys or None)
        _tell(output, {"replayed": number})
        return ExitCode.COMPLETE if not keys or number == len(set(keys)) else ExitCode.INCOMPLETE

    carry_out(output, work)


@webhook.command(cls=Command)
def purge(
    context: typer.Context,
    *,
    inbox: InboxFile = None,
    events_older: Annotated[
        float | None, typer.Option("--events-older", min=0.0, metavar="DAYS", help="Remove events that are older.")
    ] = None,
    recordings_older: Annotated[
        float | None,
        typer.Option("--recordings-older", min=0.0, metavar="DAYS", help="Remove recordings of events that are older."),
    ] = None,
    unhandled: Annotated[bool, typer.Option("--unhandled", help="Also events that wait for a handler.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Remove old events and recordings from an inbox, and overwrite what they held."""
    output = Output(json=json, quiet=quiet)

    async def work() -> int:
        if events_older is None and recordings_older is None:
            raise ConfigurationError("--events-older DAYS or --recordings-older DAYS is missing")
        purged = await _inbox(inbox, context).purge(
            events_older=None if events_older is None else timedelta(days=events_older),
            recordings_older=None if recordings_older is None else timedelta(days=recordings_older),
            unhandled=unhandled,
        )
        _tell(output, {"events removed": purged.events, "recordings removed": purged.recordings})
        return ExitCode.COMPLETE

    carry_out(output, work)


def _tell(output: Output, numbers: dict[str, int]) -> None:
    if output.json:
        output.object({name.replace(" ", "_"): number for name, number in numbers.items()})
    else:
        output.table([Field(say(name), str(number)) for name, number in numbers.items()])

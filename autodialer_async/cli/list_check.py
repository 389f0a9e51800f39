"""A list read from end to end before anything is sent: what it holds, and what is wrong with it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import attrs

from autodialer_async.call_list import (
    CallList,
    CleanRows,
    RejectedRow,
    RejectedRows,
    RejectReason,
    csv_for_excel,
    outside_hours,
)
from autodialer_async.cli.errors_told import told_row
from autodialer_async.cli.hours import DEFAULT_HOURS
from autodialer_async.cli.language import say, say_count
from autodialer_async.cli.other_texts import in_our_words
from autodialer_async.cli.output import Field
from autodialer_async.cli.summary import rows_object
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import CallWindow

__all__ = ["CheckedList", "check_list"]

_EXAMPLES = 3
_SHOWN_HOURS = 5
_MOST_HOURS = 1000
_SHOWN_COLUMNS = 12


@attrs.frozen
class CheckedList:
    """What a list holds, after it was read to its end.

    Attributes:
        calls: The list.
        examples: The first rows set aside, by reason.
        hours: Calls by their hours; None: they have none of their own.
        batch_size: Records in a request at most.
    """

    calls: CallList
    examples: dict[RejectReason, list[RejectedRow]]
    hours: Counter[CallWindow | None]
    batch_size: int

    @property
    def batches(self) -> int:
        """Requests in which the list would leave."""
        return math.ceil(self.calls.counts.calls / self.batch_size)

    def fields(self, default: CallWindow | None = None) -> Iterator[Field]:
        """The summary, line by line.

        Args:
            default: Hours of the calls that have none of their own.
        """
        calls, counts = self.calls, self.calls.counts
        yield Field(say("list"), f"{calls.name}: {self._format()}")
        header = say("row {row}", row=calls.header_row) if calls.header_row else say("none")
        yield Field(say("header"), header)
        yield Field(say("columns"), "; ".join(f"{field} ← {_listed(names)}" for field, names in calls.columns.items()))
        if calls.ignored_columns:
            yield Field(say("not used"), _listed(calls.ignored_columns))
        apart = say(", {n} of totals or headings left out", n=counts.not_data) if counts.not_data else ""
        told = say(
            "{read} read, {valid} valid, {set_aside} set aside{apart}",
            read=counts.read,
            valid=counts.valid,
            set_aside=counts.rejected.total(),
            apart=apart,
        )
        yield Field(say("rows"), told, "bold")
        for reason, rows in sorted(counts.rejected.items()):
            yield Field(f"  {say(str(reason))}", str(rows), "yellow")
        in_batches = say_count(
            "{calls}, in {n} batch of up to {most} records",
            "{calls}, in {n} batches of up to {most} records",
            self.batches,
            calls=counts.calls,
            most=self.batch_size,
        )
        yield Field(say("calls"), in_batches, "green")
        yield Field(say("hours"), self._hours(default))

    def remarks(self, *, show_numbers: bool = False) -> Iterator[str]:
        """What to look at, a line each; people's data is masked, unless asked for."""
        for remark, rows in sorted(self.calls.warnings.items()):
            yield say("{rows} {remark}", rows=rows, remark=in_our_words(remark))
        for row in (row for rows in self.examples.values() for row in rows):
            yield f"{say(str(row.reason))}: {told_row(row)}" + (f" · {row.cell!r}" if show_numbers and row.cell else "")

    def outside_hours(self, now: datetime, default: CallWindow) -> str | None:
        """A warning where calls are loaded outside their hours."""
        late = [
            (count, text) for hours, count in self.hours.most_common() if (text := outside_hours(hours or default, now))
        ]
        if not late:
            return None
        affected = sum(count for count, _ in late)
        whole = self.calls.counts.calls
        why = in_our_words(late[0][1])
        return say("{n} of {calls} calls: {why}", n=affected, calls=whole, why=why)

    def object(self, *, show_numbers: bool = False) -> dict[str, Any]:
        """The summary as JSON values."""
        calls = self.calls
        detected = calls.detected
        return {
            "file": calls.name,
            "detected": attrs.asdict(detected) if detected is not None else None,
            "header_row": calls.header_row,
            "columns": {field: list(names) for field, names in calls.columns.items()},
            "ignored_columns": list(calls.ignored_columns),
            "rows": rows_object(calls.counts),
            "not_data": calls.counts.not_data,
            "calls": calls.counts.calls,
            "batches": self.batches,
            "hours": {"" if hours is None else str(hours): count for hours, count in self.hours.items()},
            "warnings": dict(calls.warnings),
            "examples": [
                {"row": row.row, "id": row.shown_id, "column": row.column, "reason": str(row.reason)}
                | {"problem": row.problem}
                | ({"id": row.id, "cell": row.cell} if show_numbers else {})
                for rows in self.examples.values()
                for row in rows
            ],
        }

    def _format(self) -> str:
        detected = self.calls.detected
        if detected is None:
            return say("not read")
        told: list[str] = [detected.format]
        told += [detected.encoding] if detected.encoding else []
        if detected.delimiter is not None:
            character = "TAB" if detected.delimiter == "\t" else detected.delimiter
            told.append(say("delimiter {character}", character=character))
        if detected.sheet is not None:
            others = [name for name in detected.sheets if name != detected.sheet]
            more = " " + say("(others: {names})", names=_listed(others)) if others else ""
            told.append(say("sheet {name}", name=repr(detected.sheet)) + more)
        return ", ".join([*told, *(["gzip"] if detected.compressed else [])])

    def _hours(self, default: CallWindow | None) -> str:
        if not self.hours:
            return say("no calls")
        told: list[str] = []
        for hours, count in self.hours.most_common(_SHOWN_HOURS):
            shown = _clock(hours or default or DEFAULT_HOURS)
            told.append(f"{shown}{'' if hours else ' ' + say('by default')}: {count}")
        return "; ".join(told) + ("; …" if len(self.hours) > _SHOWN_HOURS else "")


def check_list(
    calls: CallList,
    *,
    batch_size: int = 1000,
    rejected: Path | None = None,
    clean: Path | None = None,
    with_hours: bool = False,
    with_scenario: bool = False,
) -> CheckedList:
    """Reads a list to its end.

    Args:
        calls: The list.
        batch_size: Records in a request at most.
        rejected: Where to write the rows set aside, or None.
        clean: Where to write the calls, or None.
        with_hours: Whether the calls have hours that the list has no column for.
        with_scenario: Whether they have a scenario that the list has no column for.

    Raises:
        CallListError: The list cannot be read to its end, or a file cannot be written.
        ConfigurationError: A file to be written is the list itself.
    """
    _refuse_to_overwrite(calls, rejected, clean)
    examples: dict[RejectReason, list[RejectedRow]] = {}
    hours: Counter[CallWindow | None] = Counter()
    with ExitStack() as stack:
        apart = left = None
        outcomes = calls.outcomes()
        # The columns of an open file are known once it is read.
        first = list(islice(outcomes, 1))
        if rejected is not None:
            apart = RejectedRows(stack.enter_context(csv_for_excel(rejected)), calls.header)
        if clean is not None:
            writer = stack.enter_context(csv_for_excel(clean))
            left = CleanRows(writer, calls.columns, hours=with_hours, scenario=with_scenario)
        for outcome in chain(first, outcomes):
            if outcome.rejected is not None:
                known = examples.setdefault(outcome.rejected.reason, [])
                known += [outcome.rejected] if len(known) < _EXAMPLES else []
                if apart is not None:
                    apart.add(outcome.cells, _in_our_words(outcome.rejected))
            for call in outcome.calls:
                # A list has a handful of them; the bound is for one that gives every row its own.
                hours[call.window if call.window in hours or len(hours) < _MOST_HOURS else None] += 1
                if left is not None:
                    left.add(call)
    return CheckedList(calls, dict(sorted(examples.items())), hours, batch_size)


def _in_our_words(row: RejectedRow) -> RejectedRow:
    return attrs.evolve(row, problem=in_our_words(row.problem))


def _refuse_to_overwrite(calls: CallList, rejected: Path | None, clean: Path | None) -> None:
    for option, path in (("--rejected", rejected), ("--clean", clean)):
        if path is not None and path.exists() and Path(calls.name).exists() and path.samefile(calls.name):
            raise ConfigurationError(f"{option} {path} is the list itself: give another name")
    if rejected is not None and clean is not None and rejected.absolute() == clean.absolute():
        raise ConfigurationError("--rejected and --clean are one file: give two")


def _listed(names: tuple[str, ...] | list[str]) -> str:
    rest = len(names) - _SHOWN_COLUMNS
    more = " " + say("and {n} more", n=rest) if rest > 0 else ""
    return ", ".join(repr(name[:40]) for name in names[:_SHOWN_COLUMNS]) + more


def _clock(hours: CallWindow) -> str:
    return f"{hours.start:%H:%M}-{hours.stop:%H:%M}"

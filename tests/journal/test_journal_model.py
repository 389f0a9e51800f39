"""Any sequence of runs, sends, deaths and settlements, against a plain dict."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autodialer_async.journal import Journal, JournalRun, MemoryJournal, SqliteJournal
from autodialer_async.models import BatchState
from tests.journal.steps import sort

KEYS = st.sampled_from([str(number) for number in range(12)])
PHONES = st.sampled_from(["89220000001", "89220000002"])
RECORDS = st.lists(st.tuples(KEYS, PHONES), min_size=1, max_size=8)


class JournalMachine(RuleBasedStateMachine):
    """What a journal should know, told by a dict of id → (phone, state) and the ids that stood in this list."""

    make: Callable[[Path], Journal]

    @initialize(loop=st.sampled_from(["asyncio", "trio"]))
    def begin(self, loop: str) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.journal = type(self).make(self.folder / "campaign.db")
        self.portal_context = start_blocking_portal(loop)
        self.portal = self.portal_context.__enter__()
        self.run_context: AbstractContextManager[JournalRun] | None = None
        self.known: dict[str, tuple[str, str]] = {}
        self.doubtful: set[str] = set()
        self.sending: dict[int, list[str]] = {}
        self.ready: dict[str, str] = {}
        self.enter(resend=False)

    def enter(self, *, resend: bool) -> None:
        self.resend = resend
        self.seen: set[str] = set()
        self.run_context = self.portal.wrap_async_context_manager(self.journal.run(resend_unknown=resend))
        self.run = self.run_context.__enter__()

    def leave(self) -> None:
        assert self.run_context is not None
        self.run_context.__exit__(None, None, None)
        self.run_context = None
        for keys in self.sending.values():
            self.become(keys, "unknown")
        self.sending, self.ready = {}, {}

    def become(self, keys: list[str], state: str) -> None:
        for key in keys:
            # A second try that was not taken says nothing of the first.
            stays = key in self.doubtful and state in ("unsent", "rejected")
            self.known[key] = (self.known[key][0], "unknown" if stays else state)

    def expected(self, key: str, phone: str) -> str:
        if key in self.seen:
            return "repeated"
        known_phone, state = self.known.get(key, (phone, "unsent"))
        if phone != known_phone:
            return "other_phone"
        self.seen.add(key)
        if state == "accepted" or (state == "unknown" and not self.resend):
            return state
        self.ready[key] = phone
        return "doubtful" if state == "unknown" else "new"

    @rule(records=RECORDS)
    def sort(self, records: list[tuple[str, str]]) -> None:
        expected = [self.expected(key, phone) for key, phone in records]
        keys, phones = ([record[place] for record in records] for place in (0, 1))
        assert self.portal.call(sort, self.run, keys, phones) == expected

    @precondition(lambda self: self.ready)
    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        keys = data.draw(st.lists(st.sampled_from(sorted(self.ready)), min_size=1, unique=True))
        self.leaves(self.portal.call(self.run.mark_sending, keys), keys)

    def leaves(self, batch: int, keys: list[str]) -> None:
        assert batch not in self.sending
        self.sending[batch] = keys
        for key in keys:
            if self.known.get(key, ("", ""))[1] == "unknown":
                self.doubtful.add(key)
            self.known[key] = (self.ready.pop(key), "sending")

    @precondition(lambda self: self.ready)
    @rule()
    def mark_all_as_sorted(self) -> None:
        keys = list(self.ready)
        self.leaves(self.portal.call(self.run.mark_sending, keys), keys)

    @precondition(lambda self: self.sending and self.ready)
    @rule(data=st.data(), state=st.sampled_from(BatchState))
    def settle_and_mark(self, data: st.DataObject, state: BatchState) -> None:
        batch = data.draw(st.sampled_from(sorted(self.sending)))
        keys = list(self.ready)
        following = self.portal.call(self.run.settle_and_mark, batch, state, None, keys)
        self.become(self.sending.pop(batch), str(state))
        self.leaves(following, keys)

    @precondition(lambda self: self.sending)
    @rule(data=st.data(), state=st.sampled_from(BatchState))
    def settle(self, data: st.DataObject, state: BatchState) -> None:
        batch = data.draw(st.sampled_from(sorted(self.sending)))
        self.portal.call(self.run.settle, batch, state)
        self.become(self.sending.pop(batch), str(state))

    @rule(keys=st.lists(KEYS, unique=True))
    def settle_unknown(self, keys: list[str]) -> None:
        unknown = [key for key in keys if self.known.get(key, ("", ""))[1] == "unknown" and key not in self.ready]
        asked = [(key, None) for key in keys if key not in self.ready]
        assert self.portal.call(self.journal.settle_unknown, asked) == len(unknown)
        self.become(unknown, "accepted")

    @rule(resend=st.booleans())
    def next_run(self, resend: bool) -> None:
        self.leave()
        self.enter(resend=resend)

    @invariant()
    def agrees(self) -> None:
        states = [state for _, state in self.known.values()]
        counts = self.portal.call(self.journal.counts)
        assert {str(state): number for state, number in counts.items() if number} == {
            state: states.count(state) for state in states
        }

    @rule(phone=PHONES)
    def find(self, phone: str) -> None:
        found = self.portal.call(self.journal.find_by_phone, phone)
        assert {record.id: str(record.state) for record in found} == {
            key: state for key, (known, state) in self.known.items() if known == phone
        }

    @rule()
    def list_unknown(self) -> None:
        async def listed() -> list[str]:
            return [record.id async for record in self.journal.unknown()]

        assert self.portal.call(listed) == sorted(key for key, (_, state) in self.known.items() if state == "unknown")

    def teardown(self) -> None:
        if self.run_context is not None:
            self.leave()
        self.portal_context.__exit__(None, None, None)
        shutil.rmtree(self.folder)


class MemoryMachine(JournalMachine):
    make: Any = staticmethod(lambda _: MemoryJournal())


class SqliteMachine(JournalMachine):
    make: Any = staticmethod(SqliteJournal)


_SHORT = settings(max_examples=20, stateful_step_count=25, deadline=None)
TestMemoryJournal = MemoryMachine.TestCase
TestMemoryJournal.settings = _SHORT
TestSqliteJournal = SqliteMachine.TestCase
TestSqliteJournal.settings = _SHORT

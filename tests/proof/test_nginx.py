"""nginx before the emulator, as a user would have it: everything is accepted at last, nothing lost, nothing doubled."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import attrs
import pytest

from autodialer_async import AsyncAutodialer, Call, Dialect, RetryPolicy, UploadResult
from autodialer_async.emulator import AcceptThenDrop, Emulator, Rule
from autodialer_async.journal import RecordState, SqliteJournal
from autodialer_async.models import BatchState
from tests.proof.campaign import phone_of
from tests.proof.nginx import Nginx, running_nginx

pytestmark = pytest.mark.anyio

LONG = os.environ.get("AUTODIALER_LONG") == "1"
BATCH_SIZE = 20
SOON = RetryPolicy(base=0.05, cap=0.5)
MANY_TRIES = attrs.evolve(SOON, attempts=40)
# Three at once and 40 a second: eight senders are far too many.
A_ZONE = "limit_req_zone $binary_remote_addr zone=dialer:1m rate=40r/s;"
# Seconds: nginx closes a connection that is idle for so long; requests come well before that, well after, and then.
CLOSED_AFTER = 0.3
PAUSES = (0.1, CLOSED_AFTER, 0.5)
SENDERS = 16
LIMITED = "limit_req zone=dialer burst=2 nodelay;"


Opens = Callable[..., AbstractAsyncContextManager["Behind"]]


@attrs.frozen
class Behind:
    """An emulator, the nginx before it, and a way to upload through both."""

    emulator: Emulator
    nginx: Nginx

    def client(self, **arguments: Any) -> AsyncAutodialer:
        arguments = {"batch_size": BATCH_SIZE} | arguments
        return AsyncAutodialer(
            self.nginx.base_url, api_key=self.emulator.api_key, access_token=self.emulator.access_token, **arguments
        )

    async def upload(self, calls: Sequence[Call], **arguments: Any) -> UploadResult:
        async with self.client(**arguments) as dialer:
            return await dialer.make(calls, on_failure="return")


def people(count: int) -> list[Call]:
    return [Call(number, phone_of(number), name="Лукия", generation_type=1) for number in range(count)]


def check_against_the_books(result: UploadResult, emulators: Sequence[Emulator]) -> Counter[int]:
    """Every position is in one batch, accepted means taken once, refused and unsent mean never taken."""
    taken = Counter[int]()
    for emulator in emulators:
        taken.update(int(record.id) for record in emulator.records)
    assert sorted(place for batch in result.batches for place in batch.positions) == list(range(result.read))
    for batch in result.batches:
        for place in batch.positions:
            if batch.state is BatchState.ACCEPTED:
                assert taken[place] == 1
            elif batch.state is BatchState.UNKNOWN:
                assert taken[place] <= 1
            else:
                assert taken[place] == 0
    return taken


@pytest.fixture
def behind(program: Callable[[str, str], str], tmp_path: Path) -> Opens:
    """Opens an emulator behind nginx."""

    @asynccontextmanager
    async def opened(*, http: str = "", server: str = "", latency: float = 0.01) -> AsyncIterator[Behind]:
        nginx = program("nginx", "nginx-light")
        async with Emulator.serve(latency=latency) as emulator:
            with running_nginx(nginx, tmp_path, [emulator.base_url], http=http, server=server) as running:
                yield Behind(emulator, running)

    return opened


@pytest.mark.parametrize(
    ("directive", "dialect"),
    [("limit_req_status 429;", Dialect()), ("", Dialect(refused_statuses={503}))],
    ids=["429", "plain 503 that the user knows"],
)
async def test_limited_by_nginx_everything_is_accepted_at_last(behind: Opens, directive: str, dialect: Dialect) -> None:
    async with behind(http=A_ZONE, server=LIMITED + directive) as service:
        result = await service.upload(people(600), retry=MANY_TRIES, dialect=dialect)
        assert (result.accepted, result.complete) == (600, True)
        assert set(check_against_the_books(result, [service.emulator]).values()) == {1}
        refused = [passed for passed in service.nginx.log if passed.status in (429, 503)]
        assert len(refused) == result.retries > 0
        assert not any(passed.upstreams for passed in refused)


async def test_where_the_tries_run_out_further_runs_with_the_journal_bring_the_rest_home(
    behind: Opens, tmp_path: Path
) -> None:
    async with behind(http=A_ZONE, server=LIMITED + "limit_req_status 429;") as service:
        journal = SqliteJournal(tmp_path / "campaign.db")
        runs = 0
        async with service.client(retry=attrs.evolve(SOON, attempts=1)) as dialer:
            complete = False
            while not complete and runs < 60:
                result = await dialer.make(people(300), journal=journal, on_failure="return")
                complete = result.complete
                runs += 1
        assert complete
        assert runs > 1
        assert (service.emulator.counts.records, service.emulator.accepted_more_than_once()) == (300, {})


async def test_plain_503_is_unknown_and_never_sent_again(behind: Opens, tmp_path: Path) -> None:
    async with behind(http=A_ZONE, server=LIMITED) as service:
        journal = SqliteJournal(tmp_path / "campaign.db")
        async with service.client(retry=MANY_TRIES) as dialer:
            first = await dialer.make(people(400), journal=journal, on_failure="return")
            second = await dialer.make(people(400), journal=journal, on_failure="return")
        check_against_the_books(first, [service.emulator])
        assert first.unknown > 0
        assert (first.accepted + first.unknown, first.retries) == (400, 0)
        assert {batch.status for batch in first.failures} == {503}
        assert (second.skipped, second.unknown, second.accepted) == (first.accepted, first.unknown, 0)
        assert len(service.nginx.log) == 400 / BATCH_SIZE
        assert service.emulator.counts.records == first.accepted


async def test_too_large_body_is_cut_in_two_until_it_passes(behind: Opens) -> None:
    async with behind(server="client_max_body_size 4k;") as service:
        result = await service.upload(people(1000), batch_size=100)
        assert result.complete
        assert set(check_against_the_books(result, [service.emulator]).values()) == {1}
        assert 413 in {passed.status for passed in service.nginx.log}
        assert max(batch.size for batch in result.batches) < 50


async def test_single_record_that_nginx_finds_too_large_is_refused_with_its_position(behind: Opens) -> None:
    calls = people(60)
    calls[37] = attrs.evolve(calls[37], var1="ю" * 3000)
    async with behind(server="client_max_body_size 4k;") as service:
        result = await service.upload(calls, batch_size=30)
        [failure] = result.failures
        assert (list(failure.positions), failure.state, failure.status) == ([37], BatchState.REJECTED, 413)
        check_against_the_books(result, [service.emulator])
        assert service.emulator.counts.records == result.accepted == 59


async def test_connections_that_nginx_closes_early_make_nothing_unknown(
    behind: Opens, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = people(24 * SENDERS if LONG else 8 * SENDERS)
    results: dict[float, list[UploadResult]] = {pause: [] for pause in PAUSES}

    async def send(service: Behind, own: Sequence[Call]) -> None:
        # A client each: otherwise one would use the connection that another has just used.
        async with service.client() as dialer:
            for number, call in enumerate(own):
                pause = PAUSES[number % len(PAUSES)]
                await anyio.sleep(pause)
                results[pause].append(await dialer.make([call], on_failure="return"))

    async with behind(server="keepalive_timeout 300ms;", latency=0.0) as service:
        async with anyio.create_task_group() as tasks:
            for first in range(SENDERS):
                tasks.start_soon(send, service, calls[first::SENDERS])
        accepted, unknown, retries = (
            {pause: sum(getattr(result, name) for result in some) for pause, some in results.items()}
            for name in ("accepted", "unknown", "retries")
        )
        with capsys.disabled():
            sys.stdout.write(
                f"\nnginx closes after {CLOSED_AFTER} s: {len(calls)} posts, {sum(unknown.values())} unknown, "
                f"{sum(retries.values())} repeated because their connection had just been closed\n"
            )
        assert sum(accepted.values()) + sum(unknown.values()) == len(calls)
        assert service.emulator.accepted_more_than_once() == {}
        assert {pause: number for pause, number in unknown.items() if number and pause != CLOSED_AFTER} == {}
        # In the very moment of the closing a request may be lost; were it more than that, it would be most of them.
        assert unknown[CLOSED_AFTER] <= len(results[CLOSED_AFTER]) / 4


async def test_upstream_that_is_not_there_makes_all_unknown_and_nothing_is_sent_again(
    program: Callable[[str, str], str], tmp_path: Path
) -> None:
    async with Emulator.serve() as emulator:
        pass
    with running_nginx(program("nginx", "nginx-light"), tmp_path, [emulator.base_url]) as nginx:
        result = await Behind(emulator, nginx).upload(people(200))
        assert (result.unknown, result.retries) == (200, 0)
        assert [passed.status for passed in nginx.log] == [502] * (200 // BATCH_SIZE)


async def test_upstream_that_dies_in_the_middle_leaves_books_that_agree(
    program: Callable[[str, str], str], tmp_path: Path
) -> None:
    async with AsyncExitStack() as life:
        emulator = await life.enter_async_context(Emulator.serve(latency=0.1))
        with running_nginx(program("nginx", "nginx-light"), tmp_path, [emulator.base_url]) as nginx:
            async with Behind(emulator, nginx).client(concurrency=4) as dialer:
                async with dialer.upload(people(600)) as upload:
                    async for _ in upload:
                        await life.aclose()
                result = upload.result
            assert result.source_exhausted
            assert (result.accepted > 0, result.unknown > 0, result.retries) == (True, True, 0)
            check_against_the_books(result, [emulator])
            assert len(nginx.log) == 600 / BATCH_SIZE


async def test_answer_that_nginx_does_not_wait_for_is_unknown_until_the_history_tells(
    behind: Opens, tmp_path: Path
) -> None:
    journal = SqliteJournal(tmp_path / "campaign.db")
    async with behind(server="proxy_read_timeout 300ms;", latency=1.0) as service, service.client() as dialer:
        result = await dialer.make(people(80), journal=journal, on_failure="return")
        assert (result.unknown, {batch.status for batch in result.failures}) == (80, {504})
        check_against_the_books(result, [service.emulator])
        service.emulator.latency = 0.0
        settled = await dialer.reconcile(journal)
        assert (settled.dialled, settled.unknown) == (80, 0)
        again = await dialer.make(people(80), journal=journal)
        assert (again.skipped, service.emulator.accepted_more_than_once()) == (80, {})
        assert (await journal.counts())[RecordState.ACCEPTED] == 80


async def test_nginx_hands_no_post_to_a_second_upstream(program: Callable[[str, str], str], tmp_path: Path) -> None:
    drops = Rule(AcceptThenDrop(), times=None)
    async with Emulator.serve(faults=[drops]) as faulty, Emulator.serve() as sound:
        upstreams = [faulty.base_url, sound.base_url]
        with running_nginx(program("nginx", "nginx-light"), tmp_path, upstreams) as nginx:
            result = await Behind(sound, nginx).upload(people(400))
            assert faulty.counts.records > 0
            assert result.unknown == faulty.counts.records
            assert result.accepted == sound.counts.records
            check_against_the_books(result, [faulty, sound])
            assert {len(passed.upstreams) for passed in nginx.log} == {1}

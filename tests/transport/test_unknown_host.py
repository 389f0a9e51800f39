"""A name that nobody knows: nothing left, everything may be sent again."""

from __future__ import annotations

import socket
from typing import NoReturn

import pytest

from autodialer_async import AsyncAutodialer, BatchState, NotSent, RetryPolicy
from autodialer_async.models import Phase

pytestmark = pytest.mark.anyio


async def test_name_that_is_not_found_leaves_everything_unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def unknown(host: object, *_: object, **__: object) -> NoReturn:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    policy = RetryPolicy(attempts=3, base=0.001)
    async with AsyncAutodialer("http://nobody.invalid", api_key="key", access_token="token", retry=policy) as dialer:
        result = await dialer.make([{"id": "1", "phone": "89222220000"}], on_failure="return")
    (outcome,) = result.batches
    assert outcome.state is BatchState.UNSENT
    assert outcome.phase is Phase.NOT_SENT
    assert isinstance(outcome.error, NotSent)
    assert not outcome.error.may_have_dialled
    assert asked
    assert outcome.tries == policy.attempts
    assert [call.id for call in result.unsent_calls()] == ["1"]

"""Whether what the client says of an upload agrees with what the server took."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autodialer_async import BatchState, Call, UploadResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.servers.misbehaving import MisbehavingServer

__all__ = ["assert_books_agree", "made_calls", "states_by_id"]

LARGE = "ы" * 5000  # two bytes a letter on the wire


def made_calls(count: int, *, large: bool = False) -> list[Call]:
    """Calls with the ids `0`, `1`, …; large ones take 20 KB each."""
    value = LARGE if large else "data"
    return [
        Call(number, 89220000000 + number, generation_type=1, var1=value, var2=value if large else None)
        for number in range(count)
    ]


def states_by_id(result: UploadResult, calls: Sequence[Call]) -> dict[str, BatchState]:
    """The one state of each record; fails where a record is in no outcome or in two."""
    places = [place for outcome in result.batches for place in outcome.positions]
    assert sorted(places) == list(range(result.read)), "each record pulled is in exactly one outcome"
    assert all(outcome.size == len(outcome.positions) for outcome in result.batches)
    return {calls[place].id: outcome.state for outcome in result.batches for place in outcome.positions}


def assert_books_agree(server: MisbehavingServer, result: UploadResult, calls: Sequence[Call]) -> dict[str, BatchState]:
    """What must hold whatever went wrong. Call it after `server.stop()`, when the server's books are final.

    No record was taken twice; every record is in exactly one state, and the sums say so; what the server took is
    accepted or unknown, and what is said to be accepted it took.
    """
    assert all(times == 1 for times in server.accepted.values()), "a record was taken twice"
    counted = result.accepted + result.rejected + result.unsent + result.unknown + result.skipped + result.invalid
    assert result.read == counted
    states = states_by_id(result, calls)
    assert Counter(states.values()) == Counter(
        {state: count for state in BatchState if (count := getattr(result, str(state)))}
    )
    for record in server.accepted:
        assert states[record] in (BatchState.ACCEPTED, BatchState.UNKNOWN), f"record {record} was taken"
    for record, state in states.items():
        if state is BatchState.ACCEPTED:
            assert server.accepted[record] == 1, f"record {record} was not taken"
    return states

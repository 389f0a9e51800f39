"""How often one logical POST arrives when the service takes it and then misbehaves, through us and through others.

`python -m benchmarks.peers_delivery`: counts, no timings. Each client has its own defaults; what the numbers mean
depends on the service: where a request has an idempotency key that the service heeds, a second send does no harm.
The peers come with the extra `peers`; what is not installed is named and left out. `--quick`: two faults.
"""

from __future__ import annotations

import argparse
import logging
import pickle
import sys
import threading
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import metadata

import attrs

from benchmarks.peers.faulty_server import FAULTS, FaultyServer
from benchmarks.peers.lists import BATCHES, LISTS
from benchmarks.peers.posts import OURS, PEERS, TIMEOUT, Peer

__all__: list[str] = []

RETURNED = "returned"
"""The ending of a call that raised nothing."""

_QUICK = ("drop", "500")
# Backing off is most of what a peer does here: many wait at once.
_AT_ONCE = 6


@attrs.frozen
class Seen:
    """What one logical POST became.

    Attributes:
        sends: Times that it arrived whole where it was sent to.
        elsewhere: Times that it arrived at the host that a redirect named.
        ending: `RETURNED`, or the name of the exception.
        keyed: Whether every send carried one and the same idempotency key.
        pickles: Whether that exception comes back from pickle as what it was; None where there was none.
    """

    sends: int
    elsewhere: int
    ending: str
    keyed: bool
    pickles: bool | None

    def __str__(self) -> str:
        beyond = f" +{self.elsewhere} elsewhere" if self.elsewhere else ""
        taken = " returned" if self.ending == RETURNED else ""
        return f"{self.sends}{' keyed' if self.keyed else ''}{beyond}{taken}"


# Some peers keep their address in a module: one POST at a time for each peer.
_locks: dict[str, threading.Lock] = {name: threading.Lock() for name in OURS | PEERS | LISTS}


def look(name: str, peer: Peer, fault: str) -> Seen | None:
    """One POST under one fault; None where the peer is not installed."""
    with _locks[name], FaultyServer("ok") as other, FaultyServer(fault, other.base_url) as server:
        pickles: bool | None = None
        try:
            peer.post(server.base_url)
            ending = RETURNED
        except ModuleNotFoundError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever a peer raises is what is to be shown
            ending = type(error).__name__
            pickles = _comes_back(error)
        keyed = len(server.keys) == server.sends > 0 and len(set(server.keys)) == 1
        return Seen(server.sends, other.sends, ending, keyed=keyed, pickles=pickles)


def _comes_back(error: Exception) -> bool:
    try:
        # What was pickled a line before is no stranger's.
        again = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - how it fails differs, that it does counts
        return False
    return type(again) is type(error) and str(again) == str(error)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _table(faults: Sequence[str], seen: Mapping[tuple[str, str], Seen | None]) -> str:
    lines = ["| client | version | " + " | ".join(faults) + " | errors pickle |", "| --- " * (len(faults) + 3) + "|"]
    for name, peer in (OURS | PEERS).items():
        row = [seen[name, fault] for fault in faults]
        if any(one is None for one in row):
            continue
        raised = [one.pickles for one in row if one is not None and one.pickles is not None]
        pickles = "–" if not raised else "yes" if all(raised) else f"{sum(raised)} of {len(raised)}"
        cells = " | ".join(str(one) for one in row)
        lines.append(f"| {name} | {_version(peer.package)} | {cells} | {pickles} |")
    return "\n".join(lines)


def _table_of_lists() -> str:
    lines = [f"| {BATCHES} batches, each answered 401 | version | batches that were sent |", "| --- | --- | --- |"]
    for name, peer in LISTS.items():
        seen = look(name, peer, "401")
        if seen is not None:
            lines.append(f"| {name} | {_version(peer.package)} | {seen} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two faults only")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS), help="only these")
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    faults = list(_QUICK if options.quick else FAULTS)
    clients = OURS | {name: PEERS[name] for name in options.peers}
    jobs = [(name, fault) for fault in faults for name in clients]
    # First: some clients remember failures, over all that runs in the process.
    lists = _table_of_lists()
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        found = list(threads.map(lambda job: look(job[0], clients[job[0]], job[1]), jobs))
    seen = {(name, fault): None for name in OURS | PEERS for fault in faults} | dict(zip(jobs, found, strict=True))
    print(f"{datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}, timeout {TIMEOUT:g} s")
    for fault in faults:
        print(f"  {fault}: the request was read whole, then {FAULTS[fault]}")
    print("Each cell: times that one logical POST (or PUT) arrived whole.")
    print("returned: the call ended as a success; everywhere else it raised.")
    print("keyed: each send carried the same idempotency key, so that a service that heeds it acts once.\n")
    print(_table(faults, seen))
    print(f"\n{lists}")
    missing = sorted(name for name in options.peers if any(seen[name, fault] is None for fault in faults))
    if missing:
        print(f"\nnot installed, left out: {', '.join(missing)} (pip install -e '.[peers]')")
    twice = [(name, fault) for name in OURS for fault in faults if (one := seen[name, fault]) and one.sends > 1]
    for name, fault in twice:
        print(f"{name} sent more than once: {fault}")
    return 1 if twice else 0


if __name__ == "__main__":
    sys.exit(main())

"""Several accounts, one TLS context: what the first request of each client costs with a context of its own and shared.

    python -m benchmarks.shared_tls [--accounts 20] [--rounds 5] [--quick]

Each client asks an `https` address where nobody listens: what is measured is what comes before the connection. Both
ways take turns in one run, so that a busy machine hurts both alike.
"""

from __future__ import annotations

import argparse
import gc
import resource
import socket
import ssl
import statistics
import time

import anyio
import httpx

from autodialer_async import AsyncAutodialer, NotSent, RetryPolicy


async def first_requests(port: int, accounts: int, shared: ssl.SSLContext | None) -> tuple[float, float]:
    """Seconds of wall clock and of CPU for an account."""
    clients = [
        AsyncAutodialer(
            f"https://127.0.0.1:{port}", api_key=f"key-{number}", retry=RetryPolicy(attempts=1), verify=shared or True
        )
        for number in range(accounts)
    ]
    began, cpu = time.perf_counter(), time.process_time()
    for client in clients:
        try:
            await client.ping()
        except NotSent:
            continue
        raise SystemExit("somebody listens there")
    took = time.perf_counter() - began, time.process_time() - cpu
    for client in clients:
        await client.aclose()
    return took[0] / accounts, took[1] / accounts


async def memory(port: int, accounts: int, shared: ssl.SSLContext | None) -> float:
    """MiB that the process has grown by for an account, at most."""
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    await first_requests(port, accounts, shared)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 / accounts


async def main(accounts: int, rounds: int) -> None:
    """Print both, and the ratio."""
    # Bound and not listening: connections are refused, and nobody else gets the port.
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        context = httpx.create_ssl_context()
        await first_requests(port, 2, context)
        shared_memory = await memory(port, accounts, context)
        own_memory = await memory(port, accounts, None)
        times: dict[str, list[tuple[float, float]]] = {"own": [], "shared": []}
        for _ in range(rounds):
            times["own"].append(await first_requests(port, accounts, None))
            times["shared"].append(await first_requests(port, accounts, context))
    wall = {name: statistics.median(each[0] for each in taken) * 1000 for name, taken in times.items()}
    cpu = {name: statistics.median(each[1] for each in taken) * 1000 for name, taken in times.items()}
    print(f"{accounts} accounts, median of {rounds} rounds, for an account")
    print(f"a context each   {wall['own']:6.2f} ms, CPU {cpu['own']:6.2f} ms, {own_memory:5.2f} MiB at most")
    print(f"one context      {wall['shared']:6.2f} ms, CPU {cpu['shared']:6.2f} ms, {shared_memory:5.2f} MiB at most")
    print(f"ratio            {wall['own'] / wall['shared']:6.1f}    CPU {cpu['own'] / cpu['shared']:6.1f}")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--accounts", type=int, default=20)
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--quick", action="store_true")
    given = arguments.parse_args()
    anyio.run(main, *((3, 1) if given.quick else (given.accounts, given.rounds)))

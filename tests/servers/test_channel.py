"""Reading goes on while the server stops, but not for ever."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.servers import channel as channel_module
from tests.servers.channel import Channel, Stop

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def stop() -> Iterator[Stop]:
    stop = Stop()
    yield stop
    stop.close()


@pytest.fixture
def peers(stop: Stop) -> Iterator[tuple[socket.socket, Channel]]:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as peer:
        channel = Channel(listener.accept()[0], stop)
        yield peer, channel
        channel.close()


def test_bytes_that_come_while_the_server_stops_are_read(stop: Stop, peers: tuple[socket.socket, Channel]) -> None:
    peer, channel = peers
    stop.ask()
    with ThreadPoolExecutor(1) as pool:
        received = pool.submit(channel.receive, 10, quiet=60)
        peer.sendall(b"late")
        assert received.result() == b"late"


def test_stop_waits_no_longer_than_quiet(stop: Stop, peers: tuple[socket.socket, Channel]) -> None:
    stop.ask()
    assert peers[1].receive(10, quiet=0.01) == b""


def test_client_that_goes_on_sending_does_not_hold_a_stop(
    stop: Stop, peers: tuple[socket.socket, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    peer, channel = peers
    peer.sendall(b"more and more")
    monkeypatch.setattr(channel_module, "LONGEST", 0.0)
    stop.ask()
    assert channel.receive(4) == b""


def test_client_that_does_not_read_does_not_hold_a_stop(stop: Stop, peers: tuple[socket.socket, Channel]) -> None:
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(peers[1].send, bytes(1 << 26))
        stop.ask()
        assert sent.result() is False

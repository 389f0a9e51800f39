"""nginx as a user would have it before the service: one server, one upstream, a few directives."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import attrs

__all__ = ["Nginx", "Passed", "running_nginx"]

_STARTS = 5
_SECONDS_TO_START = 10.0
_LOOK_EVERY = 0.01
_LOG = "$status|$upstream_addr|$upstream_status"

_CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/error.log warn;
events {{ worker_connections 256; }}
http {{
    log_format passed '{log}';
    access_log {directory}/access.log passed;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    upstream dialer {{ {upstreams} }}
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
        location / {{ proxy_pass http://dialer; }}
    }}
}}
"""


@attrs.frozen
class Passed:
    """One request in the access log.

    Attributes:
        status: What the client got.
        upstreams: Addresses that nginx handed it to, in this order.
    """

    status: int
    upstreams: tuple[str, ...]


@attrs.frozen
class Nginx:
    """A running nginx.

    Attributes:
        base_url: Where it listens.
        directory: Its configuration and logs.
    """

    base_url: str
    directory: Path

    @property
    def log(self) -> list[Passed]:
        """The requests that are over."""
        lines = [line.split("|") for line in (self.directory / "access.log").read_text().splitlines()]
        return [Passed(int(status), () if at == "-" else tuple(at.split(", "))) for status, at, _ in lines]


@contextmanager
def running_nginx(
    program: str, directory: Path, upstreams: Sequence[str], *, http: str = "", server: str = ""
) -> Iterator[Nginx]:
    """An nginx process, from answering to its end.

    Args:
        program: Path of nginx.
        directory: An empty directory for its files.
        upstreams: Base URLs of the services behind it.
        http: Directives for the `http` block.
        server: Directives for the `server` block.
    """
    for _ in range(_STARTS):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        configuration = _CONFIGURATION.format(
            # Started by root it would serve as nobody, who may not look into the directories of tests.
            user="user root;" if os.geteuid() == 0 else "",
            directory=directory,
            log=_LOG,
            upstreams=" ".join(f"server {url.removeprefix('http://')};" for url in upstreams),
            http=http,
            server=server,
            port=port,
        )
        (directory / "nginx.conf").write_text(configuration)
        (directory / "access.log").touch()
        command = [program, "-p", str(directory), "-e", f"{directory}/error.log", "-c", f"{directory}/nginx.conf"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                # Another process may have taken the port meanwhile.
                if _answers(port, process):
                    yield Nginx(f"http://127.0.0.1:{port}", directory)
                    return
            finally:
                process.terminate()
                process.communicate(timeout=30)
    raise RuntimeError(f"nginx does not start: {(directory / 'error.log').read_text()}")


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + _SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(_LOOK_EVERY)
        else:
            return True
    return False

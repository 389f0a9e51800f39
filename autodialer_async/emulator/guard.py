"""Who may use the control interface and the page: programs and browsers of this machine, no other site's pages."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import Scope

__all__ = ["stranger"]

_IN_PROCESS: Final = "emulator.test"
_OWN: Final = frozenset({"same-origin", "none"})
_READS: Final = frozenset({"GET", "HEAD"})


def stranger(scope: Scope, *, remote_control: bool) -> str | None:
    """Why a request is turned away, or None.

    A browser runs what any site sends it, and reaches this machine for that site: such a request shows its `Origin`,
    says that it is cross-site, or has a `Host` that the site had resolved to this machine.

    Args:
        scope: The request, in ASGI.
        remote_control: Whether other machines may ask too.
    """
    headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "")
    if not remote_control:
        client = scope.get("client")
        if client is not None and not _is_here(client[0]):
            return "the emulator is controlled from its own machine only; remote_control=True allows others"
        if not _is_here(_name_in(f"//{host}")):
            return "the emulator is controlled under a loopback address only"
    origin = headers.get(b"origin")
    if origin is not None and _netloc_in(origin) != host:
        return "a page of another site does not control the emulator"
    site = headers.get(b"sec-fetch-site")
    # A link from elsewhere may lead to the page; whoever put it there cannot read what it shows.
    followed = scope["method"] in _READS and headers.get(b"sec-fetch-mode") == "navigate"
    if site is not None and site not in _OWN and not followed:
        return "a page of another site does not control the emulator"
    return None


def _netloc_in(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def _name_in(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        # What is no address is the name of a client that came through no network: a test's, or a socket in a file.
        return host.lower() in ("localhost", _IN_PROCESS, "testclient", "testserver")
    # A socket that takes both families names a client of IPv4 so.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback

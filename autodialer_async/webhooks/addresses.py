"""Whose request it is, and whether it may come from there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from autodialer_async.errors import ConfigurationError

__all__ = ["UNIX_SOCKET", "Address", "AddressList", "sender_of"]

Address = IPv4Address | IPv6Address

_MAPPED = IPv6Network("::ffff:0:0/96")

UNIX_SOCKET = "unix"
"""In a list of trusted proxies: whoever comes over a unix socket, and so has no address."""


class AddressList:
    """Addresses and networks, as text.

    Args:
        name: Of the setting, for the error.
        addresses: Such as `203.0.113.7`, `203.0.113.0/24`, `2001:db8::/32`.

    Raises:
        ConfigurationError: One is none; a host with bits beyond its network's mask is a slip of the pen, and refused.
    """

    def __init__(self, name: str, addresses: Iterable[str]) -> None:
        if isinstance(addresses, str):
            raise ConfigurationError(f"{name} is a list of addresses, not one text")
        self._networks: list[IPv4Network | IPv6Network] = []
        self.unix_socket: bool = False
        for address in addresses:
            if address == UNIX_SOCKET:
                self.unix_socket = True
                continue
            try:
                self._networks.append(_plain(ip_network(address)))
            except ValueError as error:
                raise ConfigurationError(f"{name}: {error}") from None

    def __bool__(self) -> bool:
        return bool(self._networks) or self.unix_socket

    def __contains__(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def sender_of(peer: str | None, forwarded_for: Sequence[str], trusted: AddressList) -> Address | None:
    """The address that a request came from, or None where it cannot be known.

    Args:
        peer: The other end of the connection; None or "" for a unix socket.
        forwarded_for: The values of `X-Forwarded-For`, in their order. Anyone can write them, so they count only where
            the peer is a trusted proxy, from the last to the first that is none.
        trusted: Proxies that are believed.
    """
    address = _address(peer or "")
    if address not in trusted if address is not None else not trusted.unix_socket:
        return address
    for text in reversed([part for value in forwarded_for for part in value.split(",")]):
        address = _address(text.strip())
        if address is None or address not in trusted:
            break
    return address


def _plain(network: IPv4Network | IPv6Network) -> IPv4Network | IPv6Network:
    # Senders are compared as IPv4 where IPv6 only wraps it, and so is the list.
    if not (isinstance(network, IPv6Network) and network.subnet_of(_MAPPED)):
        return network
    return IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - _MAPPED.prefixlen))


def _address(text: str) -> Address | None:
    plain = text.strip('"')
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        address = ip_address(plain)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

"""Secrets, addresses, back-off: who is let in, and when a handler comes again."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async.errors import ConfigurationError
from autodialer_async.webhooks import Backoff
from autodialer_async.webhooks.addresses import AddressList, sender_of
from autodialer_async.webhooks.secret import Secrets

TWO = Secrets(("new-secret", "old secret"), "secret")


@pytest.mark.parametrize(
    ("path", "query", "rest"),
    [
        ("/new-secret", b"", b""),
        ("/api/hook/new-secret/", b"phone=1", b"phone=1"),
        ("/old secret", b"", b""),
        ("/hook", b"secret=new-secret&phone=1", b"phone=1"),
        ("/hook", b"phone=1&s%65cret=old+secret", b"phone=1"),
        ("/hook", b"secret=old%20secret", b""),
        ("/wrong", b"secret=wrong&secret=new-secret", b""),
    ],
)
def test_either_secret_is_found_in_path_or_query_and_taken_out(path: str, query: bytes, rest: bytes) -> None:
    assert TWO.find(path, query) == (True, rest)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", b""), ("/", b""), ("/new-secre", b""), ("/new-secret/more", b""), ("/New-Secret", b""),
        ("/hook", b"secret="), ("/hook", b"secret"), ("/hook", b"token=new-secret"), ("/\udcff", b"secret=%FF"),
    ],
)  # fmt: skip
def test_anything_else_is_not_the_secret(path: str, query: bytes) -> None:
    assert TWO.find(path, query)[0] is False


@pytest.mark.parametrize("secret", ["", " ", (), ("a", ""), "a/b"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="secret"):
        Secrets(secret, "secret")
    assert "new-secret" not in repr(TWO)


NOBODY = AddressList("trusted_proxies", [])
PROXIES = AddressList("trusted_proxies", ["10.0.0.0/8", "::1", "unix"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "sender"),
    [
        ("203.0.113.7", [], NOBODY, "203.0.113.7"),
        # Without a trusted proxy anyone could write what he likes.
        ("203.0.113.7", ["198.51.100.1"], NOBODY, "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], PROXIES, "203.0.113.7"),
        ("10.0.0.1", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, 198.51.100.1, 10.2.2.2"], PROXIES, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66", "198.51.100.1"], PROXIES, "198.51.100.1"),
        ("10.0.0.1", ["192.0.2.66, rubbish"], PROXIES, None),
        ("10.0.0.1", [], PROXIES, "10.0.0.1"),
        ("::1", ["[2001:db8::7]:443"], PROXIES, "2001:db8::7"),
        ("::1", ["198.51.100.1:5000"], PROXIES, "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        ("", ["198.51.100.1"], PROXIES, "198.51.100.1"),
        (None, ["198.51.100.1"], NOBODY, None),
    ],
)
def test_the_sender_is_the_last_that_no_trusted_proxy_vouches_for(
    peer: str | None, forwarded: list[str], trusted: AddressList, sender: str | None
) -> None:
    assert sender_of(peer, forwarded, trusted) == (None if sender is None else ip_address(sender))


@pytest.mark.parametrize("listed", ["::ffff:203.0.113.0/120", "203.0.113.0/24", "::ffff:203.0.113.7"])
@pytest.mark.parametrize("peer", ["::ffff:203.0.113.7", "203.0.113.7"])
def test_an_ipv4_address_is_the_same_in_either_notation(listed: str, peer: str) -> None:
    sender = sender_of(peer, [], NOBODY)
    assert sender is not None
    assert sender in AddressList("allow_from", [listed])
    other = sender_of("203.0.114.7", [], NOBODY)
    assert other is not None
    assert other not in AddressList("allow_from", [listed])


def test_a_list_of_addresses_that_holds_something_else_is_refused() -> None:
    for wrong in (["203.0.113.300"], ["203.0.113.7/24"], ["site.url"], "203.0.113.7"):
        with pytest.raises(ConfigurationError, match="allow_from"):
            AddressList("allow_from", wrong)


@given(st.integers(1, 10**6), st.floats(0, 1), st.floats(0, 1000), st.floats(0, 1000))
def test_a_wait_doubles_up_to_its_cap_and_is_never_less_than_half(
    tries: int, random: float, base: float, cap: float
) -> None:
    wait = Backoff(attempts=10**6 + 1, base=base, cap=cap).delay(tries, random)
    whole = min(cap, base * 2.0 ** min(tries - 1, 100))
    assert wait is not None
    assert whole / 2 <= wait <= whole


def test_after_the_last_attempt_there_is_no_wait() -> None:
    assert Backoff(attempts=3).delay(3, 0.5) is None
    assert Backoff(attempts=1).delay(1, 0.5) is None
    for wrong in ({"attempts": 0}, {"base": -1}, {"cap": -1}):
        with pytest.raises(ConfigurationError):
            Backoff(**wrong)

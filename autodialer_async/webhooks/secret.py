"""The secret in the address of a webhook: how a request is recognised."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import unquote_to_bytes

from autodialer_async.errors import ConfigurationError

__all__ = ["Secrets"]


class Secrets:
    """One secret, or two while one replaces the other.

    Args:
        secret: Text, or texts. Make one with `python -c "import secrets; print(secrets.token_urlsafe(32))"`.
        parameter: Name of the query's parameter that may hold it.

    Raises:
        ConfigurationError: There is none, or one that cannot stand in a path.
    """

    def __init__(self, secret: str | Iterable[str], parameter: str) -> None:
        self.texts: tuple[str, ...] = (secret,) if isinstance(secret, str) else tuple(secret)
        if not self.texts or not all(isinstance(text, str) and text.strip() for text in self.texts):
            raise ConfigurationError("secret is missing: give a long random text, or two while one replaces the other")
        if any("/" in text for text in self.texts):
            raise ConfigurationError("a secret with a slash cannot stand in a path")
        self._digests = tuple(sha256(text.encode()).digest() for text in self.texts)
        self._parameter = parameter.encode()

    def __repr__(self) -> str:
        return f"Secrets({len(self.texts)})"

    def find(self, path: str, query: bytes) -> tuple[bool, bytes]:
        """Whether one of them is the path's last part or in the query; and the query without it.

        Takes as long for a wrong one as for a right one: digests are compared, all of them, in constant time.
        """
        candidates = [path.rstrip("/").rpartition("/")[2].encode("utf-8", "replace")]
        rest: list[bytes] = []
        for piece in query.split(b"&"):
            name, _, value = piece.partition(b"=")
            if unquote_to_bytes(name) == self._parameter:
                candidates.append(unquote_to_bytes(value.replace(b"+", b" ")))
            else:
                rest.append(piece)
        right = False
        for candidate in candidates:
            digest = sha256(candidate).digest()
            for known in self._digests:
                right |= hmac.compare_digest(digest, known)
        return right, b"&".join(rest)

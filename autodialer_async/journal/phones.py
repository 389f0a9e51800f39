"""Phones as the journal holds them: digests that mean nothing without the journal's own key."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable
from hashlib import blake2b

__all__ = ["KEY_BYTES", "PhoneDigest"]

KEY_BYTES = 32


class PhoneDigest:
    """Digests of phones under one key: whole numbers of 64 bits with a sign, as SQLite holds them in 8 bytes."""

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2b(key=key, digest_size=8)

    @staticmethod
    def new_key() -> bytes:
        """A random key."""
        return secrets.token_bytes(KEY_BYTES)

    def of(self, phones: Iterable[str]) -> tuple[int, ...]:
        """The digest of each phone."""
        # Copying the keyed state costs two thirds of keying it anew.
        copy = self._keyed.copy
        digests: list[bytes] = []
        for phone in phones:
            state = copy()
            state.update(phone.encode())
            digests.append(state.digest())
        return struct.unpack(f">{len(digests)}q", b"".join(digests))

"""The process in which something that a forked child inherits was begun."""

from __future__ import annotations

import os
from typing import Final

from autodialer_async.errors import ConfigurationError

__all__ = ["Origin"]

# What a forked child has from its parent: never looked at, never closed, never collected. SQLite forbids even closing
# it there, and a connection that is closed speaks to the service.
_of_the_parent: Final[list[object]] = []


class Origin:
    """Remembers which process began something, so that a forked child leaves what is its parent's alone.

    Args:
        complaint: What is said of its use in a forked child: what happened, and what to do.
    """

    def __init__(self, complaint: str) -> None:
        self._complaint = complaint
        self._process = os.getpid()

    def is_elsewhere(self) -> bool:
        """Whether this is another process, forked from the one that began it."""
        return os.getpid() != self._process

    def check(self) -> None:
        """Raise in a forked child.

        Raises:
            ConfigurationError: It says what to do.
        """
        if self.is_elsewhere():
            raise ConfigurationError(self._complaint)

    def leave_alone(self, *belongings: object) -> bool:
        """In a forked child: keep these of its parent's for ever; whether this is one."""
        if self.is_elsewhere():
            _of_the_parent.extend(belongings)
            return True
        return False

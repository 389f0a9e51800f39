"""The process that opened something."""

from __future__ import annotations

import os
from typing import Final

from autodialer_async.errors import ConfigurationError

__all__ = ["Origin"]

# What a forked child has from its parent. SQLite forbids even closing it there, and collecting it would.
_of_the_parent: Final[list[object]] = []


class Origin:
    """Remembers which process opened something, so that a forked child leaves its parent's files alone."""

    def __init__(self) -> None:
        self._process = os.getpid()

    def is_elsewhere(self) -> bool:
        """Whether this is another process, forked from the one that opened it."""
        return os.getpid() != self._process

    def check(self) -> None:
        """Raise in a forked child.

        Raises:
            ConfigurationError: It says what to do.
        """
        if self.is_elsewhere():
            raise ConfigurationError(
                "this file was opened before this process was forked: open it in each process, after the fork"
            )

    def leave_alone(self, *belongings: object) -> bool:
        """In a forked child: keep these of its parent's for ever; whether this is one."""
        if self.is_elsewhere():
            _of_the_parent.extend(belongings)
            return True
        return False

"""When a handler that failed is tried again. Pure."""

from __future__ import annotations

import attrs

from autodialer_async.errors import ConfigurationError

__all__ = ["Backoff"]


@attrs.frozen
class Backoff:
    """Exponential back-off; the last failure makes a dead letter.

    The n-th failure is followed by a wait of `base * 2 ** (n - 1)` seconds, at most `cap`, and of that a random half
    to whole, so that events that failed together do not come back together.

    Attributes:
        attempts: Tries in all, at least 1.
        base: Seconds before the second try.
        cap: Seconds that no wait exceeds.

    Raises:
        ConfigurationError: A number out of range.
    """

    attempts: int = 8
    base: float = 1.0
    cap: float = 300.0

    def __attrs_post_init__(self) -> None:
        if self.attempts < 1 or self.base < 0 or self.cap < 0:
            raise ConfigurationError("Backoff: attempts is at least 1, base and cap are seconds from 0")

    def delay(self, tries: int, random: float) -> float | None:
        """Seconds until the next try, or None where there is none.

        Args:
            tries: Tries that were made.
            random: From 0 to 1.

        Example:
            >>> Backoff(attempts=3).delay(2, random=1.0)
            2.0
        """
        if tries >= self.attempts:
            return None
        # Beyond some hundred doublings a float ends.
        whole = min(self.cap, self.base * 2.0 ** min(tries - 1, 100))
        return whole * (0.5 + random / 2)

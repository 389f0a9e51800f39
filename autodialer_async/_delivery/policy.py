"""When a request that surely was not taken may be sent again."""

from __future__ import annotations

import attrs

from autodialer_async.errors import ConfigurationError

__all__ = ["RetryPolicy", "delay_before_repeat", "wait_after"]


@attrs.frozen
class RetryPolicy:
    """How often and how fast to repeat what may be repeated: what surely was not delivered, a "not now", and `cdr`.

    A request that may have been taken is never repeated, whatever is set here. All times are in seconds. The wait
    before try n+1 is drawn between half of and the whole `base * 2 ** (n - 1)`, at most `cap`; when the service says
    how long to wait (`Retry-After`), that long and up to a tenth more, at least a first wait and at most
    `max_retry_after`.

    Attributes:
        attempts: Requests in all, at least 1; 1 never repeats.
        base: First wait.
        cap: Longest wait.
        max_elapsed: No try begins later than this after the first; waits that the service asked for do not count.
        max_retry_after: Longest wait at the service's request.

    Raises:
        ConfigurationError: A number out of range.

    Example:
        >>> RetryPolicy(attempts=1)  # never repeat anything
        RetryPolicy(attempts=1, base=0.5, cap=30.0, max_elapsed=120.0, max_retry_after=300.0)
    """

    attempts: int = 4
    base: float = 0.5
    cap: float = 30.0
    max_elapsed: float = 120.0
    max_retry_after: float = 300.0

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.attempts, int) or isinstance(self.attempts, bool) or self.attempts < 1:
            raise ConfigurationError(f"RetryPolicy.attempts is a whole number of at least 1, not {self.attempts!r}")
        for name in ("base", "cap", "max_elapsed", "max_retry_after"):
            seconds = getattr(self, name)
            if not isinstance(seconds, int | float) or not seconds >= 0:
                raise ConfigurationError(f"RetryPolicy.{name} is a number of seconds of at least 0, not {seconds!r}")


def delay_before_repeat(
    policy: RetryPolicy, *, tries: int, elapsed: float, retry_after: float | None, chance: float
) -> float | None:
    """Seconds to wait before the next try, or None when there is none.

    Args:
        policy: The rules.
        tries: Requests made so far, at least 1.
        elapsed: Seconds since the first try, without the waits that the service asked for.
        retry_after: Seconds that the service asked to wait, or None.
        chance: A random number from 0 to 1.
    """
    if tries >= policy.attempts:
        return None
    delay = wait_after(policy, tries=tries, retry_after=retry_after, chance=chance)
    if retry_after is None and elapsed + delay > policy.max_elapsed:
        return None
    return delay


def wait_after(policy: RetryPolicy, *, tries: int, retry_after: float | None, chance: float) -> float:
    """Seconds to keep away after a try that failed: as long as the service asked, else the back-off."""
    if retry_after is not None:
        # "Now" and times in the past (clocks differ) would burn all tries in a moment.
        asked = max(retry_after * (1 + chance / 10), policy.base * (1 + chance) / 2)
        return min(asked, policy.max_retry_after)
    # The exponent is bounded: a float overflows at 2**1024.
    return min(policy.base * 2.0 ** min(tries - 1, 64), policy.cap) * (1 + chance) / 2

"""How many repeats a client may spend on a service that does not answer."""

from __future__ import annotations

__all__ = ["RetryBudget"]


class RetryBudget:
    """A purse of repeats, shared by all that runs on a client.

    Every repeat after a failure takes one; every answered request puts a tenth back. A dead service so costs at most
    the purse, whatever the number of batches. Waits that the service itself asked for are free.
    """

    def __init__(self, capacity: float = 50.0, refund: float = 0.1) -> None:
        self._capacity = capacity
        self._refund = refund
        self._left = capacity

    def take(self) -> bool:
        """Whether one more repeat may be made; if so, it is paid."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def answered(self) -> None:
        """A request was answered."""
        self._left = min(self._capacity, self._left + self._refund)

"""Who gets which behaviour: by order of requests, by batch, by record."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from tests.servers.behaviours import Accept, Behaviour
from tests.servers.request import RequestInfo

__all__ = ["ByBatch", "ByRecord", "Script", "in_order"]

Script = Callable[[RequestInfo], Behaviour | None]
"""Asked up to three times for one request, see `RequestInfo`; None means: ask again when more is known."""


def in_order(behaviours: Sequence[Behaviour], default: Behaviour | None = None) -> Script:
    """The n-th request begun on the server gets the n-th behaviour; later ones get `default` (`Accept()`)."""

    def script(request: RequestInfo) -> Behaviour:
        return behaviours[request.number - 1] if request.number <= len(behaviours) else default or Accept()

    return script


class _ByTry:
    """For each key a list of behaviours, one for each try, then the default."""

    def __init__(self, plan: Mapping[str, Behaviour | Iterable[Behaviour]], default: Behaviour | None = None) -> None:
        self._left = {key: iter(tries) if isinstance(tries, Iterable) else iter([tries]) for key, tries in plan.items()}
        self._default = default or Accept()
        self._lock = threading.Lock()

    def _next(self, key: str | None) -> Behaviour:
        with self._lock:
            return next(self._left.get(key or "", iter(())), self._default)


class ByBatch(_ByTry):
    """By the id of a batch's first record, known from the start of the body, so mid-body behaviours work.

    `ByBatch({"1000": [ResetMidBody(5000), Answer(429)], "2000": NeverAnswer()}, default=Accept())`: a list has one
    behaviour for each try in turn, then comes the default, which is also for what has no records.
    """

    def __call__(self, request: RequestInfo) -> Behaviour | None:
        if request.first_id is None and request.ids is None:
            return None
        return self._next(request.first_id or next(iter(request.ids or ()), None))


class ByRecord(_ByTry):
    """By any record that the batch contains; known only when the body is whole."""

    def __call__(self, request: RequestInfo) -> Behaviour | None:
        if request.ids is None:
            return None
        return self._next(next((record for record in request.ids if record in self._left), None))

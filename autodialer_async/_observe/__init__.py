"""Who is told what a client does: its log, the caller's hooks, and with the extra `otel` spans and metrics."""

from autodialer_async._observe.callback import Callback
from autodialer_async._observe.guarded import Guarded
from autodialer_async._observe.observer import Observer, OnAttempt, OnOutcome
from autodialer_async._observe.operation import Operation
from autodialer_async._observe.watch import Watch

__all__ = ["Callback", "Guarded", "Observer", "OnAttempt", "OnOutcome", "Operation", "Watch"]

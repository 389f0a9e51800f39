"""Whether a request may be sent again, when, and the one loop that does it."""

from autodialer_async._delivery.delivery import Delivery, Exchange
from autodialer_async._delivery.gate import GRACE, Gate
from autodialer_async._delivery.judgement import judge
from autodialer_async._delivery.loop_clock import LoopClock
from autodialer_async._delivery.pace import Load, Pace
from autodialer_async._delivery.policy import RetryPolicy, delay_before_repeat
from autodialer_async._delivery.rate import RateLimit
from autodialer_async._delivery.slots import Slots

__all__ = [
    "GRACE",
    "Delivery",
    "Exchange",
    "Gate",
    "Load",
    "LoopClock",
    "Pace",
    "RateLimit",
    "RetryPolicy",
    "Slots",
    "delay_before_repeat",
    "judge",
]

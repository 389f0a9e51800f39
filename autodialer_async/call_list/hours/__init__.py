"""Hours of calling as people write them: times, days of the week, the subscriber's zone."""

from autodialer_async.call_list.hours.clock import read_time, read_window
from autodialer_async.call_list.hours.conversion import convert_window
from autodialer_async.call_list.hours.loading import outside_hours
from autodialer_async.call_list.hours.weekdays import Weekdays
from autodialer_async.call_list.hours.zones import zone_of

__all__ = ["Weekdays", "convert_window", "outside_hours", "read_time", "read_window", "zone_of"]

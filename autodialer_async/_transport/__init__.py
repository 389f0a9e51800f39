"""The only door to httpx: sends bytes, says how far a request got, hides the key."""

from autodialer_async._transport.address import chosen_proxy
from autodialer_async._transport.transport import KEEPALIVE_EXPIRY, Transport

__all__ = ["KEEPALIVE_EXPIRY", "Transport", "chosen_proxy"]

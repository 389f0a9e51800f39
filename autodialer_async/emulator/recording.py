"""Recordings of calls that nobody made: a short tone, a real WAV."""

from __future__ import annotations

import io
import math
import wave
from functools import cache

__all__ = ["recording"]

_RATE = 8000
_LENGTH = 2000
_LOWEST, _STEP, _TONES = 320, 40, 16


def recording(call: int) -> bytes:
    """A quarter of a second, 8 kHz, mono, 8 bit; neighbouring calls sound different."""
    return _tone(_LOWEST + _STEP * (call % _TONES))


@cache
def _tone(pitch: int) -> bytes:
    tone = bytes(128 + round(90 * math.sin(2 * math.pi * pitch * n / _RATE)) for n in range(_LENGTH))
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(_RATE)
        sound.writeframes(tone)
    return file.getvalue()

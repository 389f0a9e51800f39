"""`autodialer` over the fast transport: `python -m tests.proof.fast_uploader upload …`."""

from __future__ import annotations

import pytest

from autodialer_async.cli import main
from tests.transports import send_through_the_fast_one

__all__: list[str] = []

if __name__ == "__main__":
    send_through_the_fast_one(pytest.MonkeyPatch())
    main()

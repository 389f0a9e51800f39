"""What the emulator sends when a call is over, in each of its forms, over sockets and on both loops."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from autodialer_async import AsyncAutodialer
from autodialer_async.emulator import Emulator, Webhook
from tests.webhooks.conftest import StartReceiving
from tests.webhooks.serving import SECRET
from tests.webhooks.waiting import until_counted

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
# The emulator's numbers: one says yes, one is busy.
SAYS_YES, IS_BUSY = "89225000007", "89225000001"
CALLS: list[dict[str, Any]] = [
    {"id": "1", "phone": SAYS_YES, "uuid": "crm-1", "generation_type": "1"},
    {"id": "2", "phone": IS_BUSY, "uuid": "crm-2", "generation_type": "1", "max_count": 1},
]
FORMS: dict[str, dict[str, Any]] = {
    "GET": {"method": "GET"},
    "GET, base64": {"method": "GET", "recording": "base64"},
    "form": {},
    "form, base64": {"recording": "base64"},
    "multipart": {"encoding": "multipart"},
    "multipart, URL": {"encoding": "multipart", "recording": "url"},
    "multipart, base64": {"encoding": "multipart", "recording": "base64"},
    "JSON": {"encoding": "json"},
    "JSON, base64": {"encoding": "json", "recording": "base64"},
    "nothing of the sound": {"recording": "none"},
    "English names": {"names": {"phone": "phone", "seconds": "duration", "recording": "wav", "answer": "text"}},
    "all fields": {"names": {name: name for name in ("id", "uuid", "task", "code", "time", "attempt")}},
}


@pytest.mark.parametrize("charset", ["utf-8", "cp1251"])
@pytest.mark.parametrize("form", FORMS)
async def test_each_form_is_read(receiving: StartReceiving, form: str, charset: Any) -> None:
    async with receiving() as here:
        settings = FORMS[form]
        # Names and values beyond what is asked for, all of them Cyrillic.
        webhook = Webhook(
            f"http://127.0.0.1:{here.port}/{SECRET}", charset=charset, extra={"кампания": "Осень: ёлки"}, **settings
        )
        async with (
            Emulator.serve(webhook=webhook, now=lambda: NOON) as emulator,
            AsyncAutodialer(
                emulator.base_url, api_key=emulator.api_key, access_token=emulator.access_token
            ) as autodialer,
        ):
            await autodialer.make(CALLS)
            await until_counted(here.receiver.inbox, "waiting", 2)
            sound = next(emulator.recording(call.number) for call in emulator.calls if call.phone == SAYS_YES)
            address = emulator.base_url
        events = {event.phone: event for event in await here.receiver.inbox.events()}
    said, busy = events[SAYS_YES], events[IS_BUSY]
    assert (said.duration, said.answer, said.raw["кампания"]) == (12, "да", "Осень: ёлки")
    assert (busy.duration, busy.answer, busy.recording) == (0, None, None)
    if settings.get("recording") == "none":
        assert said.recording is None
    elif settings.get("recording") == "base64" or form == "multipart":
        assert said.recording is not None
        assert said.recording.path is not None
        assert said.recording.path.read_bytes() == sound
        assert said.recording.path.suffix == ".wav"
    else:
        assert said.recording is not None
        assert said.recording.url is not None
        assert said.recording.url.startswith(f"{address}/_emulator/api/recordings/")

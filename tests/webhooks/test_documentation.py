"""The code in docs/webhooks.md runs, and its payloads are what the CRMs take."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from autodialer_async.webhooks import Lead, ReceivedEvent, WebhookReceiver, make_lead
from tests.webhooks.serving import SECRET

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
PHONE = "89222220000"


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What all of the page's Python defines."""
    names: dict[str, Any] = {"SECRET": SECRET}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WEBHOOK_SECRET", SECRET)
        for block in blocks:
            exec(compile("from __future__ import annotations\n" + block, str(PAGE), "exec"), names)
    return names


def lead() -> Lead:
    received_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    return make_lead(ReceivedEvent(PHONE, 12, answer="да", key="1a2b-7", received_at=received_at))


def test_the_first_program_has_the_webhook_s_route(page: dict[str, Any]) -> None:
    assert isinstance(page["app"], FastAPI)
    assert str(page["app"].url_path_for("WebhookReceiver", secret="x")) == "/autodialer/x"


def test_bitrix24_gets_fields_and_a_key_to_find_the_lead_by(page: dict[str, Any]) -> None:
    fields = page["bitrix24"](lead())["fields"]
    assert fields["PHONE"] == [{"VALUE": PHONE, "VALUE_TYPE": "MOBILE"}]
    assert (fields["TITLE"], fields["ORIGIN_ID"]) == ("Автодайлер: да", "1a2b-7")
    assert "UF_CRM_UUID" not in fields


def test_amocrm_gets_a_lead_with_its_contact(page: dict[str, Any]) -> None:
    [told] = page["amocrm"](lead(), pipeline=3)
    assert (told["request_id"], told["pipeline_id"], told["created_at"]) == ("1a2b-7", 3, 1795348800)
    [contact] = told["_embedded"]["contacts"]
    [phone] = contact["custom_fields_values"]
    assert (phone["field_code"], phone["values"][0]["value"]) == ("PHONE", PHONE)


def test_the_page_names_every_setting_of_the_receiver() -> None:
    settings = list(inspect.signature(WebhookReceiver).parameters)
    assert len(settings) > 15
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in settings if f"`{name}" not in text] == []

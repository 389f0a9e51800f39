"""The description that ships with the emulator: true, and no request that it leads to breaks anything."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import anyio
import pytest
import schemathesis
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error

from autodialer_async.emulator import Emulator
from autodialer_async.emulator.control import control_routes
from autodialer_async.emulator.description import openapi

DOCUMENT: dict[str, Any] = json.loads(openapi())
OPERATIONS = [(path, method) for path, item in DOCUMENT["paths"].items() for method in item if method != "parameters"]
EXAMPLES = 500 if os.environ.get("AUTODIALER_LONG") else 12


@contextmanager
def served() -> Iterator[Emulator]:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(Emulator.serve()) as emulator:
        yield emulator


def test_every_route_of_the_control_interface_is_described_and_no_other() -> None:
    routes = {
        (f"/_emulator/api{re.sub(r':int', '', route.path)}", method.lower())
        for route in control_routes(Emulator())
        for method in route.methods or ()
        if method != "HEAD"
    }
    described = {(path, method) for path, method in OPERATIONS if path.startswith("/_emulator")}
    assert described == routes
    assert [path for path, _ in OPERATIONS if not path.startswith("/_emulator")] == [
        "/{api_key}/make", "/{api_key}/newcall", "/{api_key}/cdr",
    ]  # fmt: skip


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_request_that_the_description_leads_to_is_a_server_error(path: str, method: str) -> None:
    operation = schemathesis.openapi.from_dict(DOCUMENT)[path][method.upper()]

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), ours=st.booleans())
    def try_it(case: Any, ours: bool) -> None:
        if ours and "api_key" in case.path_parameters:
            case.path_parameters["api_key"] = emulator.api_key
        if ours and path.endswith("make") and isinstance(case.body, dict) and isinstance(case.body.get("query"), dict):
            case.body["query"]["access_token"] = emulator.access_token
        response = case.call(base_url=emulator.base_url, timeout=30)
        case.validate_response(response, checks=[not_a_server_error])

    # requests asks the environment for proxies.
    with served() as emulator, patch.dict(os.environ, {"NO_PROXY": "*"}):
        try_it()
        # A request is counted out after its answer has left.
        anyio.run(emulator.wait_until, lambda it: it.counts.in_flight == 0)


def test_what_the_service_answers_is_what_the_description_says() -> None:
    with served() as emulator, patch.dict(os.environ, {"NO_PROXY": "*"}):
        schema = schemathesis.openapi.from_dict(DOCUMENT)
        key = {"api_key": emulator.api_key}
        record = {"id": "1", "phone": "89222220000"}
        body = {"query": {"access_token": emulator.access_token, "data": [record]}}
        fields = {"id": "0", "phone": "89222220001", "generationtype": "1"}
        days = {"date_from": "2000-01-01", "date_to": "2099-12-31"}
        form = "application/x-www-form-urlencoded"
        sendings: tuple[tuple[str, str, Any], ...] = (
            ("make", "application/json", body),
            ("newcall", form, fields),
            ("cdr", form, days),
        )
        for operation, media_type, sent in sendings:
            case = schema[f"/{{api_key}}/{operation}"]["POST"].Case(
                path_parameters=dict(key), body=sent, media_type=media_type
            )
            response = case.call(base_url=emulator.base_url)
            assert response.status_code == 200
            case.validate_response(response)

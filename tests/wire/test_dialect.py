"""Settings of an installation: what is refused, and that they travel."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from autodialer_async._wire.dialect import Dialect
from autodialer_async.errors import ConfigurationError
from autodialer_async.models import Disposition


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"token_in": {"male"}}, "male"),
        ({"token_in": "make"[:3]}, "mak"),
        ({"token_in": 5}, "5"),
        ({"methods": {"report": "GET"}}, "report"),
        ({"methods": {"cdr": "PUT"}}, "PUT"),
        ({"methods": {"make": "GET"}}, "make"),
        ({"methods": ["cdr"]}, "cdr"),
        ({"wire_names": {"ping": {}}}, "ping"),
        ({"wire_names": {"make": "id"}}, "id"),
        ({"wire_names": {"make": {"surname": "x"}}}, "surname"),
        ({"wire_names": {"cdr": {"phone": "x"}}}, "phone"),
        ({"wire_names": {"make": {"name": ""}}}, "name"),
        ({"wire_names": {"make": {"name": 7}}}, "7"),
        ({"wire_names": {"make": {"name": "a\nb"}}}, "name"),
        ({"wire_names": {"make": {"var1": "v", "var2": "v"}}}, "'v'"),
        ({"wire_names": {"newcall": {"var3": "var2"}}}, "var2"),
        ({"wire_names": {"newcall": {"var3": "access_token"}}, "token_in": {"newcall"}}, "access_token"),
        ({"path_template": "/{api_key}/make"}, "/{api_key}/make"),
        ({"path_template": "/{operation}/{account}"}, "account"),
        ({"path_template": "/{operation!r}"}, "operation!r"),
        ({"path_template": "/{operation"}, "{operation"),
        ({"path_template": "{operation}"}, "{operation}"),
        ({"path_template": "/ключ/{operation}"}, "ключ"),
        ({"path_template": "/a b/{operation}"}, "a b"),
        ({"path_template": None}, "None"),
        ({"form_encoding": "xml"}, "xml"),
        ({"phone_format": "XXXXXXXXXX"}, "XXXXXXXXXX"),
        ({"send_empty_to": "yes"}, "yes"),
        ({"history_days": 0}, "0"),
        ({"history_days": True}, "True"),
        ({"history_days": 1.5}, "1.5"),
        ({"status_map": {"BUSY": "engaged"}}, "engaged"),
        ({"status_map": {" ": "busy"}}, "' '"),
        ({"status_map": {486: "busy"}}, "486"),
        ({"status_map": 3}, "3"),
        ({"refused_statuses": {399}}, "399"),
        ({"refused_statuses": {600}}, "600"),
        ({"refused_statuses": {"503"}}, "503"),
        ({"refused_statuses": {True}}, "True"),
    ],
)
def test_wrong_setting_is_refused_by_its_name_and_value(settings: dict[str, Any], named: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Dialect(**settings)
    assert f"Dialect.{next(iter(settings))} = " in str(caught.value)
    assert named in str(caught.value)


def test_text_in_place_of_a_set_is_one_member() -> None:
    assert Dialect(token_in="cdr").token_in == {"cdr"}  # type: ignore[arg-type]


def test_settings_are_copied_and_a_dialect_pickles() -> None:
    names = {"make": {"uuid": "guid"}}
    codes = {"Недозвон": "no_answer"}
    dialect = Dialect(
        wire_names=names,  # type: ignore[arg-type]
        status_map=codes,
        methods={"cdr": "GET"},
        token_in=["cdr"],
        refused_statuses=[503],
    )
    names["make"]["uuid"] = codes["Недозвон"] = "changed later"
    assert dialect.wire_names == {"make": {"uuid": "guid"}}
    assert dialect.status_map == {"Недозвон": Disposition.NO_ANSWER}
    assert dialect.token_in == frozenset({"cdr"})
    assert pickle.loads(pickle.dumps(dialect)) == dialect
    assert hash(dialect) == hash(pickle.loads(pickle.dumps(dialect)))

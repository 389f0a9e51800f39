"""Each switch of the emulator against the client's setting for the same thing: agreed upon it works, else it fails."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import httpx
import pytest

from autodialer_async import (
    ApiError,
    AsyncAutodialer,
    AuthenticationFailed,
    AutodialerError,
    Call,
    CallWindow,
    Dialect,
    Disposition,
    UploadIncomplete,
)
from autodialer_async.emulator import Emulator, Fidelity, Refusal
from autodialer_async.emulator.described import fidelity_from
from autodialer_async.emulator.writing import Codes, Times

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 2, 12, 0, 0, tzinfo=timezone(timedelta(hours=3)))
TODAY = NOON.date()
# Fates of the emulator: 0007 answers, 0001 is busy.
CALLS = [
    Call(1, 89225000007, generation_type=1, window=CallWindow.from_text("09:00", "20:30")),
    Call(2, 89225000001, generation_type=1),
]


def client(emulator: Emulator, dialect: Dialect, **settings: Any) -> AsyncAutodialer:
    return AsyncAutodialer(
        emulator.base_url,
        api_key=emulator.api_key,
        access_token=emulator.access_token,
        dialect=dialect,
        **settings,
    )


async def work(fidelity: Fidelity, dialect: Dialect = Dialect(), **settings: Any) -> Emulator:
    """All three operations, understood by both sides."""
    async with Emulator.serve(fidelity=fidelity, now=lambda: NOON) as emulator:
        async with client(emulator, dialect, **settings) as dialer:
            assert (await dialer.make(CALLS)).accepted == 2
            receipt = await dialer.newcall(phone=89225000008, generation_type=1, window=CALLS[0].window)
            assert receipt.query_count == 1
            rows = await dialer.cdr(TODAY)
            assert [row.dst for row in await dialer.cdr(TODAY, to="89225000001")] == ["89225000001"]
            assert await dialer.cdr(TODAY, to="89225000002") == []
        assert {row.dst for row in rows} == {"89225000007", "89225000001", "89225000008"}
        assert not [row.problem for row in rows if row.problem]
        assert {row.query_id for row in rows} == {task.number for task in emulator.tasks}
        readings = {row.dst: row.code.disposition for row in rows if row.code}
        assert (readings["89225000007"], readings["89225000001"]) == (Disposition.ANSWERED, Disposition.BUSY)
        assert all(row.seconds is not None for row in rows)
        first = emulator.records[0]
        assert first.extra is None
        assert (first.start, first.stop) == (CALLS[0].window.start, CALLS[0].window.stop)  # type: ignore[union-attr]
        return emulator


BOTH_SIDES: list[tuple[Fidelity, Dialect]] = [
    (Fidelity(path_template="/v2/{operation}/{api_key}"), Dialect(path_template="/v2/{operation}/{api_key}")),
    (Fidelity(token_in={"make", "newcall", "cdr"}), Dialect(token_in={"make", "newcall", "cdr"})),
    (Fidelity(token_in=()), Dialect(token_in=())),
    (Fidelity(form_encodings="multipart"), Dialect(form_encoding="multipart")),
    (Fidelity(form_encodings="json"), Dialect(form_encoding="json")),
    (Fidelity(methods={"newcall": "GET", "cdr": "GET"}), Dialect(methods={"newcall": "GET", "cdr": "GET"})),
    (
        Fidelity(
            wire_names={
                "make": {"statdialertime": "startdialertime", "phone": "tel"},
                "newcall": {"var3": "variable3", "phone": "tel"},
                "cdr": {"date_from": "from", "to": "tel"},
            }
        ),
        Dialect(
            wire_names={
                "make": {"window.start": "startdialertime", "phone": "tel"},
                "newcall": {"var3": "variable3", "phone": "tel"},
                "cdr": {"date_from": "from", "to": "tel"},
            }
        ),
    ),
]


@pytest.mark.parametrize(("fidelity", "dialect"), BOTH_SIDES)
async def test_what_both_sides_agree_upon_works(fidelity: Fidelity, dialect: Dialect) -> None:
    await work(fidelity, dialect)


@pytest.mark.parametrize("fidelity", [fidelity for number, (fidelity, _) in enumerate(BOTH_SIDES) if number != 2])
async def test_what_they_do_not_agree_upon_is_an_error_and_calls_nobody_twice(fidelity: Fidelity) -> None:
    async with Emulator.serve(fidelity=fidelity) as emulator, client(emulator, Dialect()) as dialer:
        failed = []
        attempts: list[Callable[[], Any]] = [
            lambda: dialer.make(CALLS),
            lambda: dialer.newcall(phone=89225000008, generation_type=1, immediate=True),
            lambda: dialer.cdr(TODAY),
        ]
        for attempt in attempts:
            try:
                await attempt()
            except AutodialerError as error:
                failed.append(error)
        assert failed
        assert emulator.dialled_more_than_once() == {}


@pytest.mark.parametrize(
    "fidelity",
    [
        Fidelity(keys="lower"),
        Fidelity(keys="upper"),
        Fidelity(numbers="number"),
        Fidelity(wrapping="object"),
        Fidelity(wrapping="list"),
        Fidelity(left_out={"ok", "inserted", "errorcode", "id"}),
        Fidelity(one_row_bare=True),
        Fidelity(one_row_bare=True, wrapping="object"),
        Fidelity(empty_history="{}"),
        Fidelity(empty_history="null"),
        Fidelity(empty_history=""),
        Fidelity(byte_order_mark=True),
        Fidelity(php_notice=True),
        Fidelity(content_type="text/html"),
        Fidelity(content_type=None),
        Fidelity(
            keys="lower", numbers="number", wrapping="object", php_notice=True, byte_order_mark=True, one_row_bare=True
        ),
        *[Fidelity(codes=form) for form in get_args(Codes)],
    ],
)
async def test_the_client_reads_every_shape_of_an_answer(fidelity: Fidelity) -> None:
    await work(fidelity)


@pytest.mark.parametrize("form", get_args(Times))
async def test_the_client_reads_every_form_of_a_time(form: Times) -> None:
    async with (
        Emulator.serve(fidelity=Fidelity(times=form), now=lambda: NOON) as emulator,
        client(emulator, Dialect(), server_tz=NOON.tzinfo) as dialer,
    ):
        await dialer.make(CALLS)
        assert {row.time for row in await dialer.cdr(TODAY)} == {NOON}


@pytest.mark.parametrize(
    ("form", "zone", "text"),
    [
        ("+0300", NOON.tzinfo, "2026-11-02 12:00:00 +0300"),
        ("+03:00", NOON.tzinfo, "2026-11-02 12:00:00 +03:00"),
        ("+03", NOON.tzinfo, "2026-11-02 12:00:00 +03"),
        ("+03", timezone(timedelta(hours=5, minutes=30)), "2026-11-02 12:00:00 +0530"),
        ("Z", NOON.tzinfo, "2026-11-02 09:00:00 Z"),
        ("MSK", UTC, "2026-11-02 15:00:00 MSK"),
        ("seconds", NOON.tzinfo, "2026-11-02 12:00:00 10800"),
        ("none", NOON.tzinfo, "2026-11-02 12:00:00"),
        ("MSK", None, "2026-11-02 12:00:00"),
    ],
)
def test_times_are_written_like_this(form: Times, zone: timezone | None, text: str) -> None:
    write = Fidelity(times=form).history_writer()
    assert write(1, 79225000001, NOON.replace(tzinfo=zone), "BUSY 17", 0)["TIME"] == text


@pytest.mark.parametrize(
    ("form", "code", "text"),
    [
        ("word number", "NO ANSWER 19", "NO ANSWER 19"),
        ("word/number", "BUSY 17", "BUSY/17"),
        ("word(number)", "BUSY 17", "BUSY(17)"),
        ("word:number", "FAILED 38", "FAILED:38"),
        ("number word", "BUSY 17", "17 BUSY"),
        ("word", "INVALID NUMBER 28", "INVALID NUMBER"),
        ("number", "BUSY 17", "17"),
        ("number", "MACHINE", "MACHINE"),
        ("sip", "BUSY 17", "486"),
        ("russian", "BUSY 17", "Занято"),
        ("russian", "HOUSE RULE 5", "HOUSE RULE"),
        ("word/number", "99", "99"),
    ],
)
def test_codes_are_written_like_this(form: Codes, code: str, text: str) -> None:
    assert Fidelity(codes=form).history_writer()(1, 79225000001, NOON, code, 0)["CODE"] == text


@pytest.mark.parametrize("form", ["json", "text", "html", "empty"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_a_refused_key_is_rejected_in_every_form(form: Any, status: int) -> None:
    fidelity = Fidelity(refusals={"key": Refusal(status, form)})
    async with (
        Emulator.serve(fidelity=fidelity) as emulator,
        AsyncAutodialer(emulator.base_url, api_key="wrong", access_token="t") as dialer,
    ):
        with pytest.raises(UploadIncomplete) as caught:
            await dialer.make(CALLS)
        assert (caught.value.result.rejected, caught.value.result.unknown) == (2, 0)
        with pytest.raises(AuthenticationFailed if status in (401, 403) else ApiError):
            await dialer.cdr(TODAY)


async def test_a_refusal_that_says_200_and_names_an_error_is_rejected_and_another_page_unknown() -> None:
    for form, expected in (("json", (2, 0)), ("html", (0, 2))):
        fidelity = Fidelity(refusals={"token": {"status": 200, "form": form}})
        async with (
            Emulator.serve(fidelity=fidelity) as emulator,
            AsyncAutodialer(emulator.base_url, api_key=emulator.api_key, access_token="wrong") as dialer,
        ):
            result = await dialer.make(CALLS, on_failure="return")
        assert (result.rejected, result.unknown) == expected


async def test_every_reason_to_refuse_has_its_own_status() -> None:
    statuses: dict[Any, int] = {
        "key": 410, "operation": 411, "method": 412, "token": 414, "limit": 415, "size": 416, "malformed": 417
    }  # fmt: skip
    fidelity = Fidelity(refusals=statuses)
    async with (
        Emulator.serve(fidelity=fidelity, max_body=3000) as emulator,
        httpx.AsyncClient(base_url=f"{emulator.base_url}/") as http,
    ):
        key = emulator.api_key
        many = {"query": {"access_token": emulator.access_token, "data": [1] * 1001}}
        found = {
            "key": await http.post("wrong/make"),
            "operation": await http.post(f"{key}/other"),
            "method": await http.get(f"{key}/make"),
            "token": await http.post(f"{key}/make", json={"query": {"access_token": "x", "data": []}}),
            "limit": await http.post(f"{key}/make", content=str(many).replace("'", '"').replace(" ", "")),
            "size": await http.post(f"{key}/make", content=b" " * 3001),
            "malformed": await http.post(f"{key}/make", content=b"{"),
        }
        assert {reason: response.status_code for reason, response in found.items()} == statuses


async def test_a_method_beside_post_can_be_taken_too() -> None:
    fidelity = Fidelity(methods={"cdr": ("GET", "POST")})
    async with Emulator.serve(fidelity=fidelity) as emulator:
        for dialect in (Dialect(), Dialect(methods={"cdr": "GET"})):
            async with client(emulator, dialect) as dialer:
                assert await dialer.cdr(TODAY) == []


async def test_the_literal_path_needs_no_key() -> None:
    async with (
        Emulator.serve(fidelity=Fidelity(path_template="/apikey/{operation}")) as emulator,
        AsyncAutodialer(emulator.base_url, api_key="apikey", access_token=emulator.access_token) as dialer,
    ):
        assert (await dialer.make(CALLS)).accepted == 2


async def test_a_name_that_this_installation_does_not_know_is_seen_as_extra() -> None:
    fidelity = Fidelity(wire_names={"make": {"statdialertime": "startdialertime"}})
    async with Emulator.serve(fidelity=fidelity) as emulator, client(emulator, Dialect()) as dialer:
        await dialer.make(CALLS[:1])
        assert emulator.records[0].extra == {"statdialertime (unknown)": "09:00:00"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"path_template": "{operation}"},
        {"path_template": "/make"},
        {"path_template": "/_emulator/{operation}"},
        {"token_in": ["fetch"]},
        {"form_encodings": "xml"},
        {"methods": {"fetch": "GET"}},
        {"methods": {"cdr": "PUT"}},
        {"methods": {"make": "GET"}},
        {"methods": 5},
        {"wire_names": {"make": {"id": "x", "phone": "x"}}},
        {"wire_names": {"fetch": {}}},
        {"keys": "camel"},
        {"numbers": "roman"},
        {"wrapping": "paper"},
        {"left_out": ["lines"]},
        {"empty_history": "none"},
        {"times": "Mars"},
        {"codes": "morse"},
        {"one_row_bare": "no"},
        {"php_notice": 1},
        {"content_type": 5},
        {"content_type": "text/html\r\nx: y"},
        {"wire_names": {"make": {"phone": 5}}},
        {"refusals": {"mood": 400}},
        {"refusals": {"key": 99}},
        {"refusals": {"key": {"status": 400, "form": "song"}}},
        {"colour": "red"},
    ],
)
def test_a_switch_that_cannot_be_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^fidelity: "):
        fidelity_from(wrong)

"""What an answer means: accepted, rejected or unknown."""

from __future__ import annotations

import codecs
import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async._wire.answers import read_make_answer, read_newcall_answer
from autodialer_async._wire.cdr import read_cdr_answer
from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.masking import Masker
from autodialer_async._wire.reading import Reading
from autodialer_async.errors import (
    ApiError,
    AuthenticationFailed,
    CallRejected,
    DeliveryUnknown,
    RateLimited,
    UnreadableAnswer,
)
from autodialer_async.models import Answer, BatchReport, BatchState, CallDetail, CallReceipt, Disposition

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
EXCERPT = Masker(["t0ken-word"]).excerpt
PAGE_REPORT = '{"report":{"lines":"3","ok":"3","inserted":"2", "errorcode":"2", "id":"40133707428585176"}}'
PAGE_READ = BatchReport(3, 3, 2, 2, 40133707428585176)


def answer(body: object = b"", status: int = 200, *, truncated: bool = False, **headers: str) -> Answer:
    if isinstance(body, str):
        body = body.encode()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, content, truncated)


def make(given: Answer, sent: int = 3, **settings: Any) -> Reading[BatchReport]:
    return read_make_answer(given, sent=sent, dialect=Dialect(**settings), excerpt=EXCERPT, now=NOW)


def newcall(given: Answer, **settings: Any) -> Reading[CallReceipt]:
    return read_newcall_answer(given, dialect=Dialect(**settings), excerpt=EXCERPT, now=NOW)


def cdr(given: Answer, server_tz: Any = None, **settings: Any) -> Reading[list[CallDetail]]:
    return read_cdr_answer(given, dialect=Dialect(**settings), server_tz=server_tz, excerpt=EXCERPT, now=NOW)


def rows(given: Answer) -> list[CallDetail]:
    read = cdr(given)
    assert (read.state, read.error) == (BatchState.ACCEPTED, None)
    assert read.value is not None
    return read.value


# --- make: a report


@pytest.mark.parametrize("status", [200, 201, 302, 400, 401, 404, 413, 429, 500, 503])
def test_readable_report_wins_over_the_status(status: int) -> None:
    assert make(answer(PAGE_REPORT, status)) == Reading(BatchState.ACCEPTED, value=PAGE_READ)


NUMBERS = '{"report":{"lines":3,"ok":3,"inserted":2,"errorcode":2,"id":40133707428585176}}'


@pytest.mark.parametrize(
    "body",
    [
        NUMBERS,
        '{"REPORT":{"Lines":"3","OK":3,"Inserted":"2","ErrorCode":"2","ID":"40133707428585176"}}',
        f"[{PAGE_REPORT}]",
        f'{{"result":{PAGE_REPORT}}}',
        f'{{"status":"ok","data":[{PAGE_REPORT}]}}',
        PAGE_REPORT.replace('"report":{', '"report":[{').replace("}}", "}]}"),
        codecs.BOM_UTF8 + PAGE_REPORT.encode(),
        f"\r\n {PAGE_REPORT} \n",
        f"PHP Notice: Undefined index: x in /a.php on line 3\n{PAGE_REPORT}",
        f"<br />\n<b>Notice</b>: [x] {{y}} in <b>/a.php</b> on line <b>3</b><br />{PAGE_REPORT}",
        "Предупреждение\n".encode("cp1251") + PAGE_REPORT.encode(),
        f"[21-Nov-2026] PHP Notice\n  {PAGE_REPORT}",
    ],
)
def test_tolerated_shapes_of_a_report_read_the_same(body: str | bytes) -> None:
    assert make(answer(body)) == Reading(BatchState.ACCEPTED, value=PAGE_READ)


@pytest.mark.parametrize("digits", [17, 24, 40])
@pytest.mark.parametrize("quote", ["", '"'])
def test_long_ids_survive(digits: int, quote: str) -> None:
    number = "4" + "1" * (digits - 2) + "7"
    read = make(answer(f'{{"report":{{"lines":3,"id":{quote}{number}{quote}}}}}'))
    assert read.value == BatchReport(3, id=int(number))
    receipt = newcall(answer(f'{{"QUERY_ID":{quote}{number}{quote},"QUERY_COUNT":1}}'))
    assert receipt.value == CallReceipt(int(number), 1)
    (row,) = rows(answer(f'[{{"QUERY_ID":{quote}{number}{quote}}}]'))
    assert row.query_id == int(number)


@pytest.mark.parametrize(
    ("given", "read"),
    [("2", 2), (2, 2), (-7, -7), ("-7", -7), ("E-12", "E-12"), ("", None), ("9" * 5000, "***")],
)
def test_errorcode_is_opaque_and_never_an_error(given: object, read: object) -> None:
    reading = make(answer({"report": {"lines": 3, "ok": 3, "inserted": 3, "errorcode": given}}))
    assert reading == Reading(BatchState.ACCEPTED, value=BatchReport(3, 3, 3, read, None))  # type: ignore[arg-type]


@pytest.mark.parametrize("fields", [{"ok": 0}, {"inserted": "0"}, {"ok": 3, "inserted": 0}, {"ok": 0, "lines": 2}])
def test_report_that_took_nothing_is_a_refusal(fields: dict[str, object]) -> None:
    read = make(answer({"report": {"lines": 3, "errorcode": "E7", **fields}}))
    assert read.state is BatchState.REJECTED
    assert isinstance(read.error, ApiError)
    assert "took none of 3 records, errorcode E7" in str(read.error)
    assert (read.repeatable, read.stop, read.error.status) == (False, False, 200)
    assert read.value is not None


def test_report_on_an_empty_batch_is_accepted() -> None:
    assert make(answer({"report": {"lines": 0, "ok": 0, "inserted": 0}}), sent=0).state is BatchState.ACCEPTED


@pytest.mark.parametrize("lines", [0, 2, 4, 10**30])
def test_other_number_of_lines_is_unknown_and_keeps_the_report(lines: int) -> None:
    read = make(answer({"report": {"lines": lines}}))
    assert (read.state, read.value, read.stop) == (BatchState.UNKNOWN, BatchReport(lines), False)
    assert isinstance(read.error, DeliveryUnknown)
    assert f"counted {lines} records where 3 were sent" in str(read.error)


malformed_counts = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(max_value=-1),
    st.text().filter(lambda text: not (text.isascii() and text.isdigit())),
    st.sampled_from(["٣", "²", "1e3", "+3", " 3", "3.0", "0x3", "9" * 5000]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(st.sampled_from(["lines", "ok", "inserted", "id"]), malformed_counts)
def test_malformed_field_makes_a_report_unreadable_never_zero(name: str, value: object) -> None:
    read = make(answer({"report": {"lines": 3, "ok": 3, "inserted": 3, "id": 5, name: value}}))
    assert (read.state, read.value) == (BatchState.UNKNOWN, None)
    assert isinstance(read.error, DeliveryUnknown)


@given(st.sampled_from(["QUERY_ID", "QUERY_COUNT"]), malformed_counts, st.sampled_from([200, 400, 401, 429, 500]))
def test_malformed_receipt_is_unknown_whatever_the_status(name: str, value: object, status: int) -> None:
    read = newcall(answer({"QUERY_ID": 7, "QUERY_COUNT": 1, name: value}, status))
    assert (read.state, read.value, read.repeatable) == (BatchState.UNKNOWN, None, False)
    assert isinstance(read.error, DeliveryUnknown)


NO_REPORT = [
    "",
    "<html><body>OK</body></html>",
    PAGE_REPORT[:-1],
    PAGE_REPORT + "<br>Notice",
    f"{PAGE_REPORT}\n{PAGE_REPORT}",
    f"[{PAGE_REPORT},{PAGE_REPORT}]",
    f'{{"a":{PAGE_REPORT},"b":{PAGE_REPORT}}}',
    f'{{"a":{{"b":{PAGE_REPORT}}}}}',
    '{"report":{}}',
    '{"report":null,"error":"bad token"}',
    '{"report":{"lines":3,"LINES":3}}',
    '{"report":{"lines":3,"lines":3}}',
    '{"report":{"lines":3},"Report":{"lines":3}}',
    '{"report":{"lines":3,"errorcode":1.5}}',
    '{"report":{"lines":3,"errorcode":true}}',
    '{"report":{"lines":3,"errorcode":null}}',
    '{"report":{"lines":3,"ok":4}}',
    '{"report":{"lines":3,"inserted":4}}',
    '{"report":{"lines":3,"id":NaN}}',
    '{"report":{"lines":3},"x":Infinity}',
    '{"report":{"lines":3.0}}',
    '{"lines":3}',
    '"3"',
    "null",
    "[" * 100_000,
    "x\n" + "[\n" * 60 + PAGE_REPORT,
    "x\n" + ("[" * 3000 + "\n") * 3,
    '{"status":"ok"}',
    '{"error":0,"message":"queued"}',
    '{"error":"0","errors":[],"message":"queued"}',
    '{"error":"","message":""}',
    '{"error":"a","Error":"b"}',
]


@pytest.mark.parametrize("body", NO_REPORT, ids=range(len(NO_REPORT)))
def test_success_without_a_readable_report_is_unknown(body: str) -> None:
    read = make(answer(body))
    assert (read.state, read.value, read.repeatable, read.stop) == (BatchState.UNKNOWN, None, False, False)
    assert isinstance(read.error, DeliveryUnknown)
    assert (read.error.status, read.error.may_have_dialled) == (200, True)
    assert read.error.excerpt is not None


@pytest.mark.parametrize("body", [PAGE_REPORT, '{"error":"no"}'])
def test_answer_cut_short_is_unknown_even_where_it_parses(body: str) -> None:
    read = make(answer(body, truncated=True))
    assert (read.state, read.value) == (BatchState.UNKNOWN, None)
    assert "cut short" in str(read.error)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"error":"wrong token"}', "wrong token"),
        ('{"ERROR":"wrong token","message":"other"}', "wrong token"),
        ('{"Message":"wrong token"}', "wrong token"),
        ('{"errors":["a","b"]}', '["a", "b"]'),
        ('{"error":{"code":5}}', '{"code": 5}'),
        ('{"error":5}', "5"),
        ('{"error":true}', "true"),
        ('{"error":true,"message":"wrong token"}', "wrong token"),
        ('[{"data":{"error":"wrong token"}}]', "wrong token"),
        ('{"error":"неверный ключ"}', "неверный ключ"),
    ],
)
def test_object_that_names_an_error_is_a_refusal(body: str, text: str) -> None:
    for read in (make(answer(body)), newcall(answer(body)), cdr(answer(body))):
        assert (read.state, read.value, read.repeatable) == (BatchState.REJECTED, None, False)
        assert type(read.error) is ApiError
        assert text in read.error.message


def test_named_error_shows_no_secret_and_no_number() -> None:
    read = make(answer({"error": "token t0ken-word of 8 922 222 00 00 \ud83d"}))
    assert "***" in str(read.error)
    for shown in (str(read.error), repr(read.error), str(pickle.loads(pickle.dumps(read.error)).excerpt)):
        assert "t0ken" not in shown
        assert "922" not in shown


# --- make and newcall: no report


@pytest.mark.parametrize("read_answer", [make, newcall])
@pytest.mark.parametrize("body", ["", "<html>", '{"error":"no"}', "[]"])
@pytest.mark.parametrize(
    ("status", "kind", "flags"),
    [
        (400, ApiError, {}),
        (401, AuthenticationFailed, {"stop": True}),
        (403, AuthenticationFailed, {"stop": True}),
        (404, ApiError, {"stop": True}),
        (408, ApiError, {"repeatable": True}),
        (413, ApiError, {"too_large": True}),
        (422, ApiError, {}),
        (425, ApiError, {"repeatable": True}),
        (429, RateLimited, {"repeatable": True}),
        (499, ApiError, {}),
    ],
)
def test_4xx_is_a_refusal(read_answer: Any, body: str, status: int, kind: type, flags: dict[str, bool]) -> None:
    read: Reading[Any] = read_answer(answer(body, status))
    assert read == Reading(BatchState.REJECTED, error=read.error, **flags)
    assert type(read.error) is kind
    assert isinstance(read.error, ApiError)
    assert read.error.status == status


@pytest.mark.parametrize("read_answer", [make, newcall])
@pytest.mark.parametrize("body", ["", "<html>", '{"error":"no"}', '{"message":"Internal Server Error"}'])
@pytest.mark.parametrize("status", [301, 302, 304, 307, 500, 502, 503, 504, 599])
def test_3xx_and_5xx_are_unknown_and_a_redirect_stops_the_run(read_answer: Any, body: str, status: int) -> None:
    read = read_answer(answer(body, status))
    assert read == Reading(BatchState.UNKNOWN, error=read.error, stop=status < 400)
    assert type(read.error) is DeliveryUnknown
    assert read.error.status == status


def test_rate_limited_error_knows_how_long_to_wait() -> None:
    read = make(answer("", 429, retry_after="7"))
    assert read.retry_after == 7
    assert isinstance(read.error, RateLimited)
    assert read.error.retry_after == 7


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", None), ("", None)])
def test_503_that_says_when_to_come_back_is_a_refusal(header: str, seconds: float | None) -> None:
    read = make(answer("", 503, retry_after=header))
    assert read == Reading(BatchState.REJECTED, error=read.error, repeatable=True, retry_after=seconds)
    assert type(read.error) is ApiError


@pytest.mark.parametrize("status", [400, 500, 503])
def test_refused_statuses_of_the_dialect_may_be_repeated(status: int) -> None:
    read = make(answer("", status, retry_after="2"), refused_statuses={status})
    assert (read.state, read.repeatable, read.retry_after) == (BatchState.REJECTED, True, 2)
    assert cdr(answer("", status), refused_statuses={status}).repeatable


def test_too_large_stays_too_large_among_refused_statuses() -> None:
    read = make(answer("", 413), refused_statuses={413})
    assert (read.too_large, read.repeatable) == (True, False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        ("2.5", 2.5),
        (" 3 ", 3),
        ("-5", 0),
        ("Sat, 21 Nov 2026 12:01:30 GMT", 90),
        ("Sat, 21 Nov 2026 12:01:30 -0000", 90),
        ("Sat, 21 Nov 2026 15:01:30 +0300", 90),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0),
        ("Sat, 99 Nov 2026 11:00:00 GMT", None),
        ("1e3", None),
        ("٣", None),
        ("9" * 400, None),
        ("later", None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(header: str, seconds: float | None) -> None:
    assert make(answer("", 429, retry_after=header)).retry_after == seconds


@given(st.text())
def test_any_retry_after_is_seconds_or_nothing(header: str) -> None:
    wait = make(answer("", 429, retry_after=header)).retry_after
    assert wait is None or wait >= 0


def test_status_without_a_name_is_shown_as_a_number() -> None:
    assert "status 499" in str(make(answer("", 499)).error)


# --- newcall


@pytest.mark.parametrize("status", [200, 400, 500])
@pytest.mark.parametrize(
    "body",
    [
        '{"QUERY_ID":"40133707428585176","QUERY_COUNT":"1"}',
        '[{"query_id":40133707428585176,"query_count":1}]',
        '{"result":[{"Query_Id":40133707428585176,"QUERY_COUNT":1}]}',
        '\ufeff{"QUERY_ID":40133707428585176,"QUERY_COUNT":1}',
    ],
)
def test_receipt_in_every_tolerated_shape(body: str, status: int) -> None:
    assert newcall(answer(body, status)) == Reading(BatchState.ACCEPTED, value=CallReceipt(40133707428585176, 1))


@pytest.mark.parametrize(
    "body", ['{"QUERY_ID":"5","QUERY_COUNT":"0"}', '{"QUERY_COUNT":0}', '{"QUERY_ID":null,"QUERY_COUNT":0}']
)
def test_nothing_taken_is_call_rejected(body: str) -> None:
    read = newcall(answer(body))
    assert (read.state, type(read.error), read.repeatable) == (BatchState.REJECTED, CallRejected, False)


@pytest.mark.parametrize(
    "body",
    [
        '{"QUERY_ID":5}',
        '{"QUERY_COUNT":1}',
        '{"QUERY_ID":5,"query_id":5,"QUERY_COUNT":1}',
        '{"QUERY_ID":5,"error":"x"}',
    ],
)
def test_half_a_receipt_is_unknown(body: str) -> None:
    assert newcall(answer(body, 400)).state is BatchState.UNKNOWN


@pytest.mark.parametrize("body", ["", "ok", "{}", '{"report":{"lines":1}}'])
def test_no_receipt_is_unknown(body: str) -> None:
    read = newcall(answer(body))
    assert (read.state, type(read.error)) == (BatchState.UNKNOWN, DeliveryUnknown)


# --- cdr

ROW = {
    "QUERY_ID": "40133707428585176",
    "DST": "79222220000",
    "TIME": "2026-11-21 10:00:00 +0300",
    "CODE": "BUSY/17",
    "SEC": "5",
}


@pytest.mark.parametrize(
    "body",
    [
        [ROW],
        ROW,
        {"data": [ROW]},
        {"data": ROW},
        [[ROW]],
        [{"rows": [ROW]}],
        {"status": "ok", "code": 0, "data": [ROW], "errors": []},
        {"message": "ok", "data": [ROW]},
        {"meta": {"page": 1}, "data": [ROW]},
        [{name.lower(): value for name, value in ROW.items()}],
    ],
)
def test_tolerated_shapes_of_a_history_read_the_same(body: object) -> None:
    (row,) = rows(answer(body))
    assert (row.query_id, row.dst, row.seconds, row.problem) == (40133707428585176, "89222220000", 5, None)
    assert row.time == datetime(2026, 11, 21, 7, tzinfo=UTC)
    assert row.code is not None
    assert (row.code.raw, row.code.disposition) == ("BUSY/17", Disposition.BUSY)
    assert {name.upper(): value for name, value in row.raw.items()} == ROW


@pytest.mark.parametrize(
    "body",
    [
        "",
        " \n",
        "\ufeff",
        "null",
        "[]",
        "{}",
        "[[]]",
        "[{}]",
        '{"data":[]}',
        '{"data":null}',
        '{"data":{}}',
        '{"ok":1,"data":null}',
        '{"errors":[],"data":[]}',
        "<br>Notice\n[]",
    ],
)
def test_empty_history_in_every_tolerated_shape(body: str) -> None:
    assert rows(answer(body)) == []


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "5",
        "true",
        '"x"',
        "[1",
        '{"status":"ok"}',
        '{"a":[1],"b":[2]}',
        '{"a":{"b":{"QUERY_ID":1}}}',
        '{"code":5,"time":1}',
        "NaN",
    ],
)
def test_what_is_no_history_is_unreadable(body: str) -> None:
    read = cdr(answer(body))
    assert (read.state, type(read.error), read.repeatable) == (BatchState.REJECTED, UnreadableAnswer, False)


def test_history_cut_short_may_be_read_again() -> None:
    read = cdr(answer([ROW], truncated=True))
    assert (type(read.error), read.repeatable) == (UnreadableAnswer, True)


def test_bad_rows_leave_the_others_alone() -> None:
    bad: list[object] = [5, None, "x", {}, [], {**ROW, "query_id": 1}, {**ROW, "SEC": -1}, {**ROW, "TIME": "вчера"}]
    read = rows(answer([ROW, *bad, ROW]))
    assert [row.problem is None for row in read] == [True, *[False] * len(bad), True]
    assert [row.raw for row in read[1:4]] == [{"row": 5}, {"row": None}, {"row": "x"}]
    assert read[6].problem == "a field stands twice in the answer"
    assert (read[7].seconds, read[7].query_id) == (None, 40133707428585176)
    assert read[7].problem == "sec is not a whole number"
    assert read[8].problem == "time is not a time"


def test_one_object_that_is_no_row_is_a_bad_row() -> None:
    (row,) = rows(answer([{"something": 1}]))
    assert row.raw == {"something": 1}
    assert row.problem == "query_id is missing; sec is missing; dst is missing; time is missing; code is missing"


@pytest.mark.parametrize(
    ("given", "dst", "good"),
    [
        (89222220000, "89222220000", True),
        ("+7 922 222-00-00", "89222220000", True),
        ("+375291234567", "+375291234567", True),
        ("operator 7", "operator 7", True),
        ("", None, False),
        (None, None, False),
        (1.5, None, False),
        (True, None, False),
    ],
)
def test_number_called_is_canonical_where_it_is_a_number(given: object, dst: str | None, good: bool) -> None:
    (row,) = rows(answer([{**ROW, "DST": given}]))
    assert (row.dst, row.problem is None) == (dst, good)


@pytest.mark.parametrize(
    ("given", "raw", "reading"),
    [
        ("", "", "unknown"),
        (None, "", "unknown"),
        (16, "16", "answered"),
        (1.5, "1.5", "unknown"),
        ({"a": 1}, '{"a": 1}', "unknown"),
    ],
)
def test_code_is_never_a_problem(given: object, raw: str, reading: str) -> None:
    (row,) = rows(answer([{**ROW, "CODE": given}]))
    assert row.code is not None
    assert (row.code.raw, row.code.disposition, row.problem) == (raw, reading, None)


def test_status_map_of_the_dialect_reads_codes() -> None:
    read = cdr(answer([ROW]), status_map={"17": "machine"})
    assert read.value is not None
    assert read.value[0].code is not None
    assert read.value[0].code.disposition is Disposition.MACHINE


@pytest.mark.parametrize("time", [None, "", 5])
def test_row_without_a_time_says_so(time: object) -> None:
    (row,) = rows(answer([{**ROW, "TIME": time}]))
    assert row.time is None
    assert "time is" in str(row.problem)


def test_time_without_a_zone_is_the_server_s() -> None:
    zone = timezone(timedelta(hours=5))
    read = cdr(answer([{**ROW, "TIME": "2026-11-21 10:00:00"}]), zone)
    assert read.value is not None
    assert read.value[0].time == datetime(2026, 11, 21, 10, tzinfo=zone)


def test_history_in_cp1251_is_read() -> None:
    text = json.dumps([{**ROW, "CODE": "Занято"}], ensure_ascii=False)
    (row,) = rows(answer(text.encode("cp1251")))
    assert row.code is not None
    assert row.code.disposition is Disposition.BUSY


@pytest.mark.parametrize("body", ["", "[]", json.dumps([ROW]), '{"error":"no"}'])
@pytest.mark.parametrize(
    ("status", "kind", "repeatable"),
    [
        (302, ApiError, False),
        (400, ApiError, False),
        (401, AuthenticationFailed, False),
        (403, AuthenticationFailed, False),
        (404, ApiError, False),
        (408, ApiError, True),
        (425, ApiError, True),
        (429, RateLimited, True),
        (500, ApiError, True),
        (503, ApiError, True),
    ],
)
def test_history_comes_only_with_success(body: str, status: int, kind: type, repeatable: bool) -> None:
    read = cdr(answer(body, status, retry_after="4"))
    assert (read.state, read.value, read.repeatable) == (BatchState.REJECTED, None, repeatable)
    assert read.retry_after == (4 if repeatable else None)
    assert type(read.error) is kind


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["report", "lines", "ok", "QUERY_ID", "QUERY_COUNT", "DST", "TIME", "CODE", "SEC", "error", "data"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.one_of(st.binary(max_size=200), json_values.map(lambda value: json.dumps(value).encode())), st.integers(100, 599)
)
def test_no_answer_breaks_the_reader_and_no_history_is_unknown(body: bytes, status: int) -> None:
    given = answer(body, status)
    for read in (make(given), newcall(given), cdr(given)):
        assert (read.error is None) == (read.state is BatchState.ACCEPTED)
    assert cdr(given).state is not BatchState.UNKNOWN


# Anything before the JSON, and the fast reader leaves the answer to the careful one.
NOTICE = b"Notice\n"
plain_rows = st.fixed_dictionaries(
    {
        "QUERY_ID": st.sampled_from(["40133707428585176", 40133707428585176]),
        "DST": st.sampled_from(["89222220000", "79222220000", "+375291234567", "operator", " 8 922 222-00-00"]),
        "TIME": st.sampled_from(
            ["2026-11-21 10:00:00 +0300", "2026-11-21 10:00:01 +0300", "2026-11-22 00:00:00 +0300"]
        ),
        "CODE": st.sampled_from(["BUSY/17", "Занято", "ANSWERED 16", ""]),
        "SEC": st.sampled_from(["5", 0, 17]),
    }
)
other_cells: st.SearchStrategy[object] = st.sampled_from([
    None, "", "x", "5", -1, True, 1.5, 10**18, 10**20, 123456789012345678901234, "9" * 24, '"', "\\", "\ud83d", [],
    {"a": "b"}, "2026-11-21T10:00:00Z", "2026-11-21 10:00:00", "2026-11-21 10:00:00 MSK", "2026-W47-6T10:00:00",
    "2026-11-21 10:00:00 0", "2026-11-21 10:00:00\n", "20261121 10:00:00.123", "2026-02-30 10:00:00 Z", "٠",
])  # fmt: skip
damage = st.tuples(
    st.sampled_from(["QUERY_ID", "DST", "TIME", "CODE", "SEC", "query_id", "EXTRA"]),
    other_cells | st.text(max_size=4),
    st.sampled_from(["one", "all", "twice", "left out"]),
)


def damaged(rows_given: list[dict[str, Any]], name: str, cell: object, how: str) -> bytes:
    text = json.dumps(rows_given, ensure_ascii=how == "one")
    if how == "twice":
        text = text.replace('{"QUERY_ID"', f'{{"{name}": {json.dumps(cell)}, "QUERY_ID"', 1)
    elif how == "left out":
        text = json.dumps([{key: held for key, held in row.items() if key != name} for row in rows_given])
    else:
        last = rows_given[-1]
        text = json.dumps([{**row, name: cell} if how == "all" or row is last else row for row in rows_given])
    return text.encode(errors="surrogatepass")


@given(st.lists(plain_rows, min_size=1, max_size=4), damage, st.sampled_from([None, timezone(timedelta(hours=5))]))
def test_a_history_read_fast_is_what_it_is_read_with_care(
    rows_given: list[dict[str, Any]], harm: tuple[str, object, str], zone: timezone | None
) -> None:
    body = damaged(rows_given, *harm)
    fast, careful = cdr(answer(body), zone), cdr(answer(NOTICE + body), zone)
    assert fast == careful
    assert repr(fast.value) == repr(careful.value)
    assert [row.raw for row in fast.value or ()] == [row.raw for row in careful.value or ()]


@given(st.lists(plain_rows, min_size=1, max_size=3), damage)
def test_every_row_of_a_history_keeps_what_came(
    rows_given: list[dict[str, Any]], harm: tuple[str, object, str]
) -> None:
    body = damaged(rows_given, *harm)
    read = rows(answer(body))
    assert len(read) == len(rows_given)
    if harm[2] != "twice":
        assert [dict(row.raw) for row in read] == json.loads(body.decode("utf-8", "surrogatepass"))


def test_ids_longer_than_64_bits_keep_all_their_digits() -> None:
    (row,) = rows(answer('[{"QUERY_ID":123456789012345678901234,"DST":"89222220000","TIME":"","CODE":"","SEC":1}]'))
    assert row.query_id == 123456789012345678901234
    assert row.raw["QUERY_ID"] == 123456789012345678901234


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_day_of_many_rows_is_read_whole_and_in_order(wrapped: bool) -> None:
    many: list[object] = [{**ROW, "DST": f"8922{number:07}"} for number in range(1000)]
    many[700] = {**ROW, "SEC": "?"}
    read = rows(answer({"status": "ok", "data": many} if wrapped else many))
    assert [row.raw["DST"] for row in read] == [row["DST"] for row in many if isinstance(row, dict)]
    assert [place for place, row in enumerate(read) if row.problem] == [700]

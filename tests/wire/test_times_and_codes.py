"""TIME and CODE of a history row."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autodialer_async._wire.dialect import Dialect
from autodialer_async._wire.result_code import read_code
from autodialer_async._wire.times import read_time, read_times
from autodialer_async.models import Disposition

MOSCOW = timedelta(hours=3)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("Z", timedelta()),
        ("z", timedelta()),
        (" Z", timedelta()),
        (" UTC", timedelta()),
        ("+0300", MOSCOW),
        (" +0300", MOSCOW),
        ("+03:00", MOSCOW),
        (" +03", MOSCOW),
        (" MSK", MOSCOW),
        (" 10800", MOSCOW),
        (" +10800", MOSCOW),
        (" -3600", timedelta(hours=-1)),
        (" -0330", timedelta(hours=-3, minutes=-30)),
        (" 0", timedelta()),
        (" 18000", timedelta(hours=5)),
        ("+05", timedelta(hours=5)),
    ],
)
@pytest.mark.parametrize("joint", [" ", "T"])
def test_zone_is_read_in_every_form(zone: str, offset: timedelta, joint: str) -> None:
    read = read_time(f"2026-11-21{joint}09:05:07{zone}", ZoneInfo("Asia/Omsk"))
    assert read == datetime(2026, 11, 21, 9, 5, 7, tzinfo=timezone(offset))
    assert read.utcoffset() == offset


def test_time_without_a_zone_is_the_server_s_or_naive() -> None:
    assert read_time("2026-11-21 09:05:07", None) == datetime(2026, 11, 21, 9, 5, 7)  # noqa: DTZ001
    assert read_time(" 2026-11-21 09:05:07 ", UTC).tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "21.11.2026 10:00:00",
        "2026-13-21 10:00:00",
        "2026-11-21 25:00:00",
        "0000-00-00 00:00:00",
        "0001-01-01 00:00:00 +0300",
        "9999-12-31 23:59:59",
        "2026-11-21 10:00:00 EST",
        "2026-11-21 10:00:00 +0399",
        "2026-11-21 10:00:00 +99:00",
        "2026-11-21 10:00:00 100",
        "2026-11-21 10:00:00 90000",
        "2026-11-21 10:00:00 Z Z",
        "२०२६-11-21 10:00:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a|must be in|out of range"):
        read_time(text, None)
    with pytest.raises(ValueError, match=r"not a|must be in|out of range"):
        list(read_times([text, text], None))


@given(st.text())
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    for whole in (text, f"2026-11-21 10:00:00{text}"):
        with suppress(ValueError):
            assert isinstance(read_time(whole, None), datetime)


WORDS = {
    "answered": ["ANSWERED", "ＡＮＳＷＥＲＥＤ", "ANSWER", "Отвечен", "Отвечено"],
    "busy": ["BUSY", "Занято", "Занят"],
    "no_answer": ["NO ANSWER", "NOANSWER", "Нет ответа", "Не отвечен"],
    "rejected": ["CANCEL", "REJECTED", "Сброс", "Сброшен", "Отклонён", "Отклонен", "Отклоне\u0308н"],
    "unreachable": ["CHANUNAVAIL", "UNAVAILABLE", "Абонент недоступен", "Недоступен"],
    "invalid_number": ["INVALID NUMBER", "Неверный номер"],
    "congestion": ["CONGESTION", "Перегрузка"],
    "failed": ["FAILED", "ERROR", "Ошибка"],
    "machine": ["MACHINE", "VOICEMAIL", "Автоответчик"],
    "in_progress": ["NEW", "QUEUED", "DIALING", "В работе", "В очереди"],
    "unknown": ["", " ", "RINGING", "?", "Состоялся"],
}
NUMBERS = {
    "answered": [16, 200],
    "busy": [17, 486, 600],
    "no_answer": [18, 19, 408, 480, 487],
    "rejected": [21, 401, 403, 407, 603],
    "unreachable": [20, 410],
    "invalid_number": [1, 22, 28, 404, 484, 485, 604],
    "congestion": [34, 42, 44, 503],
    "failed": [3, 27, 31, 38, 41, 47, 102, 127, 400, 402, 488, 500, 504, 599, 601, 699],
    "in_progress": [100, 101, 128, 180, 183],
    "unknown": [0, 2, 50, 99, 184, 199, 201, 302, 399, 700, 12345],
}


@pytest.mark.parametrize(("reading", "word"), [(reading, word) for reading, words in WORDS.items() for word in words])
def test_every_word_of_the_table_in_any_spelling(reading: str, word: str) -> None:
    forms = [
        word,
        word.lower(),
        word.upper(),
        f" {word}\t",
        word.replace(" ", "_"),
        word.replace(" ", "-"),
        word.replace(" ", ""),
    ]
    for raw in forms:
        code = read_code(raw, {})
        assert (code.raw, code.disposition, code.number) == (raw, reading, None)


@given(
    st.sampled_from([(reading, word) for reading, words in WORDS.items() for word in words if word.strip(" ?")]),
    st.data(),
)
def test_no_case_blank_hyphen_or_underscore_makes_a_difference(known: tuple[str, str], data: st.DataObject) -> None:
    reading, word = known
    gap = st.text(" \t-_\u00a0", max_size=2)
    letters = [
        data.draw(st.sampled_from([letter.lower(), letter.upper()])) + data.draw(gap)
        for letter in word
        if letter != " "
    ]
    number = data.draw(st.sampled_from(["", "16", "486", "1", "0"]))
    before, after = data.draw(st.sampled_from([("", ""), ("", "/"), ("", "("), ("", ":"), (" ", "")]))
    spelled = "".join(letters)
    raw = f"{number}{before}{spelled}" if before else f"{spelled}{after}{number}"
    code = read_code(raw, {})
    assert (code.raw, code.disposition) == (raw, reading)
    assert code.number == (int(number) if number.strip("0") else None)


@pytest.mark.parametrize(("reading", "number"), [(reading, one) for reading, some in NUMBERS.items() for one in some])
def test_every_number_of_the_table(reading: str, number: int) -> None:
    for raw in (str(number), f" 0{number} ", f"({number})"):
        code = read_code(raw, {})
        assert (code.raw, code.word, code.disposition) == (raw, None, reading)
        assert code.number == (number if 1 <= number <= 699 else None)


@pytest.mark.parametrize(
    ("raw", "word", "number", "reading"),
    [
        ("ANSWERED 16", "ANSWERED", 16, "answered"),
        ("BUSY/17", "BUSY", 17, "busy"),
        ("BUSY(17)", "BUSY", 17, "busy"),
        ("17 BUSY", "BUSY", 17, "busy"),
        ("FAILED:34", "FAILED", 34, "failed"),
        ("NO ANSWER - 19", "NO ANSWER", 19, "no_answer"),
        ("no-answer_19", "no-answer", 19, "no_answer"),
        ("BUSY 16", "BUSY", 16, "busy"),
        ("Занято/486", "Занято", 486, "busy"),
        ("Состоялся 16", "Состоялся", 16, "unknown"),
        ("BUSY 17 486", "BUSY", None, "busy"),
        ("17/486", None, None, "unknown"),
        ("BUSY 99999", "BUSY", None, "busy"),
        ("/", None, None, "unknown"),
    ],
)
def test_word_and_number_together(raw: str, word: str | None, number: int | None, reading: str) -> None:
    code = read_code(raw, {})
    assert (code.raw, code.word, code.number, code.disposition) == (raw, word, number, reading)


@pytest.mark.parametrize(
    ("key", "raw"),
    [
        ("No Dial", "NO-DIAL"),
        ("недозвон", "Недозвон 19"),
        ("31", "BUSY 31"),
        ("31", "31"),
        ("BUSY/17", "busy/17"),
        ("-", ""),
    ],
)
def test_status_map_goes_first_by_whole_text_word_and_number(key: str, raw: str) -> None:
    dialect = Dialect(status_map={key: "machine"})
    assert read_code(raw, dialect.status_map).disposition is Disposition.MACHINE


def test_status_map_leaves_other_codes_to_the_table() -> None:
    assert read_code("BUSY 17", {"None": "machine", "18": "failed"}).disposition is Disposition.BUSY
    assert read_code("16", {"None": "machine"}).disposition is Disposition.ANSWERED


@given(st.text(), st.dictionaries(st.text(), st.sampled_from(Disposition), max_size=3))
def test_reading_a_code_never_raises_and_keeps_the_text(raw: str, status_map: dict[str, Disposition]) -> None:
    code = read_code(raw, status_map)
    assert code.raw == raw
    assert isinstance(code.disposition, Disposition)

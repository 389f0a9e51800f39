"""Moments, codes and whole answers as they are written on the wire."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import orjson

from autodialer_async.emulator.answers import Answer
from autodialer_async.emulator.phone import written_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from autodialer_async.emulator.fidelity import Fidelity, Reason

__all__ = ["Codes", "HistoryWriter", "Times", "written_answer", "written_history", "written_refusal"]

Times = Literal["+0300", "+03:00", "+03", "Z", "MSK", "seconds", "none"]
Codes = Literal[
    "word number",
    "word/number",
    "word(number)",
    "word:number",
    "number word",
    "word",
    "number",
    "sip",
    "russian",
]

_MOSCOW: Final = timezone(timedelta(hours=3))
_CODE: Final = re.compile(r"(?P<word>.*?) ?(?P<number>[0-9]*)")
_SIP: Final = {"16": "200", "17": "486", "19": "480", "20": "410", "21": "603", "28": "484", "34": "503", "38": "500"}
_RUSSIAN: Final = {
    "ANSWERED": "Отвечен",
    "NO ANSWER": "Нет ответа",
    "BUSY": "Занято",
    "CHANUNAVAIL": "Абонент недоступен",
    "REJECTED": "Сброшен",
    "INVALID NUMBER": "Неверный номер",
    "CONGESTION": "Перегрузка",
    "FAILED": "Ошибка",
    "MACHINE": "Автоответчик",
}
_NUMBERS: Final = frozenset({"lines", "ok", "inserted", "errorcode", "id", "QUERY_ID", "QUERY_COUNT", "SEC"})
_NOTICE: Final = (
    b"<br />\n<b>Notice</b>:  Undefined index: to in <b>/var/www/html/index.php</b> on line <b>17</b><br />\n"
)
_CASES: Final[Mapping[str, Callable[[str], str]]] = {"lower": str.lower, "upper": str.upper}


class HistoryWriter:
    """Turns calls into rows of a history; makes each moment and each code once.

    Args:
        times: How a moment names its zone.
        codes: How a code is written.
    """

    def __init__(self, times: Times, codes: Codes) -> None:
        self._form: Times = times
        self._codes: Codes = codes
        self._times: dict[datetime, str] = {}
        self._written: dict[str, str] = {}

    def __call__(self, task: int, number: int, at: datetime, code: str, seconds: int) -> dict[str, str]:
        """One row, in the page's names."""
        time = self._times.get(at)
        if time is None:
            time = self._times[at] = _time(at, self._form)
        written = self._written.get(code)
        if written is None:
            written = self._written[code] = _code(code, self._codes)
        return {
            "QUERY_ID": str(task),
            "DST": written_number(number),
            "TIME": time,
            "CODE": written,
            "SEC": str(seconds),
        }


def written_answer(value: object, fidelity: Fidelity) -> Answer:
    """An answer in this installation's shape."""
    value = _shaped(value, fidelity)
    if fidelity.wrapping != "none":
        value = {"result": value} if fidelity.wrapping == "object" else [value]
    return _dressed(orjson.dumps(value), fidelity)


def written_history(rows: list[dict[str, str]], fidelity: Fidelity) -> Answer:
    """A history in this installation's shape."""
    if not rows:
        return _dressed(fidelity.empty_history.encode(), fidelity)
    return written_answer(rows[0] if fidelity.one_row_bare and len(rows) == 1 else rows, fidelity)


def written_refusal(
    reason: Reason, message: str, fidelity: Fidelity, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """A refusal in this installation's shape."""
    refusal = fidelity.refusal(reason)
    if refusal.form == "json":
        return Answer.of_error(refusal.status, message, headers=headers)
    if refusal.form == "empty":
        return Answer(refusal.status, content_type=None, headers=headers)
    if refusal.form == "text":
        return Answer(refusal.status, message.encode(), "text/plain; charset=utf-8", headers)
    page = f"<!doctype html><html><head><title>Error</title></head><body><h1>{message}</h1></body></html>"
    return Answer(refusal.status, page.encode(), "text/html; charset=utf-8", headers)


def _dressed(body: bytes, fidelity: Fidelity) -> Answer:
    if fidelity.php_notice:
        body = _NOTICE + body
    if fidelity.byte_order_mark:
        body = b"\xef\xbb\xbf" + body
    return Answer(200, body, fidelity.content_type)


def _shaped(value: Any, fidelity: Fidelity) -> Any:
    if fidelity.keys == "as_written" and fidelity.numbers == "text" and not fidelity.left_out:
        return value
    if isinstance(value, list):
        return [_shaped(entry, fidelity) for entry in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    written = _CASES.get(fidelity.keys, str)
    shaped: dict[str, Any] = {}
    for name, held in cast("dict[str, Any]", value).items():
        if name in fidelity.left_out:
            continue
        number = fidelity.numbers == "number" and name in _NUMBERS and isinstance(held, str)
        shaped[written(name)] = int(held) if number else _shaped(held, fidelity)
    return shaped


def _time(at: datetime, form: Times) -> str:
    offset = at.utcoffset()
    if offset is None or form == "none":
        return at.strftime("%Y-%m-%d %H:%M:%S")
    if form == "Z":
        return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S Z")
    if form == "MSK":
        return at.astimezone(_MOSCOW).strftime("%Y-%m-%d %H:%M:%S MSK")
    zone = at.strftime("%z")
    if form == "+03:00":
        zone = f"{zone[:3]}:{zone[3:]}"
    elif form == "+03":
        zone = zone.removesuffix("00")
    elif form == "seconds":
        zone = f"{int(offset.total_seconds())}"
    return at.strftime(f"%Y-%m-%d %H:%M:%S {zone}")


def _code(code: str, form: Codes) -> str:
    match = _CODE.fullmatch(code)
    word, number = match.group("word", "number") if match else (code, "")
    if form == "russian":
        return _RUSSIAN.get(word, word)
    if form == "sip":
        number = _SIP.get(number, number)
    if form == "word" or not number:
        return word
    if form in ("number", "sip") or not word:
        return number
    return form.replace("word", word).replace("number", number)

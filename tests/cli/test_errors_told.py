"""Errors of the library in Russian: their fields, their frames, and English where nothing better is known."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autodialer_async import errors
from autodialer_async.cli.errors_told import told
from autodialer_async.cli.language import speak
from autodialer_async.cli.other_texts import in_our_words

EXAMPLES = [
    (
        errors.InvalidCall("no phone", field="phone", position=3, id="7"),
        "запись 3, id '7', phone: телефона нет",
    ),
    (errors.InvalidCall("no attempts"), "нет попыток"),
    (
        errors.AuthenticationFailed("access denied: check api_key, access_token and the address", status=401),
        "доступ закрыт: проверьте ключ, токен и адрес (статус 401); никому не звонили",
    ),
    (
        errors.NotSent(
            "the request did not leave: ConnectError: All connection attempts failed", seconds=1.54, tries=4
        ),
        "запрос не ушёл: нет соединения: по этому адресу никто не отвечает (через 1,5 с, 4 попытки); никому не звонили",
    ),
    (
        errors.DeliveryUnknown("the service or a proxy failed", status=502),
        "сбой сервиса или прокси (статус 502); кому-то, возможно, звонили, поэтому просто повторять нельзя",
    ),
    (
        errors.RateLimited("too many requests: slow down", status=429, tries=5),
        "слишком много запросов: slow down (статус 429, 5 попыток); никому не звонили",
    ),
    (
        errors.JournalError("the journal c.db is in use by process 77: one uploader at a time"),
        "журнал c.db занят (процесс 77): загружать может только один",
    ),
    (
        errors.ConfigurationError("api_key is missing: give api_key=… or set AUTODIALER_API_KEY"),
        "не задано api_key: укажите переменную AUTODIALER_API_KEY",
    ),
    (
        errors.CallListError("a.zip is a RAR archive; unpack it first, not a list"),
        "a.zip — архив RAR, а не список; сначала распакуйте",
    ),
    (
        errors.CallListError(
            "x.csv: two columns for phone, 'A' and 'B'; say which with --column phone=NUMBER "
            "(columns={\"phone\": …}); columns found: 'A', 'B'"
        ),
        "x.csv: два столбца для поля phone, 'A' и 'B'; укажите какой: --column phone=НОМЕР; есть столбцы: 'A', 'B'",
    ),
    (errors.InboxError("something new: a {brace} in it"), "something new: a {brace} in it"),
]


@pytest.fixture
def _russian() -> Iterator[None]:
    speak("ru")
    yield
    speak("en")


@pytest.mark.usefixtures("_russian")
@pytest.mark.parametrize(("error", "russian"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_an_error_is_told_in_russian_with_all_its_fields(error: errors.AutodialerError, russian: str) -> None:
    assert told(error) == russian


@pytest.mark.parametrize("error", [error for error, _ in EXAMPLES], ids=lambda error: type(error).__name__)
def test_an_error_is_told_in_english_as_it_says_itself(error: errors.AutodialerError) -> None:
    assert told(error) == str(error)


@pytest.mark.usefixtures("_russian")
def test_what_stands_in_a_gap_is_not_read_as_a_form() -> None:
    assert in_our_words("{name}.csv is empty: not even a header") == "{name}.csv пуст: нет даже заголовка"
    assert in_our_words("no phone\nno phone") == "no phone\nno phone"

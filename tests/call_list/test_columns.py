"""Where a list keeps what: told by the user, by names, by cells; never guessed."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from autodialer_async.call_list import CallList, read_calls
from autodialer_async.call_list.columns.names import Role, meaning_of
from autodialer_async.errors import CallListError, ConfigurationError
from autodialer_async.models import Call

A, B = "89222220000", "89222220001"


def listed(*lines: str, **options: object) -> CallList:
    return read_calls(io.StringIO("\n".join(lines) + "\n"), **options)  # type: ignore[arg-type]


def phones(*lines: str, **options: object) -> list[str]:
    return [call.phone for call in listed(*lines, **options)]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ID", "id"), ("Код", "id"), ("Код контрагента", "id"), ("ID лида", "id"), ("Лицевой счёт", "id"),
        ("ФИО", "name"), ("Ф.И.О.", "name"), ("ФИО клиента", "name"), ("Контрагент", "name"), ("Имя, Фамилия", "name"),
        ("Клиент", "name"), ("Партнёр", "name"), ("Основной контакт", "name"),
        ("UUID", "uuid"), ("generationtype", "generation_type"), ("Сценарий", "generation_type"),
        ("statdialertime", "start"), ("stopdialertime", "stop"), ("maxcount", "max_count"), ("max_count", "max_count"),
        ("Переменная 2", "var2"), ("VAR3", "var3"), ("Часовой пояс", "zone"), ("Дни недели", "weekdays"),
        ("Моб.тел.", "phone"), ("Сотовый", "phone"), ("Контактный телефон", "phone"), ("Тел", "phone"),
        ("Дополнительный телефон", "phone"), ("телефон_клиента", "phone"), ("Телефон(ы)", "phone"),
    ],
)  # fmt: skip
def test_name_in_any_case_and_punctuation_tells_its_field(name: str, field: str) -> None:
    assert meaning_of(name).field == field
    assert meaning_of(f"  {name.upper()}: ").field == field


@pytest.mark.parametrize(
    "name",
    [
        "Факс", "Номер факса", "Рабочий факс", "Телефон/факс", "Номер пейджера", "Pager", "Номер договора", "№ заказа",
        "Номер счета", "ИНН", "Паспорт", "Номер паспорта", "СНИЛС", "Тип телефона", "Оператор телефона", "Код телефона",
        "Дата звонка", "Рабочий e-mail", "Телефон менеджера", "Телефон поручителя", "Комментарий к телефону", "№ п/п",
        "Номер карты", "Order phone", "Contract number",
    ],
)  # fmt: skip
def test_name_of_something_else_is_never_a_phone_s(name: str) -> None:
    assert meaning_of(name).role is Role.OTHER
    with pytest.raises(CallListError, match="which column holds the phone"):
        phones(f"{name};Город", f"{A};Пермь", f"{B};Пермь")


def test_mobile_is_tried_first_then_the_others_in_their_order() -> None:
    calls = listed(
        "Рабочий телефон;Телефон;Моб.",
        f"83432220001;83432220002;{A}",
        "83432220001;83432220003;нет",
        "83432220004;;8922",
        ";;нет",
        phones="first",
    )
    assert [call.phone for call in calls] == [A, "83432220003", "83432220004"]
    assert calls.columns["phone"] == ("Моб.", "Телефон", "Рабочий телефон")
    [row] = calls.rejected
    assert (row.column, row.cell, str(row.reason)) == ("Моб.", "нет", "empty")


def test_word_to_stop_in_any_phone_column_stops_the_row() -> None:
    calls = listed("Моб.;Телефон", f"{A};не звонить", f"{B};")
    assert [call.phone for call in calls] == [B]
    assert str(calls.rejected[0].reason) == "stop"


def test_each_number_of_a_row_is_called_on_request() -> None:
    calls = listed("ID;Моб.;Телефон", f"7;{A};83432220002, {A}", f"8;{B};", f"9;{A};{B}", phones="each")
    assert [(call.id, call.phone) for call in calls] == [("7", A), ("7-2", "83432220002"), ("8", B)]
    counts = calls.counts
    assert (counts.read, counts.valid, counts.calls, counts.rejected.total()) == (3, 2, 3, 1)


def test_column_without_a_telling_name_is_told_by_its_cells() -> None:
    assert phones("Контакт;Сумма", f"{A};100", "нет;5", f"{B};7") == [A, B]
    # One of two is not enough.
    with pytest.raises(CallListError, match="columns found: 'Контакт', 'Сумма'"):
        phones("Контакт;Сумма", f"{A};100", "222-33-44;5")


def test_list_without_a_header_is_read_from_its_first_row() -> None:
    calls = listed(f"1;{A};Петров", f"2;{B};Иванов")
    assert [call.phone for call in calls] == [A, B]
    assert (calls.header_row, calls.header, calls.ignored_columns) == (0, ("A", "B", "C"), ("A", "C"))
    assert phones(A, B, "", "+7 922 222-00-02") == [A, B, "89222220002"]


@pytest.mark.parametrize("column", ["Кому", "кому ", 2, "2", "B", "b"])
def test_column_is_said_by_name_number_or_letter(column: str | int) -> None:
    assert phones("Телефон;Кому", f"{A};{B}", columns={"phone": column}) == [B]


def test_what_the_user_says_goes_before_all_names() -> None:
    calls = listed(
        "Телефон;Контакт;Имя;Сумма;Город",
        f"{A};{B};Пётр;1500;Пермь",
        columns={"phone": "Контакт", "var1": "Сумма", "extra.city": "Город", "name": None},
    )
    [call] = calls
    assert call == Call(call.id, B, var1="1500", extra={"city": "Пермь"})
    assert calls.ignored_columns == ("Телефон", "Имя")


@pytest.mark.parametrize(
    ("columns", "error", "complaint"),
    [
        ({"fone": "Телефон"}, ConfigurationError, "'fone' is no field; fields are id, phone"),
        ({"phone": "Кому"}, CallListError, "no column 'Кому' for phone; columns found: 'Телефон', 'Имя'"),
        ({"phone": 3}, CallListError, "no column 3 for phone"),
        ({"var1": ["Имя", "Телефон"]}, ConfigurationError, "var1 is made of one column"),
    ],
)
def test_column_that_is_not_there_is_named_with_those_that_are(
    columns: dict[str, object], error: type[Exception], complaint: str
) -> None:
    with pytest.raises(error, match=complaint):
        phones("Телефон;Имя", f"{A};Пётр", columns=columns)


def test_two_columns_of_one_name_are_told_apart_by_number() -> None:
    lines = ("Телефон;Код;Код", f"{A};1;2")
    with pytest.raises(CallListError, match="two columns for id, 'Код' and 'Код'"):
        phones(*lines)
    assert [call.id for call in listed(*lines, columns={"id": 3})] == ["2"]


def test_name_is_put_together_where_it_stands_in_parts() -> None:
    calls = listed("Имя;Отчество;Фамилия;Телефон", f"Пётр;;Петров;{A}", f"Анна;Ивановна;Белова;{B}")
    assert [call.name for call in calls] == ["Петров Пётр", "Белова Анна Ивановна"]
    assert [call.name for call in listed("Имя;ФИО;Телефон", f"Пётр;Петров П. И.;{A}")] == ["Петров П. И."]


@pytest.mark.parametrize("titles", [1, 3])
def test_header_below_titles_is_found_and_may_be_said(titles: int) -> None:
    lines = (*["Клиенты, телефоны и договоры;;"] * titles, "Код;Телефон;Имя", f"1;{A};Пётр")
    calls = listed(*lines)
    found = list(calls)
    assert [(call.id, call.phone, call.name) for call in found] == [("1", A, "Пётр")]
    assert calls.header_row == titles + 1
    assert list(listed(*lines, header=titles + 1)) == found


@pytest.mark.parametrize(
    "titles",
    [
        ("Должники; тел. 8 (343) 222-00-01", ""),
        ("Организация:;ООО Ромашка", "Телефон:;8 (343) 222-00-01"),
        ("Телефоны;за ноябрь", "", "Дата:;21.11.2026"),
        ("ООО Ромашка;тел. 8 343 222-00-01;", "Дата;21.11.2026;ноябрь"),
        ("Дата;21.11.2026;ноябрь", "ООО Ромашка;тел. 8 343 222-00-01;"),
    ],
)
def test_phone_of_a_title_is_not_called(titles: tuple[str, ...]) -> None:
    assert phones(*titles, "Код;Клиент;Телефон", f"1;Иванов;{A}", f"2;Петров;{B}") == [A, B]


@pytest.mark.parametrize(
    "titles", [("Должники", "Отдел продаж, тел. 8 (343) 222-00-01"), ("Телефоны должников", ""), ("Телефон:", "нет")]
)
def test_header_of_one_column_below_titles_is_found(titles: tuple[str, ...]) -> None:
    calls = listed(*titles, "MSISDN", "нет", A, B, delimiter=";")
    assert [call.phone for call in calls] == [A, B]
    assert (calls.header, calls.rejected[0].row) == (("MSISDN",), 1)


def test_cells_that_say_there_is_no_phone_do_not_count_for_the_column() -> None:
    assert phones("Кто;Связь", f"Иванов;{A}", "Петров;нет", "Сидоров;-", "Цой;н/д") == [A]


def test_sheet_without_phones_is_refused_and_names_the_others(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Как заполнять"])
    book.create_sheet("Должники").append([A])
    book.save(tmp_path / "list.xlsx")
    with pytest.raises(CallListError, match="this is sheet 'Sheet', others are 'Должники': choose with --sheet"):
        read_calls(tmp_path / "list.xlsx")
    assert [call.phone for call in read_calls(tmp_path / "list.xlsx", sheet="Должники")] == [A]


def test_first_row_is_data_where_the_user_says_so() -> None:
    assert phones("Телефон;1", f"{A};2", header=0, columns={"phone": 1}) == [A]
    with pytest.raises(CallListError, match="row 9"):
        phones("Телефон", A, header=9)


def test_totals_and_a_header_once_more_are_no_rows_of_data() -> None:
    calls = listed("Код;Телефон", f"1;{A}", "Итого по группе;", "Код;Телефон", f"2;{B}", "ВСЕГО: 2;")
    assert [call.id for call in calls] == ["1", "2"]
    assert (calls.counts.read, calls.counts.not_data, calls.counts.rejected.total()) == (2, 3, 0)


@pytest.mark.parametrize(
    "foot", ["Итого:;;11", "Общий итог;;11", "ВСЕГО;2;11", ";Итого;", "Количество: 2", "Кол-во;2;"]
)
def test_foot_of_a_report_is_no_row_of_data(foot: str) -> None:
    calls = listed("ФИО;Телефон;Сумма", f"Иванов;{A};5", f"Петров;{B};6", foot)
    assert ([call.phone for call in calls], calls.counts.read, calls.counts.not_data) == ([A, B], 2, 1)


def test_row_with_more_cells_than_the_header_is_refused_and_with_fewer_is_not() -> None:
    calls = listed("Код;Телефон;Имя", f"1;{A}", f"2;{B};Пётр;", f"3;8922222{'0002'};Пётр; Петров")
    assert [call.id for call in calls] == ["1", "2"]
    assert "4 cells where the header has 3" in calls.rejected[0].problem
    assert [count for remark, count in calls.warnings.items() if "fewer cells" in remark] == [1]


def test_row_without_an_id_gets_one_that_stays_when_rows_move() -> None:
    first = {call.phone: call.id for call in listed("Код;Телефон", f";{A}", f"7;{B}")}
    second = {call.phone: call.id for call in listed("Телефон;Код", f"{B};7", "+7 922 222-00-00;")}
    assert first == second
    assert first[B] == "7"
    other = {call.phone: call.id for call in listed("Телефон", A, generation_type=5)}
    assert other[A] != first[A]


def test_ids_stay_text() -> None:
    calls = listed("Код;Телефон;var1;Имя", f"07000001;{A};'=1+1;'t Hooft")
    assert [(call.id, call.var1, call.name) for call in calls] == [("07000001", "=1+1", "'t Hooft")]


def test_list_in_the_page_s_own_names_is_read_as_it_is() -> None:
    calls = listed(
        "id,name,phone,UUID,var1,var2,var3,statdialertime,stopdialertime,maxcount,generationtype",
        f"1,Петров,{A},code1,data1,data2,data3,10:00:00,19:00:00,1,1",
        f"2,Имя,{B},code1,,,,,,,2",
    )
    [first, second] = calls
    assert (first.uuid, first.var3, str(first.window), first.max_count) == ("code1", "data3", "10:00:00-19:00:00", 1)
    assert (second.window, second.max_count, second.generation_type) == (first.window, None, "2")


@pytest.mark.parametrize("attempts", ["0", "x", "1.5"])
def test_attempts_that_are_no_number_refuse_their_row(attempts: str) -> None:
    calls = listed("Телефон;maxcount", f"{A};{attempts}", f"{B};3")
    assert [call.max_count for call in calls] == [3]
    assert (calls.rejected[0].column, calls.rejected[0].cell) == ("maxcount", attempts)

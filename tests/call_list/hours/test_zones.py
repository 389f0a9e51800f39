"""Zones by offset, by name, by region and by town."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.hours import zone_of, zones
from autodialer_async.call_list.hours.regions import SEVERAL_ZONES, ZONES_OF_NAMES

# Machines are slow now and then.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _hours(text: str) -> float:
    offset = zone_of(text).utcoffset(_NOW)
    assert offset is not None
    return offset / timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("МСК", 3),
        ("мск", 3),
        ("MSK", 3),
        ("МСК+2", 5),
        ("МСК +2", 5),
        ("мск + 2 ч", 5),
        ("МСК−1", 2),
        ("MSK-1", 2),
        ("МСК+0", 3),
        ("+05:00", 5),
        ("+0500", 5),
        ("+5", 5),
        ("-3", -3),
        ("+05:30", 5.5),
        ("UTC", 0),
        ("Z", 0),
        ("UTC+5", 5),
        ("UTC +05:00", 5),
        ("utc+12", 12),
        ("GMT+3", 3),
        ("GMT", 0),
        ("(UTC+05:00) Екатеринбург", 5),
        ("(UTC+03:00) Москва, Санкт-Петербург", 3),
        ("Asia/Yekaterinburg", 5),
        ("asia/yekaterinburg", 5),
        ("Europe/Kaliningrad", 2),
        ("Etc/GMT-5", 5),
        ("Yekaterinburg", 5),
        ("Екатеринбург", 5),
        ("г. Екатеринбург", 5),
        ("г Нижний Новгород", 3),
        ("Санкт-Петербург г", 3),
        ("Орёл", 3),
        ("Петропавловск - Камчатский", 12),
        ("Свердловская область", 5),
        ("Свердловская обл.", 5),
        ("обл Свердловская", 5),
        ("СВЕРДЛОВСКАЯ ОБЛ", 5),
        ("Республика Татарстан (Татарстан)", 3),
        ("Татарстан Респ", 3),
        ("Удмуртская Респ.", 4),
        ("Республика Северная Осетия — Алания", 3),
        ("Чувашская Республика - Чувашия", 3),
        ("Кемеровская область - Кузбасс", 7),
        ("Приморский край", 10),
        ("Еврейская АО", 10),
        ("Ханты-Мансийский автономный округ — Югра", 5),
        ("ХМАО", 5),
        ("ЯНАО", 5),
        ("Чукотский АО", 12),
        ("Волгоградская область", 3),
        ("Саратовская обл.", 4),
        ("Республика Алтай", 7),
        ("Алтайский край", 7),
        ("Забайкальский край", 9),
        ("Казахстан", 5),
        ("Россия, Свердловская обл., г. Екатеринбург, ул. Московская, 5", 5),
        ("Респ. Саха (Якутия), г. Якутск", 9),
        ("Амурская обл., г. Благовещенск", 9),
    ],
)
def test_zone_is_found(text: str, hours: float) -> None:
    assert _hours(text) == hours


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no time zone: МСК"),
        ("Марс", "no time zone that is known here: МСК"),
        ("Россия", "no time zone that is known here"),
        ("МСК+", "no time zone that is known here"),
        ("Asia/Nowhere", "no time zone that is known here"),
        ("../../etc/passwd", "no time zone that is known here"),
        ("5", "may be hours from UTC, from Moscow, or a region's number"),
        ("66", "may be hours from UTC"),
        ("+25", "more than 14 hours from UTC"),
        ("+05:20", "no quarter of an hour"),
        ("Якутия", "'якутия' may be МСК[+]6, МСК[+]7 or МСК[+]8: add the town"),
        ("Благовещенск", "may be МСК[+]2 or МСК[+]6"),
        ("Екатеринбург, Москва", "places in different time zones: екатеринбург, москва"),
    ],
)
def test_what_is_no_one_zone_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        zone_of(text)


@pytest.mark.parametrize("cell", ["+79222220000", "8 922 222-00-00", "Кузнецов Иван"])
def test_an_error_shows_no_cell_of_another_column(cell: str) -> None:
    with pytest.raises(ValueError, match="no time zone") as caught:
        zone_of(cell)
    assert not any(part in str(caught.value) for part in ("2222", "Кузнецов"))


# UTC+2 to UTC+12 in the law's order, and the subjects of each: constitution, article 65; law No. 107-FZ, article 5.
_SUBJECTS = {
    2: "Калининградская область",
    3: "Республика Адыгея; Республика Дагестан; Донецкая Народная Республика; Республика Ингушетия; "
    "Кабардино-Балкарская Республика; Республика Калмыкия; Карачаево-Черкесская Республика; Республика Карелия; "
    "Республика Коми; Республика Крым; Луганская Народная Республика; Республика Марий Эл; Республика Мордовия; "
    "Республика Северная Осетия - Алания; Республика Татарстан; Чеченская Республика; Чувашская Республика; "
    "Краснодарский край; Ставропольский край; Архангельская область; Белгородская область; Брянская область; "
    "Владимирская область; Волгоградская область; Вологодская область; Воронежская область; Запорожская область; "
    "Ивановская область; Калужская область; Кировская область; Костромская область; Курская область; "
    "Ленинградская область; Липецкая область; Московская область; Мурманская область; Нижегородская область; "
    "Новгородская область; Орловская область; Пензенская область; Псковская область; Ростовская область; "
    "Рязанская область; Смоленская область; Тамбовская область; Тверская область; Тульская область; "
    "Херсонская область; Ярославская область; Москва; Санкт-Петербург; Севастополь; Ненецкий автономный округ",
    4: "Удмуртская Республика; Астраханская область; Самарская область; Саратовская область; Ульяновская область",
    5: "Республика Башкортостан; Пермский край; Курганская область; Оренбургская область; Свердловская область; "
    "Тюменская область; Челябинская область; Ханты-Мансийский автономный округ - Югра; "
    "Ямало-Ненецкий автономный округ",
    6: "Омская область",
    7: "Республика Алтай; Республика Тыва; Республика Хакасия; Алтайский край; Красноярский край; "
    "Кемеровская область - Кузбасс; Новосибирская область; Томская область",
    8: "Республика Бурятия; Иркутская область",
    9: "Забайкальский край; Амурская область",
    10: "Приморский край; Хабаровский край; Еврейская автономная область",
    11: "Магаданская область; Сахалинская область",
    12: "Камчатский край; Чукотский автономный округ",
}
_ALL_BUT_YAKUTIA = 88


def test_every_subject_of_the_federation_is_known_with_its_hours() -> None:
    subjects = {name: hours for hours, names in _SUBJECTS.items() for name in names.split("; ")}
    assert len(subjects) == _ALL_BUT_YAKUTIA
    assert {name: _hours(name) for name in subjects} == subjects


def test_no_name_is_both_of_one_zone_and_of_several() -> None:
    assert not SEVERAL_ZONES.keys() & ZONES_OF_NAMES.keys()
    assert all(name == zones._name(name) for name in [*ZONES_OF_NAMES, *SEVERAL_ZONES])


def test_a_machine_without_time_zone_data_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(key: str) -> ZoneInfo:
        raise ZoneInfoNotFoundError(key)

    monkeypatch.setattr(zones, "ZoneInfo", missing)
    with pytest.raises(ValueError, match="no data of the time zone Asia/Omsk: pip install tzdata"):
        zone_of("Омская область, г. Омск, не из памяти")


@_UNTIMED
@given(st.integers(-14 * 4, 14 * 4), st.sampled_from(["", "UTC", "gmt", "UTC "]))
def test_an_offset_is_itself(quarters: int, base: str) -> None:
    sign, (hours, minutes) = "-" if quarters < 0 else "+", divmod(abs(quarters) * 15, 60)
    assert _hours(f"{base}{sign}{hours:02}:{minutes:02}") == quarters / 4


@_UNTIMED
@given(st.one_of(st.text(), st.text("МСКUTC+-0123456789: /()обл.г", max_size=20)))
def test_any_text_is_a_zone_or_a_value_error(text: str) -> None:
    try:
        assert zone_of(text).utcoffset(_NOW) is not None
    except ValueError as error:
        assert "zone" in str(error) or "may be" in str(error)  # noqa: PT017 - either way is right

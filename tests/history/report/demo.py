"""A campaign from the first record to the report, against the emulator over real sockets."""

from __future__ import annotations

import json
import random
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import attrs

from autodialer_async import AsyncAutodialer, Call, RetryPolicy
from autodialer_async.emulator import AcceptThenDrop, Emulator, Refuse, Rule
from autodialer_async.history.campaign import Campaign
from autodialer_async.history.report import CampaignReport, Language, RecognisedAnswer, place_finder
from autodialer_async.journal import SqliteJournal

MONDAY = datetime(2026, 11, 2, 10, 0).astimezone()
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 12)
NAME = "Лукия Пантелеевна"
_CODES = ("8495", "8495", "8812", "8343", "8383", "8846", "+37529")
_ANSWERS = ("Да",) * 11 + ("да",) * 3 + ("Нет, спасибо",) * 6 + ("Перезвоните завтра",) * 3 + ("Кто это?",)


@attrs.frozen
class Books:
    """What the emulator itself says, asked without our client.

    Attributes:
        records: Records it took.
        codes: Rows of its history by CODE.
        answered_seconds: Of all answered calls together.
        twice: Numbers that it took more than once.
    """

    records: int
    codes: Counter[str]
    answered_seconds: int
    twice: int


def books_of(emulator: Emulator) -> Books:
    fields = {"date_from": FIRST.isoformat(), "date_to": LAST.isoformat()}
    request = urllib.request.Request(f"{emulator.base_url}/{emulator.api_key}/cdr", urlencode(fields).encode())
    with urllib.request.urlopen(request, timeout=30) as answer:
        rows = json.load(answer)
    codes = Counter(row["CODE"] for row in rows)
    seconds = sum(int(row["SEC"]) for row in rows if row["CODE"] == "ANSWERED 16")
    return Books(emulator.counts.records, codes, seconds, len(emulator.dialled_more_than_once()))


class Clock:
    """A week of working hours passes while a list is loaded."""

    def __init__(self) -> None:
        self._chance = random.Random(7)

    def __call__(self) -> datetime:
        minutes = min(539, int(self._chance.triangular(0, 540, 200)))
        return MONDAY + timedelta(days=self._chance.choice((0, 0, 0, 1, 1, 2, 3, 4, 4)), minutes=minutes)


def calls(records: int) -> Iterator[Call]:
    chance = random.Random(4)
    for number in range(1, records + 1):
        mobile = chance.random() < 0.55
        phone = f"8922{number:07d}" if mobile else f"{chance.choice(_CODES)}{2_000_000 + number}"
        yield Call(number, phone, name=NAME, var1=number)
    for number in range(records + 1, records + 13):
        yield Call(number, f"8922{number % records or 1:07d}", name=NAME)


async def demo_campaign(
    folder: Path, language: Language = "en", *, records: int = 4000
) -> tuple[CampaignReport, Books, list[str]]:
    """The report, the emulator's books, and everything of the list that must not be seen in the report."""
    listed = list(calls(records))
    faults = [Rule(Refuse(400), record_id="900"), Rule(AcceptThenDrop(), record_id="2100")]
    async with (
        Emulator.serve(seed=11, faults=faults, latency=0.02, now=Clock()) as emulator,
        AsyncAutodialer(
            emulator.base_url,
            api_key=emulator.api_key,
            access_token=emulator.access_token,
            batch_size=100,
            retry=RetryPolicy(attempts=1),
        ) as dialer,
    ):
        journal = SqliteJournal(folder / "spring.db")
        await dialer.make(listed, journal=journal, on_failure="return")
        async with dialer.history(FIRST, LAST) as rows:
            campaign = await Campaign.read(journal, rows, place_of=place_finder(language))
        books = books_of(emulator)
    chance = random.Random(5)
    answers = [
        RecognisedAnswer(chance.choice(_ANSWERS), chance.randrange(4, 40), str(number)) for number in range(1500)
    ]
    report = await CampaignReport.of(
        campaign,
        name="spring.db",
        days=(date(2026, 11, 2), date(2026, 11, 6)),
        answers=answers,
        now=MONDAY + timedelta(days=7),
    )
    return report, books, [NAME, *(call.phone for call in listed)]

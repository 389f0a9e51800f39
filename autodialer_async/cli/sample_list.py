"""A made-up call list for the demo: the same for the same seed, every phone in it once."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator

from autodialer_async.models import Call

__all__ = ["LONGEST", "SampleList"]

# Numbers 8922 000-00-00 to 999-99-99.
LONGEST = 10_000_000

_NAMES = (
    "Агафья", "Андрей", "Борис", "Вера", "Галина", "Глеб", "Дарья", "Евгений", "Жанна", "Захар", "Инна", "Кирилл",
    "Лариса", "Максим", "Нина", "Олег", "Полина", "Роман", "Светлана", "Тимофей", "Ульяна", "Фёдор", "Эльвира", "Яков",
)  # fmt: skip
_MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня")


class SampleList:
    """Calls to made-up people at different numbers; iterate it again and again.

    Args:
        records: How many, at most 10,000,000.
        seed: The same seed gives the same list.
    """

    def __init__(self, records: int, seed: int) -> None:
        self._records = records
        self._seed = seed

    def __len__(self) -> int:
        return self._records

    def __iter__(self) -> Iterator[Call]:
        chance = random.Random(self._seed)  # noqa: S311 - a demo keeps no secret
        # A step that shares no factor with the length visits every number once before it comes back to the first.
        first, step = chance.randrange(LONGEST), chance.randrange(1, LONGEST, 2)
        while math.gcd(step, LONGEST) != 1:
            step += 2
        for number in range(1, self._records + 1):
            yield Call(
                number,
                f"8922{(first + number * step) % LONGEST:07d}",
                name=_NAMES[int(chance.random() * len(_NAMES))],
                uuid=f"crm-{number}",
                var1=f"{500 + int(chance.random() * 99_500)} руб.",
                var2=f"{1 + int(chance.random() * 28)} {_MONTHS[int(chance.random() * len(_MONTHS))]}",
                generation_type="1",
            )

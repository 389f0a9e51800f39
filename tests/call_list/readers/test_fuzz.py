"""Whatever the bytes, a file is a table or one CallListError.

Some hundred damaged files of each sort; with AUTODIALER_LONG=1 a hundred thousand. Without an end and led by coverage:
`pip install "autodialer-async[fuzz]"` and `python -m tests.call_list.readers.fuzz_long` (see there).
"""

from __future__ import annotations

import functools
import os
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.call_list.readers.fuzzing import damaged_part, read_or_refused, seeds

LONG = os.environ.get("AUTODIALER_LONG") == "1"
SEEDS = seeds()
EXAMPLES = settings(max_examples=100_000 if LONG else 300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_EXTREMES = (b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0", b"\0\0\0\x80", b"<", b'"', b"\r", b"\x1a")


def damage(contents: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, left out, put in or copied."""
    damaged = bytearray(contents)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        at = chance.randrange(len(damaged) + 1)
        length = chance.randrange(1, 200)
        match chance.randrange(5):
            case 0:
                damaged[at : at + 1] = chance.randbytes(1)
            case 1:
                del damaged[at : at + length]
            case 2:
                damaged[at:at] = chance.randbytes(length % 9)
            case 3:
                extreme = chance.choice(_EXTREMES)
                damaged[at : at + len(extreme)] = extreme
            case _:
                start = chance.randrange(len(damaged) + 1)
                damaged[at : at + length] = damaged[start : start + length]
    return bytes(damaged)


def test_seeds_are_read_as_they_are() -> None:
    assert all(rows is not None and rows >= 3 for rows in map(read_or_refused, SEEDS))


@EXAMPLES
@given(st.binary(max_size=400))
def test_random_bytes_are_a_table_or_refused(contents: bytes) -> None:
    read_or_refused(contents)


@EXAMPLES
@given(
    st.text(st.sampled_from('ab1Жё;,|\t"\r\n \0{}[]:<>&\ufeff'), max_size=60),
    st.sampled_from(["cp1251", "utf-8", "utf-16"]),
)
def test_random_texts_are_a_table_or_refused(text: str, encoding: str) -> None:
    read_or_refused(text.encode(encoding, "replace"))


@EXAMPLES
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_damaged_files_are_a_table_or_refused(contents: bytes, chance: random.Random) -> None:
    read_or_refused(damage(contents, chance))


@EXAMPLES
@given(
    st.sampled_from([seed for seed in SEEDS if seed.startswith(b"PK")]),
    st.integers(0, 20),
    st.randoms(use_true_random=False),
)
def test_damaged_parts_of_workbooks_are_a_table_or_refused(contents: bytes, part: int, chance: random.Random) -> None:
    read_or_refused(damaged_part(contents, part, functools.partial(damage, chance=chance)))

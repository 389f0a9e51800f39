"""Fuzzing led by coverage, for as long as you like: a table, or one CallListError.

    pip install "autodialer-async[fuzz]"
    mkdir -p corpus
    python -m tests.call_list.readers.fuzz_long corpus -max_total_time=3600 -timeout=20 -rss_limit_mb=2048

All but the corpus are libFuzzer's own options. A find is written to a file `crash-…`, `timeout-…` or `oom-…`; give that
file in place of the corpus to see it again. The corpus grows from one small file of each kind.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["autodialer_async.call_list.readers", "xlrd"]):
    # They are imported when first needed, which would be too late here.
    from autodialer_async.call_list.readers import parquet as _parquet  # noqa: F401 - asked for its effect
    from autodialer_async.call_list.readers import xls as _xls  # noqa: F401 - asked for its effect
    from tests.call_list.readers.fuzzing import damaged_part, read_or_refused, seeds

_SEEDS = seeds()
_ARCHIVES = [seed for seed in _SEEDS if seed.startswith(b"PK")]


def one(contents: bytes) -> None:
    """Reads it as a file of its own, or, where it begins with a mark, as a part within a sound workbook."""
    if contents[:1] == b"\x02" and len(contents) > 2:
        archive = _ARCHIVES[contents[1] % len(_ARCHIVES)]
        contents = damaged_part(archive, contents[1] // 2, lambda _: contents[2:])
    read_or_refused(contents)


def main() -> None:
    folders = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders and folders[0].is_dir() and not any(folders[0].iterdir()):
        for at, seed in enumerate(_SEEDS):
            (folders[0] / f"seed-{at}").write_bytes(seed)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

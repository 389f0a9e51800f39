"""A program that runs commands, each in a process of its own: to load the command line once for all of them.

It reads a JSON list a line, a folder to be in and the arguments, and writes a JSON object a line: `code`, and `said` on
both streams together.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback

# Loaded once, before the forks.
import autodialer_async.cli.app
import autodialer_async.emulator  # noqa: F401 - as said
from autodialer_async.cli import main
from autodialer_async.history.report import page_of, place_finder  # noqa: F401 - as said


def answer_to(folder: str, arguments: list[str]) -> dict[str, object]:
    with tempfile.TemporaryFile() as said, open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        child = os.fork()
        if child == 0:
            os.dup2(nothing.fileno(), 0)
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.chdir(folder)
            os._exit(code_of(arguments))
        _, status = os.waitpid(child, 0)
        said.seek(0)
        return {"code": os.waitstatus_to_exitcode(status), "said": said.read().decode("utf-8", "backslashreplace")}


def code_of(arguments: list[str]) -> int:
    sys.argv = ["autodialer", *arguments]
    code: object = 70
    try:
        main()
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:  # noqa: BLE001 - shown to whoever reads
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    # It reads its tables at the first number.
    place_finder("ru")("84952220000")
    for line in sys.stdin:
        print(json.dumps(answer_to(*json.loads(line))), flush=True)  # noqa: T201 - the answer

"""The Russian catalogue of the command line: whole, without leftovers, and as the program reads it."""

from __future__ import annotations

import io
import re
from typing import Any

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from typer.main import get_command

from autodialer_async import BatchState
from autodialer_async.call_list import RejectReason
from autodialer_async.cli.app import app
from autodialer_async.cli.language import CATALOGUES
from autodialer_async.cli.library_texts import LIBRARY_TEXTS
from autodialer_async.cli.list_texts import LIST_TEXTS
from autodialer_async.cli.other_texts import form_of
from autodialer_async.cli.typer_texts import TYPER_TEXTS
from autodialer_async.journal import RecordState
from autodialer_async.webhooks import EventState
from tests.cli.texts import calls, errors_raised, form, literals, name_of, said

PO = CATALOGUES / "ru" / "LC_MESSAGES" / "autodialer.po"
# Said by names that are put together while the program runs.
STATES = {str(state) for kind in (RejectReason, BatchState, RecordState, EventState) for state in kind}
KINDS = {"<str>", "<path>", "<int>", "<float>"}
COUNTED = {"replayed", "events removed", "recordings removed"}
GAP = re.compile(r"{(\w+)}")
# Names, examples and commands that are the same in both languages.
SAME = (
    "id|Id|Ids|Lines|JSON|XML|Ctrl-C|Excel|Word|stdout|Parquet|errorcode|msisdn|history|phonenumbers|tzdata|now|X|N|ID|"
    "tab|skip|read|first|each|foreign|toll_free|premium|short|drop|keep|phone|duration|recording|answer|zone|hours|field|"
    "base_url|deadline|max_batch_bytes|max_count|utf-8|utf-16|koi8-r|X-Forwarded-For"
)
LATIN = re.compile(
    r"`[^`]*`|'[^']*'|{\w+}|<\w+>|--?[\w-]+(=\S+)?|pip install \S+|AUTODIALER_\w+|autodialer\S*|[A-Z]{2,}[\w+:/-]*"
    r"|\S*/\S*|\.\w+|keys=lower|times=MSK|cp\d+|var\d|Dialect\.status_map|\b(" + SAME + r")\b"
)


def catalogue() -> Catalog:
    return read_po(io.BytesIO(PO.read_bytes()), locale="ru")


MESSAGES = [message for message in catalogue() if message.id]


def helps(command: Any) -> set[str]:
    """The texts of a command and of all below it, a paragraph each."""
    texts = [command.help, command.short_help, command.options_metavar]
    for parameter in command.params:
        texts += [parameter.help, parameter.metavar]
        texts += [parameter.show_default] if isinstance(parameter.show_default, str) else []
    found = {" ".join(part.split()) for text in texts if text for part in text.split("\n\n")}
    if hasattr(command, "commands"):
        found.add(command.subcommand_metavar)
        for below in command.commands.values():
            found |= helps(below)
    return {text for text in found if re.search("[A-Za-z]", text)}


def test_every_text_is_translated_and_no_translation_lies_unused() -> None:
    used = said() | helps(get_command(app)) | STATES | KINDS | COUNTED
    used |= {*TYPER_TEXTS, *LIBRARY_TEXTS, *LIST_TEXTS}
    known = {message.id for message in MESSAGES}
    assert used - known == set()
    assert known - used == set()
    assert [message.id for message in MESSAGES if message.fuzzy or not message.string] == []


def test_the_program_reads_the_catalogue_that_is_edited() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue())
    assert compiled.getvalue() == PO.with_suffix(".mo").read_bytes()


def test_a_translation_has_the_gaps_and_the_forms_of_its_text() -> None:
    told_without_python = {*LIBRARY_TEXTS, *LIST_TEXTS}
    message: Any
    for message in MESSAGES:
        plural = isinstance(message.id, tuple)
        english = set(GAP.findall(" ".join(message.id) if plural else message.id))
        forms: tuple[str, ...] = message.string if plural else (message.string,)
        assert len(forms) == (3 if plural else 1), message.id
        for russian in forms:
            gaps = set(GAP.findall(russian))
            assert gaps == english or (gaps < english and message.id in told_without_python), message.id
            assert re.findall("[A-Za-z]{2,}", LATIN.sub("", russian)) == [], russian


def test_commands_print_no_text_of_one_language() -> None:
    found = []
    for path, call in calls("cli/"):
        if name_of(call) not in {"line", "remark", "warning", "Field", "TextColumn", "add_task"} or not call.args:
            continue
        text = re.sub(r"{[\w.\[\]]*}", "", form(call.args[0]) or "")
        # A shell reads these lines.
        if re.search("[A-Za-z]{2,}", text) and not text.startswith("export AUTODIALER_"):
            found.append((path.name, text))
    assert found == []


OF_HTTPX = ("ConnectError", "ConnectTimeout", "ReadError", "ReadTimeout", "RemoteProtocolError", "WriteError",
    "WriteTimeout")  # fmt: skip


def test_a_form_is_made_of_words_that_the_sources_say() -> None:
    sources = literals()
    lost = [
        (text, piece)
        for text in (*LIBRARY_TEXTS, *LIST_TEXTS)
        if text not in OF_THE_SYSTEM and not text.startswith(OF_HTTPX)
        # Some are put together of a beginning and a problem.
        for piece in re.split(
            r"{\w+}|[;:,] |[()]|\b(?:is|has|not|and|allow|itself|foreign|toll_free|premium|short)\b", text
        )
        if piece.strip(" ;:,()'\"") not in sources
    ]
    assert lost == []


# What the operating system and exceptions of others say.
OF_THE_SYSTEM = {"No such file or directory", "Permission denied", "Is a directory", "Address already in use",
    "No space left on device", "TimeoutError: no answer in time", "TimeoutError: out of time"}  # fmt: skip

# Modules that read what the people who run campaigns give: files, options, settings; and what the service answers.
OFTEN_READ = ("call_list/", "cli/", "history/export/", "journal/sqlite/", "_settings", "_transport/address",
    "_wire/answers", "_wire/refusals", "_wire/cdr", "_delivery/judgement", "webhooks/inbox/database")  # fmt: skip
TOO_WIDE = {"{path}: {why}", "{option} {path}: {why}"}
FOR_PROGRAMMERS = {
    "{} is a {}, not {}",
    "header is a row from 1, or 0 for none; max_rows is at least 1",
    "{} was read already and is no path; give a path to read it again",
    "weekdays are one or more of 0 (Monday) to 6 (Sunday)",
    "allow is a set of PhoneKind, not a str",
    "a phone is text or a whole number, not {}",
    "a batch without records cannot be marked",
    "batch {} holds records that were never sorted",
    "this run of the journal has ended",
}
# Put together with others that the catalogue holds as whole sentences.
COMPOSED = {
    "{} is a whole number, {}, not {}",
    "the service took none of {} records{}",
    "{}: the clocks are changed on {} and leave nothing of these hours",
    "{}: they cross its midnight, and the service has no such hours",
    "{}, line {}: {}",
    "{} is {}, not a list",
    "{} is {}",
    (
        "{} is {}, whatever its name says (web portals and 1C save such files as .xls); "
        "open it in Excel and save it as XLSX"
    ),
    "--scenario {}: {}",
    "{}: {}",
    "{} {}: {}",
    "--out {} is {} itself: give another name",
    '{}: two columns for {}, {}; say which with --column {}=NUMBER (columns={"{}": …}); {}',
}


def test_errors_that_people_meet_are_known() -> None:
    strange = {
        (path, text)
        for path, text in errors_raised()
        if path.startswith(OFTEN_READ)
        and text not in FOR_PROGRAMMERS | COMPOSED
        and (form_of(text.replace("{}", "Я")) or "{path}: {why}") in TOO_WIDE
    }
    assert strange == set()

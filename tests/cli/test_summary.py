"""The table and the lines of a result."""

from __future__ import annotations

from collections import Counter

import pytest

from autodialer_async import ApiError, BatchOutcome, BatchReport, BatchState, InvalidCall, Positions, UploadResult
from autodialer_async.call_list import RejectReason, RowCounts
from autodialer_async.cli.output import Output
from autodialer_async.cli.summary import list_is_clean, print_result, result_fields, rows_object


def batch(index: int, state: BatchState, **known: object) -> BatchOutcome:
    place = range(index * 10, index * 10 + 10)
    return BatchOutcome(index=index, positions=Positions([place]), size=10, state=state, **known)  # type: ignore[arg-type]


MIXED = UploadResult(
    read=54,
    accepted=20,
    rejected=20,
    unknown=10,
    skipped=3,
    invalid=1,
    source_exhausted=False,
    batches=(
        batch(
            0, BatchState.ACCEPTED, report=BatchReport(lines=10, ok=10, inserted=9, errorcode=2, id=40133707428585176)
        ),
        batch(1, BatchState.ACCEPTED, report=BatchReport(lines=10, ok=10, inserted=10, errorcode="E7", id=2)),
        batch(2, BatchState.REJECTED, error=ApiError("no", status=400)),
        batch(3, BatchState.REJECTED, error=ApiError("no", status=400)),
        batch(4, BatchState.UNKNOWN),
    ),
    invalid_calls=(InvalidCall("no phone", field="phone", position=50, id="x"),),
    seconds=2.0,
    retries=4,
)


def shown(result: UploadResult, counts: RowCounts | None = None) -> dict[str, str]:
    return {field.name: field.value for field in result_fields(result, counts)}


def test_every_number_of_a_mixed_result_is_told() -> None:
    assert shown(MIXED) == {
        "read": "54, not to the end of the list",
        "accepted": "20",
        "rejected": "20",
        "unsent": "0",
        "unknown": "10",
        "skipped": "3",
        "invalid": "1",
        "lines": "20",
        "ok": "20",
        "inserted": "19",
        "not inserted": "1, the service does not say which",
        "errorcodes": "2 (1 times), E7 (1 times)",
        "task ids": "2 (40133707428585176, 2)",
        "retries": "4",
        "seconds": "2.00",
        "records/s": "27",
    }


def test_what_the_service_did_not_say_is_not_shown_as_a_number() -> None:
    result = UploadResult(read=10, accepted=10, batches=(batch(0, BatchState.ACCEPTED, report=BatchReport(lines=10)),))
    told = shown(result)
    assert (told["ok"], told["inserted"], told["errorcodes"], told["task ids"]) == (
        "not said",
        "not said",
        "none",
        "none",
    )
    assert "not inserted" not in told


def test_empty_result_divides_by_nothing() -> None:
    assert shown(UploadResult())["records/s"] == "0"


def test_failures_are_told_once_with_their_number_of_records(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(Output(), MIXED)
    told = capsys.readouterr().err.splitlines()
    assert sum(line.startswith("20 records rejected: no (status 400)") for line in told) == 1
    assert "record 50, id 'x', phone: no phone" in told
    assert told[-1] == "warning: sending the unknown records again may phone a person twice"


def test_quiet_keeps_the_warning_about_unknown_records(capsys: pytest.CaptureFixture[str]) -> None:
    print_result(Output(quiet=True), MIXED)
    assert capsys.readouterr().err == "warning: sending the unknown records again may phone a person twice\n"


@pytest.mark.parametrize("reason", list(RejectReason))
def test_only_rows_that_were_meant_to_be_called_spoil_a_list(reason: RejectReason) -> None:
    counts = RowCounts(read=1, rejected=Counter({reason: 1}))
    assert list_is_clean(counts) == (reason not in {RejectReason.INVALID, RejectReason.LOSSY})
    assert rows_object(counts) == {"read": 1, "valid": 0, "rejected": {str(reason): 1}}
    assert shown(UploadResult(), counts)["rows"] == f"1 in the file, 1 set aside: {reason} 1"

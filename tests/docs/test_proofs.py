"""What the pages claim has a test or a benchmark, which is there, and says the same where a table can say it."""

from __future__ import annotations

import re

import pytest

from autodialer_async import BatchState
from autodialer_async.models import Phase
from benchmarks.peers.faulty_server import FAULTS as FAULTS_OF_PEERS
from benchmarks.peers.posts import OURS, PEERS
from benchmarks.peers_delivery import look
from benchmarks.peers_webhooks import VERIFIERS
from tests.docs.proofs import DOCS, TABLE_OF_FAULTS, Link, Row, links, missing_in, rows, text_of
from tests.faults.matrix import FAULTS

PROVEN = ["comparison.md", "delivery.md", "protocol.md", "security.md", "versioning.md"]
_DIALLED = {
    BatchState.ACCEPTED: "yes",
    BatchState.REJECTED: "no",
    BatchState.UNSENT: "no",
    BatchState.UNKNOWN: "perhaps",
}


@pytest.mark.parametrize("page", PROVEN)
def test_each_named_test_and_benchmark_is_there(page: str) -> None:
    proofs = [link for link in links(text_of(page)) if link.is_proof]
    assert len(proofs) >= 3
    assert [reason for link in proofs if (reason := missing_in(link))] == []


def test_a_link_that_proves_nothing_is_found() -> None:
    there = "../tests/faults/test_matrix.py"
    assert missing_in(Link("no such test", there))
    assert missing_in(Link("hopeless answer lets requests in flight finish", there)) is None
    assert missing_in(Link("gone", "../tests/gone.py"))
    assert missing_in(Link("`python -m benchmarks.page`", "../benchmarks/memory.py"))
    assert missing_in(Link("`python -m benchmarks.sizes`", "../benchmarks/sizes.py")), "no program"


def cases() -> list[Row]:
    """The rows of delivery.md that say what became of a request."""
    return [row for row in rows(text_of("delivery.md")) if "phase" in row.cells and "shown by" in row.cells]


def test_every_case_of_delivery_is_shown_by_a_test() -> None:
    told = [row for row in rows(text_of("delivery.md")) if "shown by" in row.cells]
    assert len(told) > 60
    assert [row for row in told if not row.proofs] == []


@pytest.mark.parametrize("row", cases(), ids=lambda row: row.cells["what happens"][:50])
def test_a_case_of_delivery_is_true_to_the_four_states(row: Row) -> None:
    state = BatchState(row.cells["state"])
    phases = {Phase(phase) for phase in row.cells["phase"].split(" or ")}
    again = row.cells["sent again by itself?"]
    assert row.cells["was anyone dialled?"].startswith(_DIALLED[state])
    assert phases
    if state is BatchState.UNKNOWN:
        assert phases == {Phase.WHOLE}
        assert again.startswith("**never**")
    elif state is BatchState.UNSENT:
        assert Phase.WHOLE not in phases
        assert again.startswith(("yes", "no"))
    elif state is BatchState.ACCEPTED:
        assert again == "no"
    for name in re.findall(r"`([a-z0-9_]+)`", row.cells["shown by"]):
        [fault] = [fault for fault in FAULTS if fault.name == name]
        assert fault.state is state, name
        assert fault.repeated == again.startswith("yes"), name
        assert TABLE_OF_FAULTS in row.cells["shown by"]


def test_every_claim_of_the_comparison_about_this_project_has_its_proof() -> None:
    claims = [row for row in rows(text_of("comparison.md")) if "this project" in row.cells]
    assert len(claims) > 15
    assert [row for row in claims if not any(link.is_proof for link in links(row.cells["this project"]))] == []


def test_every_protection_of_a_secret_has_its_proof() -> None:
    told = [row for row in rows(text_of("security.md")) if "shown by" in row.cells]
    assert len(told) > 8
    assert [row for row in told if not row.proofs] == []


def test_every_link_of_a_page_to_code_leads_somewhere() -> None:
    pages = sorted(DOCS.rglob("*.md"))
    assert len(pages) > 10
    lost = [
        f"{page.name}: {link.target}"
        for page in pages
        for link in links(text_of(str(page.relative_to(DOCS))))
        if link.target.startswith("../") and not (page.parent / link.target).exists()
    ]
    assert lost == []


def test_the_comparison_shows_every_client_that_its_benchmark_looks_at() -> None:
    measured = {row.cells["client"]: row.cells for row in rows(text_of("comparison.md")) if "client" in row.cells}
    assert list(measured) == list(OURS | PEERS)
    for name in OURS:
        assert all(measured[name][fault] == "1" for fault in FAULTS_OF_PEERS), "sent once"
    assert [row.cells["verifier"] for row in rows(text_of("comparison.md")) if "verifier" in row.cells] == list(
        VERIFIERS
    )


@pytest.mark.parametrize("fault", FAULTS_OF_PEERS)
@pytest.mark.parametrize("operation", OURS)
def test_a_request_that_others_repeat_leaves_once(operation: str, fault: str) -> None:
    seen = look(operation, OURS[operation], fault)
    assert seen is not None
    assert (seen.sends, seen.elsewhere, seen.pickles) == (1, 0, True)
    assert seen.ending in ("UploadIncomplete", "DeliveryUnknown")

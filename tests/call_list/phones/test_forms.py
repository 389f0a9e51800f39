"""The table of phone forms, form by form, and the page made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from autodialer_async.call_list.phones import quick_phone, read_phone
from tests.call_list.phones.forms import FORMS, Form, page

_ALL = [form for forms in FORMS.values() for form in forms]
_FEWEST = 60


@pytest.mark.parametrize("form", _ALL, ids=lambda form: ascii(form.cell))
def test_form_is_read_as_the_table_says(form: Form) -> None:
    reading = read_phone(form.cell, form.rules)
    found = [f"{phone.phone} ext. {phone.extension}" if phone.extension else phone.phone for phone in reading.phones]
    assert (tuple(found), reading.reason) == (form.phones, form.reason)
    assert (reading.reason is None) == (reading.problem == "") == bool(reading.phones)


@pytest.mark.parametrize(
    "form", [form for form in _ALL if isinstance(form.cell, str)], ids=lambda form: ascii(form.cell)
)
def test_quick_way_gives_the_only_number_or_leaves_the_cell_alone(form: Form) -> None:
    phone = quick_phone(str(form.cell))
    assert phone is None or (phone,) == form.phones


def test_table_is_long_and_each_row_has_its_source() -> None:
    assert len(_ALL) >= _FEWEST
    assert all(form.source for form in _ALL)
    assert len({(repr(form.cell), form.rules) for form in _ALL}) == len(_ALL)


def test_page_of_the_docs_is_the_table() -> None:
    assert (Path(__file__).parents[3] / "docs" / "phones.md").read_text(encoding="utf-8") == page()

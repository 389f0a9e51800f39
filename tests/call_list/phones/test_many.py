"""The quick forms by the slice are those of cell by cell."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autodialer_async.call_list.phones import quick_phone
from autodialer_async.call_list.phones.many import QuickPhones

# Machines are slow now and then, and the phone library loads once.
_UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

_SHAPES = [
    "8{}",
    "7{}",
    "+7{}",
    "{}",
    "8 ({0:.3}) {0:.3}-00-11",
    "+7-{0:.3}-222-{0:.2}-{0:.2}",
    "8\u00a0{0:.3}\u00a0222\u00a000\u00a011",
    "8{}.0",
    "8.{0:.3}.222.00.11",
    "тел. 8{} (после 18)",
    "tel 8{}",
    "8{}?",
    "8?{}",
    "8{} 1",
    "1{}",
    "9{}",
    "нет",
    "",
    "8{}\n",
]
_CELLS = st.one_of(
    st.builds(str.format, st.sampled_from(_SHAPES), st.from_regex(r"(?:9|3|8|0)[0-9]{9}", fullmatch=True)),
    st.text(st.sampled_from("0123456789 ()-+.8989898998?"), max_size=18),
)


@_UNTIMED
@given(st.lists(st.lists(_CELLS, max_size=20), max_size=5))
def test_slices_give_what_the_cells_give_also_when_their_forms_are_known(slices: list[list[str]]) -> None:
    quick = QuickPhones()
    for cells in [*slices, *slices]:
        assert quick(cells) == list(map(quick_phone, cells))

"""Bars are drawn anew when, and only when, they may look otherwise."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.trends import WIDTH, Trends, sparkline
from tests.ui.support import pools

KEY = pools.vm_key(1)


def listing(number: int, percent: float | None) -> Snapshot:
    """Return what the nodes say in their listing `number`."""
    base = pools.healthy()
    vm = base.vms[KEY]
    copies = tuple(replace(copy, cpu_percent=percent) for copy in vm.copies)
    nodes = {key: replace(node, listed_at=float(number)) for key, node in base.nodes.items()}
    return replace(
        base,
        nodes=MappingProxyType(nodes),
        vms=MappingProxyType({**base.vms, KEY: replace(vm, copies=copies)}),
    )


@given(
    st.lists(
        st.tuples(st.sampled_from([None, 0.0, 3.0, 180.0]), st.integers(1, 2 * WIDTH)),
        min_size=1,
        max_size=5,
    )
)
def test_the_bars_are_those_of_the_newest_figures(runs: list[tuple[float | None, int]]) -> None:
    trends, seen = Trends(), ""
    figures = [percent for percent, times in runs for _ in range(times)]
    for number, percent in enumerate(figures, start=1):
        trends.see(listing(number, percent))
        bars = trends.spark(KEY)
        assert bars == sparkline(figures[:number], width=WIDTH, top=100.0)
        assert KEY in trends.take_grown() or bars == seen
        seen = bars


def test_a_machine_that_stays_as_it_is_is_not_drawn_again() -> None:
    trends = Trends()
    for number in range(1, WIDTH + 1):
        trends.see(listing(number, 0.0))
        trends.spark(KEY)
    trends.take_grown()
    trends.see(listing(WIDTH + 1, 0.0))
    assert KEY not in trends.take_grown()
    trends.see(listing(WIDTH + 2, 60.0))
    assert KEY in trends.take_grown()

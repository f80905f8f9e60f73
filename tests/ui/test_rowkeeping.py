"""Rows that are kept are the rows that would be made anew."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.identity import VmKey
from ovmtui.model.job import JobState
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm
from ovmtui.ui.viewmodel.columns import USUAL
from ovmtui.ui.viewmodel.rowkeeping import RowKeeper
from ovmtui.ui.viewmodel.rows import build
from ovmtui.ui.viewmodel.trends import Trends
from ovmtui.ui.viewmodel.view import ViewState
from tests.ui.support import pools
from tests.ui.support.console import NOW, WALL

SNAPSHOTS = (pools.healthy(), pools.one_node_dead(), pools.split_brain(), pools.empty())


def job(number: int) -> JobState:
    return JobState(f"job{number}", "stop", "stop", pools.vm_key(number), "x", ("a",), WALL)


def busier(snapshot: Snapshot, number: int) -> Snapshot:
    """Let one machine have used CPU time."""
    key = pools.vm_key(number)
    vm = snapshot.vms.get(key)
    if vm is None or not vm.copies:
        return snapshot
    copies = tuple(replace(copy, cpu_percent=97.5) for copy in vm.copies)
    vms: dict[VmKey, Vm] = {**snapshot.vms, key: replace(vm, copies=copies)}
    return replace(snapshot, vms=MappingProxyType(vms))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(SNAPSHOTS),
            st.none() | st.integers(1, 8),
            st.sampled_from(["name", "cpu", "node", "state"]),
            st.sampled_from(["", "", "web", "node:ovm1"]),
            st.sampled_from(["", "", "node"]),
            st.frozensets(st.integers(1, 8), max_size=2),
            st.frozensets(st.integers(1, 8), max_size=2),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_whatever_comes_after_whatever_the_rows_are_those_made_from_nothing(
    moments: list[tuple[Snapshot, int | None, str, str, str, frozenset[int], frozenset[int]]],
) -> None:
    keeper, trends = RowKeeper(), Trends()
    for second, (base, busy, sort, text, group, marks, working) in enumerate(moments):
        snapshot = base if busy is None else busier(base, busy)
        view = ViewState(
            columns=(*USUAL, "trend"),
            sort=sort,
            filter_text=text,
            group=group,
            marks=frozenset(pools.vm_key(number) for number in marks),
        )
        jobs = tuple(job(number) for number in sorted(working))
        now, wall = NOW + second, WALL + second
        listed = {
            key: replace(node, listed_at=now if second % 2 else node.listed_at)
            for key, node in snapshot.nodes.items()
        }
        snapshot = replace(snapshot, nodes=MappingProxyType(listed))
        trends.see(snapshot)
        kept = keeper.rows(snapshot, view, jobs=jobs, now=now, wall=wall, trends=trends)
        assert kept == build(snapshot, view, jobs=jobs, now=now, wall=wall, trends=trends)

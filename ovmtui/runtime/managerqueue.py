"""Whose HA flag is asked for next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from ovmtui.model.ha import HaFact
from ovmtui.model.identity import VmKey
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm, VmState

DOUBT = "it was switched, and not read since"
"""Why a flag is unknown while it is switched."""


def still_connecting(nodes: Iterable[NodeView]) -> bool:
    """Return whether some node may yet give its first answer."""
    return any(
        node.reach is Reach.CONNECTING
        or (node.reach is Reach.UP and not node.certain and not node.list_problem)
        for node in nodes
    )


def next_to_ask(
    snapshot: Snapshot,
    pool: str,
    fact_of: Callable[[VmKey], HaFact | None],
    oldest: float,
    *,
    beside: Container[VmKey] = frozenset(),
) -> Vm | None:
    """Return the machine of `pool` whose flag is oldest and over age; running ones first.

    Args:
        snapshot: what is known.
        pool: the pool's name.
        fact_of: what the manager said of a machine.
        oldest: time on the monotonic clock before which an answer is over age.
        beside: machines that somebody else is about to ask for.
    """
    due = []
    for vm in snapshot.vms.values():
        fact = fact_of(vm.key)
        asked = fact.observed_at if fact else None
        over_age = asked is None or asked < oldest
        if vm.key.pool == pool and over_age and vm.key not in beside:
            due.append((vm.state is not VmState.RUNNING, asked or float("-inf"), vm.key, vm))
    return min(due)[3] if due else None

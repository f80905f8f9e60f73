"""The moves that would even a pool out."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.balance import balancing
from tests.ui.support import pools


def named(snapshot: Snapshot) -> list[tuple[str, str]]:
    return [
        (snapshot.vms[hint.vm].name, hint.target.name) for hint in balancing(snapshot, pools.POOL)
    ]


def test_the_fullest_node_gives_to_the_emptiest() -> None:
    found = named(pools.uneven())
    assert found[0] == ("erp2", "ovm3")
    assert len(found) <= 3


def test_a_pool_that_is_even_is_left_alone() -> None:
    assert named(pools.empty()) == []


def test_a_node_that_is_silent_or_in_maintenance_gets_nothing() -> None:
    uneven = pools.uneven()
    nodes = dict(uneven.nodes)
    third = pools.node_key("ovm3")
    nodes[third] = replace(nodes[third], maintenance=True)
    assert all(target != "ovm3" for _, target in named(replace(uneven, nodes=nodes)))
    nodes[third] = pools.unreachable(uneven.nodes[third])
    assert all(target != "ovm3" for _, target in named(replace(uneven, nodes=nodes)))


def test_unknown_memory_is_no_reason_to_move_anything() -> None:
    uneven = pools.uneven()
    nodes = {
        key: replace(node, facts=replace(node.facts, free_memory_mib=None))
        for key, node in uneven.nodes.items()
    }
    assert named(replace(uneven, nodes=nodes)) == []


def test_where_a_machine_cannot_run_it_is_not_sent() -> None:
    uneven = pools.uneven()
    nodes = dict(uneven.nodes)
    third = pools.node_key("ovm3")
    facts = replace(nodes[third].facts, cpu_model="another one")
    nodes[third] = replace(nodes[third], facts=facts)
    found = named(replace(uneven, nodes=nodes))
    # The next pair of nodes gets its turn instead.
    assert [target for _, target in found] == ["ovm2"] * len(found)


def test_a_machine_that_a_job_works_on_is_left_alone() -> None:
    uneven = pools.uneven()
    first = balancing(uneven, pools.POOL)[0].vm
    assert first not in {hint.vm for hint in balancing(uneven, pools.POOL, busy={first})}

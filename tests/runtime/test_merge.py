from __future__ import annotations

from dataclasses import replace

from ovmtui.model.domain import Domain, DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.identity import VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.vm import Vm, VmState
from ovmtui.runtime.merge import merge
from ovmtui.runtime.mergecache import MergeCache
from tests.plan.pools import CONFIG, POOL, VM, domain, node, silent


def merged(*nodes: NodeView) -> Vm:
    return merge(POOL, nodes, {}, previous={})[VM]


def test_a_machine_that_no_node_lists_is_down_only_when_every_node_answers() -> None:
    assert merged(node("ovm1"), node("ovm2")).state is VmState.DOWN
    vm = merged(node("ovm1"), silent(node("ovm2")))
    assert vm.state is VmState.UNKNOWN
    assert "ovm2" in vm.reason


def test_the_last_sight_on_a_silent_node_is_kept_and_is_no_fact() -> None:
    vm = merged(node("ovm1"), silent(node("ovm2", domain())))
    assert vm.state is VmState.UNKNOWN
    assert [copy.certain for copy in vm.copies] == [False]


def test_one_row_for_two_running_copies_and_it_is_split_brain() -> None:
    vm = merged(node("ovm1", domain(domid=2)), node("ovm2", domain(domid=9)))
    assert vm.state is VmState.SPLIT_BRAIN
    assert vm.home is None
    assert {copy.node.name for copy in vm.copies} == {"ovm1", "ovm2"}


def test_two_domains_of_one_uuid_on_one_node_are_split_brain() -> None:
    assert merged(node("ovm1", domain(domid=5), domain(domid=6))).state is VmState.SPLIT_BRAIN


def test_both_sides_of_an_xm_migration_are_one_migrating_machine() -> None:
    source = node("ovm1", domain(name="migrating-ovmguest1"))
    arriving = domain(domid=5, state=DomainState.PAUSED, cpu_seconds=0.0)
    assert merged(source, node("ovm2", arriving)).state is VmState.MIGRATING
    assert merged(source, node("ovm2", domain(domid=5))).state is VmState.MIGRATING


def test_both_sides_of_an_xl_migration_are_one_migrating_machine() -> None:
    incoming = domain("ovmguest1--incoming", 5, DomainState.PAUSED, cpu_seconds=0.0)
    assert merged(node("ovm1", domain()), node("ovm2", incoming)).state is VmState.MIGRATING
    away = domain("ovmguest1--migratedaway", 2, DomainState.SHUTDOWN)
    vm = merged(node("ovm1", away), node("ovm2", domain(domid=5)))
    assert vm.state is VmState.MIGRATING
    assert vm.name == "ovmguest1"


def test_unchanged_machines_are_the_same_objects() -> None:
    nodes = (node("ovm1", domain()), node("ovm2"))
    first = merge(POOL, nodes, {}, previous={})
    second = merge(POOL, nodes, {}, previous=first)
    assert second[VM] is first[VM]


def test_domain_zero_is_never_a_machine() -> None:
    lone = node("ovm1")
    assert all(vm.name != "Domain-0" for vm in merge(POOL, (lone,), {}, previous={}).values())


def test_ha_is_unknown_with_a_reason_until_somebody_says() -> None:
    vm = merged(node("ovm1", domain()))
    assert vm.ha.state is HaState.UNKNOWN
    assert vm.ha.reason


def test_a_halted_managed_domain_is_down() -> None:
    halted = Domain("managed1", None, DomainState.HALTED, 256, 1, 0.0, uuid=VM.identity)
    assert merged(node("ovm1", halted)).state is VmState.DOWN


def test_an_arriving_copy_without_a_uuid_belongs_to_the_machine_of_its_name() -> None:
    incoming = domain("ovmguest1--incoming", 5, DomainState.PAUSED, uuid=None, cpu_seconds=0.0)
    found = merge(POOL, (node("ovm1", domain()), node("ovm2", incoming)), {}, previous={})
    assert set(found) == {VM}
    assert found[VM].state is VmState.MIGRATING


def test_a_halted_record_beside_the_running_domain_is_no_second_copy() -> None:
    halted = domain(domid=None, state=DomainState.HALTED)
    assert merged(node("ovm1", domain()), node("ovm2", halted)).state is VmState.RUNNING


def test_a_configuration_without_a_uuid_belongs_to_the_one_machine_of_its_name() -> None:
    file = replace(CONFIG, config=replace(CONFIG.config, uuid=None))
    plain = replace(node("ovm1", domain()), configs=(file,))
    found = merge(POOL, (plain,), {}, previous={})
    assert set(found) == {VM}
    assert found[VM].configs == (file,)


def test_a_suspended_source_is_migrating_and_not_shut_down() -> None:
    assert merged(node("ovm1", domain(state=DomainState.SUSPENDED))).state is VmState.MIGRATING


def test_a_merge_that_remembers_the_last_one_gives_what_one_from_nothing_gives() -> None:
    cache = MergeCache()
    last: dict[VmKey, Vm] = {}
    domain_there, paused = domain(), domain(state=DomainState.PAUSED)
    worlds = (
        (node("ovm1", domain_there), node("ovm2")),
        (node("ovm1", domain_there), node("ovm2", paused)),
        (node("ovm1"), node("ovm2", paused)),
        (silent(node("ovm1", domain_there)), node("ovm2", paused)),
        (node("ovm1"), node("ovm2")),
    )
    for nodes in worlds:
        last = merge(POOL, nodes, {}, previous=last, cache=cache)
        assert last == merge(POOL, nodes, {}, previous={})

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ovmtui.model.domain import DomainState
from ovmtui.model.ha import HaState
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView
from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.viewmodel.filters import Filter, FilterError, only_on, parse
from tests.ui.support import pools


@pytest.fixture(scope="module")
def pool() -> Snapshot:
    """Six machines that run on two of three nodes, mail1 and build7 down."""
    return pools.healthy()


def seen(text: str, pool: Snapshot) -> set[str]:
    found = parse(text)
    assert isinstance(found, Filter), found
    return {vm.name for vm in pool.vms.values() if found.matches(vm, pool)}


def mistake(text: str) -> FilterError:
    found = parse(text)
    assert isinstance(found, FilterError), found
    return found


def test_nothing_typed_shows_everything(pool: Snapshot) -> None:
    assert seen("", pool) == seen("   ", pool) == {vm.name for vm in pool.vms.values()}


def test_a_word_is_looked_for_in_names_and_places(pool: Snapshot) -> None:
    assert seen("WEB", pool) == {"web01", "web02"}
    assert seen("ovm2", pool) == {"web02", "oradb01"}


def test_words_must_all_fit_and_a_bar_separates_alternatives(pool: Snapshot) -> None:
    assert seen("web ovm2", pool) == {"web02"}
    assert seen("web | oradb", pool) == {"web01", "web02", "oradb01"}
    assert seen("web ovm2|oradb", pool) == {"web02", "oradb01"}


def test_an_exclamation_mark_turns_a_condition_round(pool: Snapshot) -> None:
    everything = seen("", pool)
    assert seen("!web", pool) == everything - {"web01", "web02"}
    assert seen("!node:ovm1 !state:down", pool) == {"web02", "oradb01", "ldap1"}
    assert seen("!!web", pool) == {"web01", "web02"}


def test_fields_ask_for_one_fact(pool: Snapshot) -> None:
    assert seen("node:ovm1", pool) == {"ovmguest1", "web01", "erp2"}
    assert seen("pool:pool1", pool) == seen("", pool)
    assert seen("state:run", pool) == seen("!state:down", pool)
    ha_on = {vm.name for vm in pool.vms.values() if vm.ha.state is HaState.ON}
    assert seen("ha:on", pool) == ha_on
    assert ha_on


def test_down_does_not_mean_shut_down() -> None:
    # A guest that is down keeps its domain, and with it its disks: another state.
    kept = pools.domain("web01", 2, DomainState.SHUTDOWN)
    pool = pools.pool(pools.node("ovm1", kept, configs=pools.CONFIGS[1:3]))
    assert seen("state:down", pool) == {"web02"}
    assert seen("state:shut", pool) == {"web01"}


def test_figures_are_compared(pool: Snapshot) -> None:
    assert seen("mem>4096", pool) == {"oradb01", "erp2"}
    assert seen("mem>=4096 mem<8192", pool) == {"web01", "web02"}
    assert seen("vcpu=8", pool) == {"oradb01"}
    assert seen("cpu>50", pool) == {"erp2", "oradb01"}


def test_an_unknown_figure_fits_no_comparison(pool: Snapshot) -> None:
    assert seen("cpu<1000000", pool).isdisjoint({"mail1", "build7"})
    assert seen("cpu>=0", pool).isdisjoint({"mail1", "build7"})


def test_quotes_take_what_would_mean_something_else(pool: Snapshot) -> None:
    assert seen('"web01"', pool) == {"web01"}
    assert seen('"node:ovm1"', pool) == set()
    assert seen('"web|ora"', pool) == set()
    assert seen('node:"ovm1"', pool) == {"ovmguest1", "web01", "erp2"}


def test_a_state_of_two_words_needs_no_quotes() -> None:
    pool = pools.split_brain()
    assert len(seen("state:split", pool)) == 1
    assert (
        seen("state:brain", pool) == seen('state:"split brain"', pool) == seen("state:split", pool)
    )


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("nodde:ovm1", 0, "did you mean node"),
        ("web colour:red", 4, "colour is no field"),
        ("mem>much", 4, "number"),
        ("mem>", 4, "number"),
        ("size>3", 0, "size is no field"),
        ("web |", 4, "nothing stands after |"),
        ("| web", 0, "nothing stands before |"),
        ("web !", 4, "after !"),
        ("state:stopped", 6, "down"),
        ("ha:maybe", 3, "unknown"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, position: int, said: str) -> None:
    error = mistake(text)
    assert error.position == position
    assert said in error.message


def test_what_stands_before_a_mistake_still_holds(pool: Snapshot) -> None:
    for text in ("web mem>", "web |", "web !", "web nodde:ovm1 ovm2", "web | nodde:x"):
        before = mistake(text).before
        names = {vm.name for vm in pool.vms.values() if before.matches(vm, pool)}
        assert names == {"web01", "web02"}, text
    assert all(mistake("nodde:ovm1").before.matches(vm, pool) for vm in pool.vms.values())


@given(st.text(max_size=40))
def test_no_text_is_too_strange(text: str) -> None:
    pool = pools.healthy()
    found = parse(text)
    if isinstance(found, FilterError):
        assert found.message
        assert 0 <= found.position <= len(text)
    else:
        for vm in pool.vms.values():
            found.matches(vm, pool)


@given(st.text(alphabet='webovmora12 !|":><=', max_size=30))
def test_a_filter_shows_a_machine_or_its_negation_does(text: str) -> None:
    pool = pools.healthy()
    quoted = '"' + text.replace('"', "") + '"'
    found, opposite = parse(quoted), parse(f"!{quoted}")
    assert isinstance(found, Filter)
    assert isinstance(opposite, Filter)
    for vm in pool.vms.values():
        assert found.matches(vm, pool) is not opposite.matches(vm, pool)


def test_the_whole_name_of_a_node_means_no_other_one() -> None:
    """With `node:ovm1` in force, what is done to all that is shown must not reach ovm10."""
    pool = pools.pool(
        pools.node("ovm1", pools.domain("web01", 1)),
        pools.node("ovm10", pools.domain("web02", 2)),
        pools.node("ovm2", pools.domain("web03", 3)),
    )
    assert seen("node:ovm1", pool) == {"web01"}
    assert seen("node:OVM1", pool) == {"web01"}
    assert seen("node:ovm", pool) == {"web01", "web02", "web03"}, "a part of a name"
    assert seen('node:"ovm"', pool) == set(), "in quotes it is the whole name"
    assert seen("!node:ovm1", pool) == {"web02", "web03"}
    assert seen("node:pool1/ovm1", pool) == {"web01"}


def test_namesakes_in_two_pools_are_told_apart() -> None:
    here, there = NodeKey("pool1", "ovm1"), NodeKey("pool2", "ovm1")
    pool = pools.pool(pools.node("ovm1"), pools.node("ovm2"))
    assert only_on(here, pool) == "node:ovm1"
    both = replace(pool, nodes=MappingProxyType({**pool.nodes, there: NodeView(there)}))
    assert only_on(here, both) == "node:pool1/ovm1"
    assert only_on(there, both) == "node:pool2/ovm1"

"""Plans that an Oracle VM 3 manager carries out, and what they become without it."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.plan import flows
from ovmtui.plan.archive import archived, restored
from ovmtui.plan.context import Context
from ovmtui.plan.driving import DriverChoice
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.managing import Ovm3Access
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep
from tests.plan.pools import CONFIG, NOW, POOL, domain, key, node, pool

UUID = "0004fb00-0006-0000-9d9c-dea1e0bf51cc"
ID = "0004fb00000600009d9cdea1e0bf51cc"
SERVER = "00:e0:81:4d:40:16:00:e0:81:4d:40:17:ff:ff:ff:ff"
VM = VmKey(POOL, UUID)
SITE = "admin@ovmm:10000"
FILE = ConfigFile(
    f"/OVS/Repositories/r/VirtualMachines/{ID}/vm.cfg",
    replace(CONFIG.config, name=ID, uuid=UUID, simple_name="crm db; x", disks=()),
)
RUNS = domain(ID, uuid=UUID)


def snapshot(*, running: bool = True, manager_problem: str = "") -> Snapshot:
    nodes = tuple(
        replace(node(name, *([RUNS] if running and name == "ovm1" else [])), configs=(FILE,))
        for name in ("ovm1", "ovm2")
    )
    return pool(*nodes, problem=manager_problem)


def context(**changes: object) -> Context:
    access = Ovm3Access(key("ovm1"), SITE, MappingProxyType({key("ovm2"): SERVER}))
    whole = Context(manager=access, manager_configured=True, manager_acts=True)
    return replace(whole, **changes)  # type: ignore[arg-type]  # field names


def plan(verb: Verb, now: Snapshot, about: Context, **choices: object) -> Plan:
    wish = Intent(verb, VM, **choices)  # type: ignore[arg-type]  # field names
    return flows.build(wish, now, about, now=NOW)


def commands(made: Plan) -> list[str]:
    return [step.text for step in made.steps if isinstance(step, CommandStep)]


def test_a_stop_tells_the_manager_and_looks_at_the_nodes() -> None:
    made = plan(Verb.STOP, snapshot(), context())
    assert made.title == "stop crm db; x through the manager"
    assert [step.text for step in made.steps] == [
        f"[{SITE}] edit vm id={ID} highAvailability=No",
        f"verify that HA is off: [{SITE}] show vm id={ID}",
        f"[{SITE}] stop vm id={ID}",
        "wait for container down status",
    ]
    kill = made.steps[-1].choices[0].steps[0]  # type: ignore[union-attr]  # it is a wait
    assert kill.text == f"[{SITE}] kill vm id={ID}"


def test_a_migration_names_the_server_by_its_id() -> None:
    made = plan(Verb.MIGRATE, snapshot(), context(), node=key("ovm2"))
    assert commands(made) == [f"[{SITE}] migrate vm id={ID} destServer={SERVER}"]
    assert {check.name for check in made.checks} == {"disks", "bridges"}
    assert made.steps[-1].text == "verify that one copy runs, on ovm2"


def test_a_server_that_the_manager_does_not_list_is_no_target() -> None:
    about = context(manager=Ovm3Access(key("ovm1"), SITE))
    with pytest.raises(PlanRefused, match="lists no server called ovm2"):
        plan(Verb.MIGRATE, snapshot(), about, node=key("ovm2"))


def test_a_start_leaves_the_server_to_the_manager() -> None:
    made = plan(Verb.START, snapshot(running=False), context(), want_ha=True)
    assert commands(made) == [
        f"[{SITE}] start vm id={ID}",
        f"[{SITE}] edit vm id={ID} highAvailability=Yes",
    ]
    with pytest.raises(PlanRefused, match="chooses the server of a start itself"):
        plan(Verb.START, snapshot(running=False), context(), node=key("ovm2"))


def test_a_destroy_is_a_kill() -> None:
    made = plan(Verb.DESTROY, snapshot(), context())
    assert commands(made)[-1] == f"[{SITE}] kill vm id={ID}"


@pytest.mark.parametrize("verb", [Verb.STOP, Verb.MIGRATE, Verb.DESTROY])
def test_a_silent_manager_stops_the_plan_and_an_override_calls_xm(verb: Verb) -> None:
    now, node_ = snapshot(manager_problem="connection refused"), None
    if verb is Verb.MIGRATE:
        node_ = key("ovm2")
    refused = plan(verb, now, context(), node=node_)
    failing = [f.name for f in refused.findings if not f.verdict.passes]
    assert "manager-answers" in failing
    aside = plan(verb, now, context(), node=node_, overrides=frozenset({"manager-answers"}))
    assert commands(aside)[-1].startswith("xm ")
    assert any("what the manager believes" in note for note in aside.notes)


def test_the_driver_direct_calls_xm_and_switches_ha_through_the_manager() -> None:
    made = plan(Verb.STOP, snapshot(), context(driver=DriverChoice.DIRECT))
    assert commands(made) == [
        f"[{SITE}] edit vm id={ID} highAvailability=No",
        f"xm shutdown {ID}",
    ]


def test_ha_of_a_machine_without_a_uuid_cannot_be_switched() -> None:
    nameless = replace(FILE, config=replace(FILE.config, uuid=None, name="guest"))
    nodes = tuple(replace(node(name), configs=(nameless,)) for name in ("ovm1", "ovm2"))
    wish = Intent(Verb.HA_OFF, VmKey(POOL, "name:guest"))
    with pytest.raises(PlanRefused, match="UUID of crm db; x is not known"):
        flows.build(wish, pool(*nodes), context(), now=NOW)


def test_such_a_plan_survives_the_journal() -> None:
    for verb in (Verb.STOP, Verb.HA_OFF):
        made = plan(verb, snapshot(), context())
        assert restored(archived(made)) == made

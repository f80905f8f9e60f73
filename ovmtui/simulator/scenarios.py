"""Scripted faults for the demo: what happens, and after how many simulated seconds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from ovmtui.simulator.breakage import MigrationFault
from ovmtui.simulator.demo import mixed_spec, xl_spec
from ovmtui.simulator.faults import Faults
from ovmtui.simulator.spec import PoolSpec, Power
from ovmtui.simulator.timeline import Timeline

SOON = 15.0


@dataclass(frozen=True, slots=True)
class Event:
    """One fault of a scenario."""

    after: float
    """Simulated seconds since the event before."""
    fault: Callable[..., Awaitable[None]]
    """A method of Faults."""
    arguments: Mapping[str, object] = field(default_factory=dict)


Scenario = Callable[[PoolSpec], tuple[Event, ...]]


def dead_node(spec: PoolSpec) -> tuple[Event, ...]:
    """A node loses its power; its HA machines come up elsewhere."""
    return (Event(SOON, Faults.kill_node, {"node": spec.nodes[-1].name}),)


def silent_node(spec: PoolSpec) -> tuple[Event, ...]:
    """A node is no longer heard for two minutes; its machines run on."""
    node = {"node": spec.nodes[1].name}
    return (Event(SOON, Faults.silence_node, node), Event(120.0, Faults.restore_node, node))


def fencing(spec: PoolSpec) -> tuple[Event, ...]:
    """A node loses the cluster's heartbeat and reboots itself."""
    return (Event(SOON, Faults.reboot_node, {"node": spec.nodes[1].name}),)


def xend_down(spec: PoolSpec) -> tuple[Event, ...]:
    """The toolstack of a node crashes while its machines run on."""
    return (Event(SOON, Faults.set_xend, {"node": spec.nodes[1].name, "state": "crashed"}),)


def garbled_node(spec: PoolSpec) -> tuple[Event, ...]:
    """A node's list makes no sense any more."""
    return (Event(SOON, Faults.set_xend, {"node": spec.nodes[1].name, "state": "garbled"}),)


def migration_fails(spec: PoolSpec) -> tuple[Event, ...]:
    """The next migration of every machine dies half-way."""
    return tuple(Event(0.0, Faults.fail_migration, {"vm": vm.name}) for vm in spec.vms)


def manager_down(spec: PoolSpec) -> tuple[Event, ...]:
    """The manager does not answer."""
    return (Event(0.0, Faults.manager_down),)


def manager_complains(spec: PoolSpec) -> tuple[Event, ...]:
    """The manager does nothing, says `Error:`, and exits with 0."""
    return (Event(0.0, Faults.manager_complains),)


def split_brain(spec: PoolSpec) -> tuple[Event, ...]:
    """Another administrator starts a machine that runs already."""
    first, second, *_ = (node.name for node in spec.nodes)
    running = next(vm for vm in spec.vms if vm.node == first and vm.power is Power.RUNNING)
    return (Event(SOON, Faults.double_start, {"vm": running.name, "node": second}),)


def stubborn_guests(spec: PoolSpec) -> tuple[Event, ...]:
    """Every guest ignores a shutdown."""
    return tuple(Event(0.0, Faults.ignore_shutdown, {"vm": vm.name}) for vm in spec.vms)


def vanishing_guest(spec: PoolSpec) -> tuple[Event, ...]:
    """An HA machine powers itself off; the agent starts it again, perhaps elsewhere."""
    vm = next(vm for vm in spec.vms if vm.ha and vm.power is Power.RUNNING)
    return (Event(SOON, Faults.vanish, {"vm": vm.name}),)


def hanging_storage(spec: PoolSpec) -> tuple[Event, ...]:
    """Whoever reads the repository on a node waits."""
    return (Event(0.0, Faults.hang_storage, {"node": spec.nodes[0].name}),)


def leftovers(spec: PoolSpec) -> tuple[Event, ...]:
    """The next migrations leave a paused copy behind, or the name `migrating-NAME`."""
    running = [vm for vm in spec.vms if vm.power is Power.RUNNING]
    kinds = (MigrationFault.LEFTOVER, MigrationFault.RENAMED)
    return tuple(
        Event(0.0, Faults.fail_migration, {"vm": vm.name, "how": kinds[number % 2].value})
        for number, vm in enumerate(running)
    )


def xl(spec: PoolSpec) -> tuple[Event, ...]:
    """Every node has libxl's `xl`; nothing goes wrong."""
    return ()


def mixed(spec: PoolSpec) -> tuple[Event, ...]:
    """Two nodes have xend's `xm`, two libxl's `xl`; nothing goes wrong."""
    return ()


def xl_trouble(spec: PoolSpec) -> tuple[Event, ...]:
    """Libxl everywhere; migrations leave halves behind, and one node may not log in to another."""
    first, second, *_ = (node.name for node in spec.nodes)
    return (*leftovers(spec), Event(0.0, Faults.break_login, {"node": first, "other": second}))


_ALL: tuple[Scenario, ...] = (
    dead_node,
    silent_node,
    fencing,
    xend_down,
    garbled_node,
    migration_fails,
    manager_down,
    manager_complains,
    split_brain,
    stubborn_guests,
    vanishing_guest,
    hanging_storage,
    leftovers,
    xl,
    mixed,
    xl_trouble,
)
POOLS: Mapping[str, Callable[[], PoolSpec]] = {
    "xl": xl_spec,
    "xl-trouble": xl_spec,
    "mixed": mixed_spec,
}
"""The scenarios that have a pool of their own instead of the demo's, by name."""
TWO_GENERATIONS = "two-generations"
"""The scenario in which nothing goes wrong: Oracle VM 2 and 3 in one console."""
SCENARIOS: Mapping[str, Scenario] = {
    scenario.__name__.replace("_", "-"): scenario for scenario in _ALL
}
"""By the name that the command line takes."""


async def play(scenario: Scenario, spec: PoolSpec, faults: Faults, timeline: Timeline) -> None:
    """Let the scenario's events happen, one after the other."""
    for event in scenario(spec):
        if event.after:
            await timeline.sleep(event.after)
        await event.fault(faults, **event.arguments)

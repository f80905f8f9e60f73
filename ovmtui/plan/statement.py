"""The truth about where things stand, in one sentence for the end of a plan."""

from __future__ import annotations

from ovmtui.model.ha import HaState
from ovmtui.model.identity import VmKey, subject_node
from ovmtui.model.job import JobState, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import VmState
from ovmtui.plan.intent import Verb
from ovmtui.plan.leftovers import leftovers
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import WaitStep
from ovmtui.plan.waits import Vanished


def where_it_stands(snapshot: Snapshot, vm: VmKey, name: str) -> str:
    """Return what is known of the machine now: its places, its state, its HA."""
    machine = snapshot.vms.get(vm)
    if (node := subject_node(vm)) is not None:
        view = snapshot.nodes.get(node)
        return f"{name} {'answers' if view and view.certain else 'does not answer'}"
    if machine is None:
        return f"{name} is not listed anywhere and no vm.cfg names it"
    if not machine.copies:
        if machine.state is VmState.DOWN:
            place = f"{name} is down: no node lists it"
        else:
            place = f"{name} is {machine.state.value}: {machine.reason}"
    else:
        places = ", ".join(
            f"{copy.domain.state.value} on {copy.node.name}"
            + ("" if copy.certain else " when last seen")
            + (f" as {copy.domain.name}" if copy.domain.name != machine.name else "")
            for copy in machine.copies
        )
        place = f"{name} is {places}"
        if machine.state is VmState.SPLIT_BRAIN:
            place += " (SPLIT BRAIN)"
    return f"{place}; HA is {machine.ha.state.value}"


def doubt_at_the_end(plan: Plan, snapshot: Snapshot) -> str:
    """Return what cannot be told though every step has succeeded; empty when all can.

    A machine that is to be down may run on a node that is silent: nobody has looked there.
    """
    waits = [step.condition for step in plan.steps if isinstance(step, WaitStep)]
    machine = snapshot.vms.get(plan.vm)
    down = any(isinstance(condition, Vanished) for condition in waits)
    if not down or machine is None or machine.state is not VmState.UNKNOWN:
        return ""
    return machine.reason


def next_step(
    snapshot: Snapshot,
    vm: VmKey,
    outcome: Outcome,
    job: str,
    *,
    verb: Verb,
    switches_ha: bool,
) -> str:
    """Return what may safely be done after a plan that did not end well; perhaps nothing."""
    machine = snapshot.vms.get(vm)
    if machine is not None and machine.state is VmState.SPLIT_BRAIN:
        return (
            "two copies may write to its disks: start nothing; decide which copy is right "
            "and destroy the other one"
        )
    if outcome is Outcome.REFUSED:
        return ""
    if machine is not None and machine.state is VmState.DOWN and verb is Verb.REBOOT:
        if machine.ha.state is not HaState.OFF:
            soon = f"HA is {machine.ha.state.value}, so the pool may start it itself: wait and look"
            return f"safe next step: {soon}; if it stays down, `ovmtui start {machine.name}`"
        return (
            f"safe next step: `ovmtui start {machine.name}`; /var/log/xen/xend.log on the node "
            "where it ran says why it did not come back"
        )
    if machine is not None and machine.state is VmState.DOWN:
        restart = "the pool may start it again at any moment"
        way = f"safe next step: `ovmtui ha off {machine.name}`, if it is to stay down"
        if machine.ha.state is HaState.ON:
            return f"{way}: HA is on, so {restart}"
        if machine.ha.state is HaState.UNKNOWN and switches_ha:
            return f"{way}: HA is unknown, and where it is on {restart}"
    if machine is not None:
        mendable = [left for left in leftovers(machine, snapshot) if left.repair is not None]
        if mendable:
            return f"safe next step: {mendable[0].what}; {mendable[0].remedy}"
    how = f"`ovmtui jobs resume {job}` (or R in the list of jobs)"
    if outcome is Outcome.UNKNOWN and machine is not None and not machine.copies:
        return "safe next step: look again once every node answers, and start it nowhere before"
    if outcome is Outcome.UNKNOWN:
        return f"safe next step: once its node answers, {how} reads its result and goes on"
    if outcome is Outcome.CANCELLED:
        return f"safe next step: leave it as it is, or {how} goes on from here"
    return f"safe next step: mend what is said above; {how} looks anew and goes on from here"


def where_it_stopped(state: JobState) -> str:
    """Return the step at which a job without an end is, as far as the journal tells."""
    if state.current is None or state.current >= len(state.steps):
        return "no step was begun"
    number = f"step {state.current + 1} of {len(state.steps)}"
    outcome = state.outcomes[state.current] if state.outcomes else None
    ended = f" ({outcome.value})" if outcome else ""
    return f"{number}: {state.steps[state.current]}{ended}"

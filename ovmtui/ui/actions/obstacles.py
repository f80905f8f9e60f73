"""What may stand in the way of an action, in the words that its key says."""

from __future__ import annotations

from ovmtui.model.text import visible
from ovmtui.model.vm import VmState
from ovmtui.ui.situation import Situation


def always(situation: Situation) -> str | None:
    """Nothing stands in the way."""
    return None


def needs_vm(situation: Situation) -> str | None:
    """A machine must be under the cursor."""
    return None if situation.vm else "no machine is under the cursor"


def may_act(situation: Situation) -> str | None:
    """Machines are marked; or one is under the cursor, and no job runs for it."""
    if situation.marked:
        return None
    return may_act_on_one(situation)


def may_act_on_one(situation: Situation) -> str | None:
    """A machine must be under the cursor, its pool not read-only, and no job may run for it."""
    if situation.vm is not None and situation.pool_is_read_only:
        return f"pool {situation.vm.key.pool} is read-only here"
    if situation.vm is None:
        return "no machine is under the cursor"
    if situation.job is not None:
        return f"{situation.job.title} is under way: wait, or x to stop waiting for it"
    return None


def may_start(situation: Situation) -> str | None:
    """Machines are marked; or it may be acted on, and no node lists it."""
    vm = situation.vm
    if vm is not None and not situation.marked and vm.copies:
        places = ", ".join(node.name for node in vm.nodes)
        return f"{visible(vm.shown)} is {vm.state.value} on {places}"
    return may_act(situation)


def must_be_there(situation: Situation) -> str | None:
    """Machines are marked; or it may be acted on, and is not known to be down everywhere."""
    vm = situation.vm
    if vm is not None and not situation.marked and vm.state is VmState.DOWN:
        return f"{visible(vm.shown)} is down"
    return may_act(situation)


def may_reboot(situation: Situation) -> str | None:
    """Machines are marked; or it may be acted on, and its one domain runs."""
    return _in_state(situation, {VmState.RUNNING})


def may_pause(situation: Situation) -> str | None:
    """Machines are marked; or it may be acted on, and its one domain runs or is paused."""
    return _in_state(situation, {VmState.RUNNING, VmState.PAUSED})


def _in_state(situation: Situation, states: set[VmState]) -> str | None:
    vm = situation.vm
    if vm is not None and not situation.marked and vm.state not in states:
        return f"{visible(vm.name)} is {vm.state.value}"
    return may_act(situation)


def something_is_left(situation: Situation) -> str | None:
    """It may be acted on, and has more or other domains than one that runs."""
    vm = situation.vm
    if vm is not None and len(vm.copies) < 2 and vm.state in {VmState.RUNNING, VmState.DOWN}:
        return f"nothing is left over of {visible(vm.shown)}"
    return may_act_on_one(situation)


def ha_drifts(situation: Situation) -> str | None:
    """It may be acted on, and its HA is known not to be what is wanted."""
    vm = situation.vm
    if situation.marked:
        return None
    if vm is not None and not vm.drifts:
        return f"HA of {visible(vm.shown)} is {vm.ha.state.value}: nothing to mend"
    return may_act(situation)


def has_service(situation: Situation) -> str | None:
    """It may be acted on, and an OpenSVC service names it."""
    vm = situation.vm
    if vm is not None and vm.service is None:
        return f"no OpenSVC service names {visible(vm.shown)}"
    return may_act_on_one(situation)


def can_freeze(situation: Situation) -> str | None:
    """Agents that could act beside the plan must be there."""
    return situation.freeze_obstacle or None


def can_mend(situation: Situation) -> str | None:
    """Something must be wrong that a command mends."""
    return situation.mend_obstacle or None


def can_copy(situation: Situation) -> str | None:
    """Something must mend it."""
    return situation.copy_obstacle or None


def has_job(situation: Situation) -> str | None:
    """A job must run for the machine."""
    if situation.vm is None:
        return "no machine is under the cursor"
    return None if situation.job else f"no job runs for {visible(situation.vm.shown)}"


def has_stopped(situation: Situation) -> str | None:
    """The job must have stopped before its end."""
    return None if situation.stopped else "nothing of that job is left to do, or it runs"


def has_question(situation: Situation) -> str | None:
    """A job must wait for an answer."""
    return None if situation.question else "no job asks anything"


def runs_somewhere(situation: Situation) -> str | None:
    """A domain of the machine must be there to look into."""
    if situation.vm is None:
        return "no machine is under the cursor"
    if len(situation.vm.copies) != 1:
        return f"{visible(situation.vm.shown)} is {situation.vm.state.value}"
    return None


def has_node(situation: Situation) -> str | None:
    """A node must be at hand: that of the machine, or the one under the cursor."""
    return None if situation.node else "no node is at hand here"


def may_change_node(situation: Situation) -> str | None:
    """A node must be at hand, of a pool that is not read-only."""
    if situation.node is not None and situation.pool_is_read_only:
        return f"pool {situation.node.pool} is read-only here"
    return has_node(situation)


def has_marks(situation: Situation) -> str | None:
    """Machines must be marked."""
    return None if situation.marked else "nothing is marked: space marks"


def has_batch(situation: Situation) -> str | None:
    """Several machines must have been worked on at once."""
    return None if situation.batches else "nothing was done to several machines at once yet"


def is_running_batch(situation: Situation) -> str | None:
    """A batch under way must be at hand."""
    return None if situation.batch_runs else "it has ended"


def can_retry(situation: Situation) -> str | None:
    """The batch must have ended, and something in it must have failed."""
    if situation.batch_runs:
        return "it has not ended yet"
    return None if situation.batch_failed else "nothing of it failed"


def has_raw(situation: Situation) -> str | None:
    """A vm.cfg must have been read."""
    return situation.raw_obstacle or None


def has_colour(situation: Situation) -> str | None:
    """The terminal may be coloured."""
    return None if situation.colour else "NO_COLOR is set: there is one theme without colours"


def can_run(situation: Situation) -> str | None:
    """All that the plan demands must hold."""
    return situation.obstacle or None


def can_override(situation: Situation) -> str | None:
    """Each failing guard must be one that can be set aside."""
    return situation.override_obstacle or None

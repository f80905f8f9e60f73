"""What acts on a machine of an OpenSVC service: its agent, or we ourselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.model.service import Agent, AgentEra, Service
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm


class DriverChoice(Enum):
    """How the driver is chosen."""

    AUTO = "auto"
    DIRECT = "direct"
    OPENSVC = "opensvc"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Handle:
    """A machine's service in the hands of one node's agent."""

    node: NodeKey
    agent: Agent
    service: Service


def handle_on(vm: Vm, node: NodeKey, snapshot: Snapshot) -> Handle | None:
    """Return the machine's service as `node`'s agent can drive it; None when it cannot."""
    return None if why_not(vm, node, snapshot) else _handle(vm, node, snapshot)


def driven_by(vm: Vm, node: NodeKey, snapshot: Snapshot, choice: DriverChoice) -> Handle | None:
    """Return what drives the machine on `node`: its agent, or None for ourselves.

    Raises:
        PlanRefused: the agent is to drive it, and cannot.
    """
    if choice in {DriverChoice.DIRECT, DriverChoice.MANAGER}:
        return None
    reason = why_not(vm, node, snapshot)
    if not reason:
        return _handle(vm, node, snapshot)
    if choice is DriverChoice.OPENSVC:
        raise PlanRefused((f"the driver is `opensvc`, but {reason}",))
    return None


def why_not(vm: Vm, node: NodeKey, snapshot: Snapshot) -> str:
    """Return why the agent of `node` cannot drive the machine; empty when it can."""
    if vm.service is None:
        return f"no OpenSVC service names {vm.shown}"
    view = snapshot.nodes[node]
    if view.agent is None:
        return f"{node.name} has no OpenSVC agent" + (
            f" ({view.survey_problem})" if view.survey_problem else ""
        )
    if view.agent.era is AgentEra.UNKNOWN:
        version = view.agent.version or "of no known version"
        return f"the commands of {node.name}'s agent ({version}) are not known"
    if vm.service.name not in {file.name for file in view.services or ()}:
        return f"{node.name} has no file of service {vm.service.name}"
    if vm.service.file.on(node.name).disabled:
        return f"service {vm.service.name} is disabled on {node.name}"
    return ""


def agents_of(vm: Vm, snapshot: Snapshot) -> tuple[Handle, ...]:
    """Return the agents that know the machine's service, in the order of the pool."""
    handles = (handle_on(vm, node.key, snapshot) for node in snapshot.nodes_of(vm.key.pool))
    return tuple(handle for handle in handles if handle is not None)


def _handle(vm: Vm, node: NodeKey, snapshot: Snapshot) -> Handle:
    agent = snapshot.nodes[node].agent
    assert vm.service is not None
    assert agent is not None
    return Handle(node, agent, vm.service.file.on(node.name))

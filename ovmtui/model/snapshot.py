"""All that is known at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.service import ServiceFile
from ovmtui.model.vm import Vm


@dataclass(frozen=True, slots=True)
class PoolView:
    """One configured pool."""

    name: str
    label: str
    nodes: tuple[NodeKey, ...]
    production: bool = False
    read_only: bool = False
    """Whether nothing may be changed in it."""
    verbs: frozenset[str] | None = None
    """What may be done in it, as the configuration spells it; None: everything."""
    colour: str | None = None
    manager_problem: str = ""
    """Why the manager's last answer could not be used; empty when it could."""
    manager_configured: bool = False
    services: tuple[ServiceFile, ...] = ()
    """Service files of the pool's local directory."""
    services_problem: str = ""
    """Why that directory cannot be read; empty when it can."""
    wanted_ha: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """What the configuration wants HA to be, by the machine's name."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Pools, nodes and machines at one moment of the monotonic clock."""

    version: int = 0
    taken_at: float = 0.0
    pools: tuple[PoolView, ...] = ()
    nodes: Mapping[NodeKey, NodeView] = field(default_factory=lambda: MappingProxyType({}))
    vms: Mapping[VmKey, Vm] = field(default_factory=lambda: MappingProxyType({}))

    def pool(self, name: str) -> PoolView:
        """Return the pool called `name`; KeyError when there is none."""
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise KeyError(name)

    def nodes_of(self, pool: str) -> tuple[NodeView, ...]:
        """Return the nodes of `pool` in configured order."""
        return tuple(self.nodes[key] for key in self.pool(pool).nodes)

    def out_of_maintenance(self, node: NodeKey) -> Snapshot:
        """Return the same with `node` out of maintenance."""
        opened = replace(self.nodes[node], maintenance=False)
        return replace(self, nodes=MappingProxyType({**self.nodes, node: opened}))

    def is_but_measured_anew(self, before: Snapshot) -> bool:
        """Whether it has the machines of `before`, and nodes that differ in measures alone."""
        return self is before or (
            self.vms is before.vms
            and self.pools == before.pools
            and self.nodes.keys() == before.nodes.keys()
            and all(
                node is (old := before.nodes[key]) or node.is_but_measured_anew(old)
                for key, node in self.nodes.items()
            )
        )

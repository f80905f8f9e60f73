"""What is known of one OVM server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType

from ovmtui.model.domain import Domain
from ovmtui.model.identity import NodeKey
from ovmtui.model.service import Agent, ServiceFile, ServiceStatus
from ovmtui.model.storage import Mount
from ovmtui.model.tool import Tool, Toolstack
from ovmtui.model.vmconfig import ConfigFile


class Reach(Enum):
    """State of the console's connection to a node."""

    CONNECTING = "connecting"
    UP = "up"
    UNREACHABLE = "unreachable"
    """No connection; `NodeView.problem` says why."""
    REFUSED = "refused"
    """It answers but lets us not in: login or host key."""


@dataclass(frozen=True, slots=True)
class HypervisorFacts:
    """The parts of `xm info` that decisions need; None where not stated."""

    host: str | None = None
    total_memory_mib: int | None = None
    free_memory_mib: int | None = None
    cpus: int | None = None
    cpu_model: str | None = None
    """`hw_caps`, the only CPU identity that every toolstack prints."""
    xen_version: str | None = None
    toolstack: Toolstack = Toolstack.UNKNOWN


NO_FACTS = HypervisorFacts()
"""Nothing is known yet."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node in a snapshot. Times are on the monotonic clock, in seconds."""

    key: NodeKey
    reach: Reach = Reach.CONNECTING
    problem: str = ""
    """Why the connection or the toolstack fails; empty when all is well."""
    since: float | None = None
    """When `reach` took its present value."""
    latency_ms: float | None = None
    domains: tuple[Domain, ...] | None = None
    """Domains of the last good listing, Domain-0 included; None before the first."""
    listed_at: float | None = None
    """When the last good listing was asked for."""
    list_problem: str = ""
    """Why the newest listing failed; empty when it was good. Not empty: VMs unknown."""
    tool: Tool | None = None
    """The program that its domains are handled with; None: not known, and none is assumed."""
    facts: HypervisorFacts = NO_FACTS
    load: float | None = None
    """One-minute load average of dom0."""
    boot_id: str | None = None
    clock_skew_s: float | None = None
    """Node clock minus ours; None where unknown."""
    configs: tuple[ConfigFile, ...] | None = None
    """vm.cfg files of the last finished scan; None before the first."""
    scanned_at: float | None = None
    """When that scan was begun."""
    scan_problem: str = ""
    mounts: tuple[Mount, ...] | None = None
    """What is mounted, as of the last survey; None before the first."""
    agent: Agent | None = None
    """The OpenSVC agent; None where there is none, or none was looked for yet."""
    services: tuple[ServiceFile, ...] | None = None
    """Service files beside the agent; None before the first survey."""
    service_statuses: Mapping[str, ServiceStatus] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """What the agent says of each service that has a machine, by its name."""
    survey_problem: str = ""
    """Why mounts, agent and services are not known now; empty when they are."""
    cpu_percent: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))
    """Share of one CPU by domain id, between the last two listings."""
    maintenance: bool = False

    def is_but_measured_anew(self, before: NodeView) -> bool:
        """Whether it differs from `before` in times and measures alone, not in what is there."""
        return before == replace(
            self,
            latency_ms=before.latency_ms,
            listed_at=before.listed_at,
            load=before.load,
            clock_skew_s=before.clock_skew_s,
        )

    @property
    def certain(self) -> bool:
        """Whether the newest attempt to list this node's domains succeeded."""
        return self.reach is Reach.UP and self.domains is not None and not self.list_problem

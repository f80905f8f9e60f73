"""What a check has found at one place, and what would mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from ovmtui.model.command import Command
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import NodeView
from ovmtui.plan.verdict import Standing, Verdict
from ovmtui.toolstacks.nodecheck import NodeAnswers


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends it."""

    text: str
    """As a person would type it."""
    node: NodeKey | None = None
    """Where `command` is run."""
    command: Command | None = None
    """None: `text` is something for a person to do, or one of our own commands."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One check at one place."""

    pool: str
    node: NodeKey | None
    """None: it is about the whole pool."""
    name: str
    """Stable, such as `relocation`."""
    subject: str
    verdict: Verdict
    why: str = ""
    """Why it matters."""
    fix: Fix | None = None

    @property
    def place(self) -> str:
        """Where it is, as `pool/node` or `pool`."""
        return str(self.node) if self.node is not None else self.pool

    @property
    def is_well(self) -> bool:
        """Whether nothing is to be done."""
        return self.verdict.passes


class Ovm3Stage(Enum):
    """How far a call of an Oracle VM 3 manager has come."""

    UNREACHED = "unreached"
    """No connection."""
    UNTRIED = "untried"
    """Its password is not to be had."""
    STRANGE = "strange"
    """It shows a host key that is not known, or another one."""
    REFUSED = "refused"
    """It does not let the user in."""
    FAILED = "failed"
    """It lets us in, and does not answer as it should."""
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Ovm3Evidence:
    """What an Oracle VM 3 manager was asked."""

    host: str
    port: int
    user: str
    stage: Ovm3Stage
    problem: str = ""
    """Why it came no further; empty when it answered."""
    servers: frozenset[NodeKey] = frozenset()
    """Our nodes that it lists, each once."""
    listed: tuple[str, ...] = ()
    """Names of all servers that it lists."""
    pool_name: str | None = None
    """What it calls our servers' pool; None where it does not say."""
    pool_wanted: str | None = None
    """What the configuration says that it calls it."""

    @property
    def site(self) -> str:
        """Where it is, as a person reads it."""
        return f"{self.host} port {self.port}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was asked for a check of one pool, beside the snapshot."""

    answers: Mapping[NodeKey, NodeAnswers] = field(default_factory=lambda: MappingProxyType({}))
    reaches: Mapping[NodeKey, frozenset[NodeKey] | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Nodes whose relocation port each node reaches; None where it could not be told."""
    relocation: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """Host and port that stand for each node in a migration, as `host port`."""
    logins: Mapping[NodeKey, Mapping[NodeKey, str] | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Why each libxl node could not log in to each other one, empty when it could; None where
    it could not be told."""
    manager_open: Mapping[NodeKey, bool | None] = field(
        default_factory=lambda: MappingProxyType({})
    )
    """Whether each node reaches the manager's port; None where it could not be told."""
    manager_site: str = ""
    """The manager as `host port`; empty where the configuration does not say."""
    manager_login: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """Why the manager did not take a call from each node that was tried; empty when it did."""
    ovm3: Ovm3Evidence | None = None
    """None: the pool has no manager of Oracle VM 3."""
    login_users: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    mends: Mapping[NodeKey, str] = field(default_factory=lambda: MappingProxyType({}))
    """What would let us into each node that let us not in, where that can be told."""


def worst(found: tuple[Diagnosis, ...]) -> Standing:
    """Return the worst standing of all: FAILS, then UNKNOWN, then HOLDS."""
    standings = {one.verdict.standing for one in found}
    for standing in (Standing.FAILS, Standing.UNKNOWN):
        if standing in standings:
            return standing
    return Standing.HOLDS


def about(
    node: NodeView,
    name: str,
    subject: str,
    verdict: Verdict,
    *,
    why: str = "",
    fix: Fix | None = None,
) -> Diagnosis:
    """Return what was found on `node`; a mend is offered only where one is needed."""
    return Diagnosis(
        node.key.pool,
        node.key,
        name,
        subject,
        verdict,
        why,
        None if verdict.passes else fix,
    )


def answers_of(node: NodeView, evidence: Evidence) -> NodeAnswers:
    """Return what `node` said; nothing is known where it was not asked."""
    return evidence.answers.get(node.key, NodeAnswers())

"""What a failed migration left behind: which domain it is, and what may be done with it.

A migration that is under way looks the same. Whether it is one is never guessed here: a
repair runs only after both nodes have shown that no process works on it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ovmtui.model.domain import Domain, DomainState, Transit
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Copy, Vm
from ovmtui.plan import leftover_words as words


class LeftoverKind(Enum):
    """What is left over."""

    RENAMED_SOURCE = "renamed source"
    """The machine's only domain carries the name `migrating-NAME`."""
    PAUSED_COPY = "paused copy"
    """NAME, paused and without any CPU time: it never executed on that node."""
    HALF_BUILT = "half-built copy"
    """libxl's `NAME--incoming`."""
    DEPARTED_SOURCE = "departed source"
    """libxl's `NAME--migratedaway`."""
    SOURCE_STAYED = "source that stayed"
    """`migrating-NAME`, while NAME is there on the target."""
    ZOMBIE = "zombie"
    """A domain that the hypervisor cannot free."""


class Repair(Enum):
    """The one command that mends it."""

    DESTROY = "destroy"
    RENAME = "rename"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One domain that should not be there, or not under that name."""

    kind: LeftoverKind
    copy: Copy
    what: str
    """What it is, as a sentence without its full stop."""
    why: str
    """Why it matters."""
    remedy: str
    """The safe repair, or why there is none and which command shows more."""
    repair: Repair | None = None
    """None: nothing that is safe can be done from here."""
    keeper: Copy | None = None
    """The copy that runs for certain beside it. No repair destroys anything without one."""
    may_be_under_way: bool = True
    """Whether a migration that is under way looks the same."""

    @property
    def node(self) -> NodeKey:
        """The node that holds it."""
        return self.copy.node


def leftovers(vm: Vm, snapshot: Snapshot) -> tuple[Leftover, ...]:
    """Return what migrations have left of `vm`, as far as `snapshot` tells."""
    found = ((copy, _kind(copy, vm)) for copy in vm.copies)
    return tuple(_judged(kind, copy, vm, snapshot) for copy, kind in found if kind is not None)


def never_executed(domain: Domain) -> bool:
    """Return whether `domain` is paused and has had no CPU time on its node."""
    return domain.state is DomainState.PAUSED and domain.cpu_seconds == 0.0


def may_execute(domain: Domain) -> bool:
    """Return whether `domain` may execute, now or as soon as somebody unpauses it."""
    if domain.state is DomainState.PAUSED:
        return not never_executed(domain)
    return domain.state in {DomainState.RUNNING, DomainState.UNKNOWN}


def others_of(copy: Copy, vm: Vm) -> tuple[Copy, ...]:
    """Return the machine's other copies."""
    return tuple(other for other in vm.copies if other is not copy)


def _kind(copy: Copy, vm: Vm) -> LeftoverKind | None:
    domain, others = copy.domain, others_of(copy, vm)
    match domain.transit:
        case Transit.ZOMBIE:
            return LeftoverKind.ZOMBIE
        case Transit.INCOMING:
            return LeftoverKind.HALF_BUILT
        case Transit.DEPARTED:
            return LeftoverKind.DEPARTED_SOURCE
        case Transit.OUTGOING:
            plain = [c.domain for c in others if c.domain.transit is Transit.NONE]
            if any(not never_executed(other) for other in plain):
                return LeftoverKind.SOURCE_STAYED
            # Beside a copy that never ran, that one is what is left over.
            return None if plain else LeftoverKind.RENAMED_SOURCE
        case Transit.NONE:
            return LeftoverKind.PAUSED_COPY if never_executed(domain) else None


def _judged(kind: LeftoverKind, copy: Copy, vm: Vm, snapshot: Snapshot) -> Leftover:
    what, why, under_way = _told(kind, copy, vm)
    tools = {node.key: node.tool for node in snapshot.nodes_of(vm.key.pool)}
    repair: Repair | None = None
    keeper: Copy | None = None
    if kind is LeftoverKind.ZOMBIE:
        obstacle: str | None = words.zombie(copy, tools)
    elif kind is LeftoverKind.RENAMED_SOURCE:
        obstacle = _rename_obstacle(copy, vm, snapshot, tools)
        repair = Repair.RENAME if obstacle is None else None
    else:
        executing = [other for other in others_of(copy, vm) if may_execute(other.domain)]
        obstacle = _destroy_obstacle(kind, copy, vm, executing, tools)
        if obstacle is None:
            repair, keeper = Repair.DESTROY, executing[0]
    if repair is None:
        assert obstacle is not None
        remedy = f"no safe repair: {obstacle}"
    else:
        remedy = words.remedy(copy, vm, keeper)
    return Leftover(
        kind, copy, what, why, remedy, repair=repair, keeper=keeper, may_be_under_way=under_way
    )


def _told(kind: LeftoverKind, copy: Copy, vm: Vm) -> tuple[str, str, bool]:
    """Return what it is, why it matters, and whether it may be a migration under way."""
    others = others_of(copy, vm)
    match kind:
        case LeftoverKind.RENAMED_SOURCE:
            return (*words.renamed_source(copy, vm), True)
        case LeftoverKind.PAUSED_COPY:
            leaving = any(c.domain.transit is Transit.OUTGOING for c in others)
            return (*words.paused_copy(copy, vm, alone=not others, leaving=leaving), leaving)
        case LeftoverKind.HALF_BUILT:
            return (*words.half_built(copy), True)
        case LeftoverKind.DEPARTED_SOURCE:
            return (*words.departed_source(copy), True)
        case LeftoverKind.SOURCE_STAYED:
            return (*words.source_stayed(copy, executes=may_execute(copy.domain)), True)
        case LeftoverKind.ZOMBIE:
            return (*words.zombie_told(copy), False)


def _rename_obstacle(copy: Copy, vm: Vm, snapshot: Snapshot, tools: words.Tools) -> str | None:
    """Return why the domain cannot be given its name back, or None when it can."""
    if len(vm.copies) > 1:
        return words.several(vm, tools)
    if copy.domain.domid is None or copy.domain.uuid is None:
        return words.unidentified(copy, tools)
    silent = [node.key for node in snapshot.nodes_of(vm.key.pool) if not node.certain]
    if silent:
        return words.silent(silent, vm, tools)
    if copy.domain.state is not DomainState.RUNNING:
        return words.not_running(copy, vm, tools)
    for node in snapshot.nodes_of(vm.key.pool):
        for domain in node.domains or ():
            same = node.key == copy.node and domain.domid == copy.domain.domid
            if domain.plain_name == vm.name and domain.is_active and not same:
                return words.name_taken(vm, node.key, domain, tools)
    return None


_LEAVABLE = {
    LeftoverKind.SOURCE_STAYED: frozenset({DomainState.SUSPENDED, DomainState.SHUTDOWN}),
    LeftoverKind.DEPARTED_SOURCE: frozenset({DomainState.SUSPENDED, DomainState.SHUTDOWN}),
}
"""States in which a source can only be a leftover: its guest was handed over."""


def _destroy_obstacle(
    kind: LeftoverKind, copy: Copy, vm: Vm, executing: list[Copy], tools: words.Tools
) -> str | None:
    """Return why the domain cannot be destroyed safely, or None when it can.

    `executing` are the machine's other copies that may execute.
    """
    domain = copy.domain
    doubtful = [other.node for other in vm.copies if not other.certain]
    if doubtful:
        return words.silent(doubtful, vm, tools)
    if domain.domid is None or domain.is_domain_zero:
        return words.unidentified(copy, tools)
    if may_execute(domain):
        return (
            words.both_execute(copy, executing, vm, tools)
            if executing
            else words.not_idle(copy, vm, tools)
        )
    if not executing:
        return words.only_copy(copy, vm, tools)
    if len(executing) > 1:
        return words.several(vm, tools)
    keeper = executing[0]
    allowed = {Transit.NONE, Transit.OUTGOING} if _is_arrival(kind) else {Transit.NONE}
    if keeper.domain.state is not DomainState.RUNNING or keeper.domain.transit not in allowed:
        return words.not_surely_running(keeper, vm, tools)
    states = _LEAVABLE.get(kind)
    fits = never_executed(domain) if states is None else domain.state in states
    if not fits:
        return words.not_idle(copy, vm, tools)
    # libxl tells no UUID of a half-built copy; its name, which nothing else has, must do.
    known = domain.uuid is not None or kind is LeftoverKind.HALF_BUILT
    if not known or keeper.domain.uuid is None:
        return words.unidentified(copy, tools)
    return None


def _is_arrival(kind: LeftoverKind) -> bool:
    return kind in {LeftoverKind.PAUSED_COPY, LeftoverKind.HALF_BUILT}

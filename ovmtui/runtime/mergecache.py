"""What one merge of a pool leaves for the next: most of it is as it was."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from ovmtui.model.ha import HaFact
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.node import NodeView
from ovmtui.model.vm import Copy, Vm
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.runtime.hasources import combined
from ovmtui.runtime.machines import copy_of, machine_of

NO_COPIES: Sequence[Copy] = ()
NO_FILES: Mapping[str, ConfigFile] = MappingProxyType({})

Listed = tuple[tuple[VmKey | None, Copy], ...]
"""The domains of a node but its first; None where no UUID tells which machine one is."""
Files = Mapping[str, ConfigFile]
"""vm.cfg files by path."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that one machine is made of."""

    copies: Sequence[Copy]
    files: Files
    silent: tuple[str, ...]
    """Nodes whose domains are not known now."""
    ha: HaFact | None
    """What the manager says; None when it was never asked."""
    ha_since: float | None
    """When that took its present value; None: no change was seen."""
    manager_problem: str

    def are(self, other: Sources) -> bool:
        """Return whether `other` has the very same objects."""
        return (
            self.files is other.files
            and self.ha is other.ha
            and self.ha_since == other.ha_since
            and self.manager_problem == other.manager_problem
            and len(self.copies) == len(other.copies)
            and all(map(_is, self.copies, other.copies))
            and self.silent == other.silent
        )


@dataclass(slots=True)
class MergeCache:
    """Belongs to one pool. What it gives is the same as without it, only sooner."""

    _listed: dict[NodeKey, tuple[NodeView, Listed]] = field(default_factory=dict)
    _scans: tuple[tuple[tuple[ConfigFile, ...] | None, float | None], ...] = ()
    """The nodes' files and when they were read, as the mappings below were made of them."""
    _read_at: dict[str, float | None] = field(default_factory=dict)
    """When each file was read last, on whatever node."""
    _marked: dict[VmKey, Files] = field(default_factory=dict)
    _unmarked: dict[str, ConfigFile] = field(default_factory=dict)
    _made: dict[VmKey, tuple[Sources, float | None, Vm]] = field(default_factory=dict)

    def listed(self, pool: str, node: NodeView) -> Listed:
        """Return the copies that `node` lists."""
        known = self._listed.get(node.key)
        if known is None or not _lists_the_same(known[0], node):
            copies = tuple(
                (None if domain.uuid is None else VmKey(pool, domain.uuid), copy_of(node, domain))
                for domain in node.domains or ()
                if not domain.is_domain_zero
            )
            known = self._listed[node.key] = (node, copies)
        return known[1]

    def files(self, pool: str, nodes: Sequence[NodeView]) -> tuple[Mapping[VmKey, Files], Files]:
        """Return the files with a UUID by machine, and those without: only a name tells."""
        scans = tuple((node.configs, node.scanned_at) for node in nodes)
        known = self._scans
        if len(scans) == len(known) and all(map(_is_scan, scans, known)):
            return self._marked, self._unmarked
        self._scans = scans
        # What several nodes found alike is one object, see `Store.shared_configs`: the last
        # time that it was read counts.
        distinct: dict[int, tuple[tuple[ConfigFile, ...], float | None]] = {}
        for files, at in scans:
            if files is not None:
                before = distinct.get(id(files), (files, None))[1]
                distinct[id(files)] = (files, _later(before, at))
        newest: dict[str, tuple[float | None, ConfigFile]] = {}
        for files, at in distinct.values():
            for file in files:
                there = newest.get(file.path)
                if there is None or _later(there[0], at) == at:
                    newest[file.path] = (at, file)
        self._read_at = {path: at for path, (at, _) in newest.items()}
        marked: dict[VmKey, dict[str, ConfigFile]] = {}
        self._unmarked = {}
        for path, (_, file) in newest.items():
            if file.config.uuid:
                marked.setdefault(VmKey(pool, file.config.uuid), {})[path] = file
            elif file.config.name:
                self._unmarked[path] = file
        # The search that found nothing new leaves each machine's files as they were.
        self._marked = {
            key: old if (old := self._marked.get(key)) == files_of else files_of
            for key, files_of in marked.items()
        }
        return self._marked, self._unmarked

    def machine(self, sources: Sources, key: VmKey) -> Vm:
        """Return the machine that is made of `sources`."""
        times = [at for path in sources.files if (at := self._read_at.get(path)) is not None]
        read_at = min(times, default=None)
        known = self._made.get(key)
        if known is None or known[1] != read_at or not known[0].are(sources):
            configs = tuple(sources.files[path] for path in sorted(sources.files))
            ha = combined(
                sources.ha,
                configs,
                read_at=read_at,
                since=sources.ha_since,
                problem=sources.manager_problem,
            )
            vm = machine_of(key, sources.copies, sources.files, sources.silent, ha)
            known = self._made[key] = (sources, read_at, vm)
        return known[2]

    def keep(self, machines: Container[VmKey]) -> None:
        """Forget the machines that are gone."""
        for gone in [key for key in self._made if key not in machines]:
            del self._made[gone]


def _is(one: object, other: object) -> bool:
    return one is other


def _is_scan(one: tuple[object, float | None], other: tuple[object, float | None]) -> bool:
    return one[0] is other[0] and one[1] == other[1]


def _later(one: float | None, other: float | None) -> float | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _lists_the_same(old: NodeView, new: NodeView) -> bool:
    return old is new or (
        old.domains is new.domains
        and old.cpu_percent is new.cpu_percent
        and old.certain == new.certain
    )

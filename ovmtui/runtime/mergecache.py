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
    ha: HaFact | None
    silent: tuple[str, ...]
    """Nodes whose domains are not known now."""

    def are(self, other: Sources) -> bool:
        """Return whether `other` has the very same objects."""
        return (
            self.files is other.files
            and self.ha is other.ha
            and len(self.copies) == len(other.copies)
            and all(mine is its for mine, its in zip(self.copies, other.copies, strict=True))
            and self.silent == other.silent
        )


@dataclass(slots=True)
class MergeCache:
    """Belongs to one pool. What it gives is the same as without it, only sooner."""

    _listed: dict[NodeKey, tuple[NodeView, Listed]] = field(default_factory=dict)
    _scans: tuple[tuple[ConfigFile, ...] | None, ...] = ()
    """The nodes' files, as the mappings below were made of them."""
    _marked: dict[VmKey, Files] = field(default_factory=dict)
    _unmarked: dict[str, ConfigFile] = field(default_factory=dict)
    _made: dict[VmKey, tuple[Sources, Vm]] = field(default_factory=dict)

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
        scans = tuple(node.configs for node in nodes)
        same = len(scans) == len(self._scans) and all(map(_is, scans, self._scans))
        if not same:
            marked: dict[VmKey, dict[str, ConfigFile]] = {}
            self._unmarked = {}
            # What several nodes found alike is one object: see `Store.shared_configs`.
            distinct = {id(scan): scan for scan in scans if scan is not None}
            for file in (file for scan in distinct.values() for file in scan):
                if file.config.uuid:
                    marked.setdefault(VmKey(pool, file.config.uuid), {})[file.path] = file
                elif file.config.name:
                    self._unmarked[file.path] = file
            # The search that found nothing new leaves each machine's files as they were.
            self._marked = {
                key: old if (old := self._marked.get(key)) == files else files
                for key, files in marked.items()
            }
            self._scans = scans
        return self._marked, self._unmarked

    def machine(self, sources: Sources, key: VmKey) -> Vm:
        """Return the machine that is made of `sources`."""
        known = self._made.get(key)
        if known is None or not known[0].are(sources):
            vm = machine_of(key, sources.copies, sources.files, sources.ha, sources.silent)
            known = self._made[key] = (sources, vm)
        return known[1]

    def keep(self, machines: Container[VmKey]) -> None:
        """Forget the machines that are gone."""
        for gone in [key for key in self._made if key not in machines]:
            del self._made[gone]


def _is(one: object, other: object) -> bool:
    return one is other


def _lists_the_same(old: NodeView, new: NodeView) -> bool:
    return old is new or (
        old.domains is new.domains
        and old.cpu_percent is new.cpu_percent
        and old.certain == new.certain
    )

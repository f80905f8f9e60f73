"""OpenSVC service files: the grammar of all eras, `SVC.env` to 1.8 and `SVC.conf` since.

What is read is the union of the keys of all versions, for one pool often has files of
several.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from ovmtui.model.service import Service, ServiceFile
from ovmtui.model.text import visible
from ovmtui.toolstacks.notes import bounded
from ovmtui.toolstacks.serviceini import Sections, sections_of
from ovmtui.toolstacks.servicekeys import Reader
from ovmtui.toolstacks.servicevalues import Values

MOST_BYTES = 262_144
"""As much of a file is read."""
SUFFIXES = (".conf", ".env")
NOT_SERVICES = frozenset({"node", "auth", "sysreport", "sudoers", "cluster"})
"""Files of the same folders that configure the agent itself."""


def service_name(path: str) -> str | None:
    """Return the service that a file called `path` is of; None when it is of none."""
    name = path.rpartition("/")[2]
    for suffix in SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem != name and stem and not stem.startswith((".", "-")) and stem not in NOT_SERVICES:
            return stem
    return None


def parse(text: str, path: str, *, on_node: bool = False) -> ServiceFile:
    """Read a service file. Nothing is raised: what is wrong becomes a note.

    Args:
        text: the file's content.
        path: what the file is called; its name is the service's.
        on_node: whether it was found on a node, beside its agent.
    """
    name = service_name(path) or path.rpartition("/")[2]
    notes: list[str] = []
    if len(text) > MOST_BYTES:
        notes.append(f"{visible(path, limit=200)}: longer than {MOST_BYTES} bytes, read in part")
        text = text[:MOST_BYTES]
    sections = sections_of(text, path, notes)
    general = _read(sections, path, name, node=None, notes=notes)
    scoped = {}
    for node in _nodes_with_values(sections, general.nodes, general.recovery_nodes):
        # A mistake in a value for one node is told, too; the others were told already.
        scoped[node] = _read(sections, path, name, node=node, notes=notes)
    return ServiceFile(
        name=name,
        path=path,
        general=general,
        scoped=MappingProxyType(
            {node: service for node, service in scoped.items() if service != general}
        ),
        notes=bounded(list(dict.fromkeys(notes))),
        on_node=on_node,
    )


def _read(
    sections: Sections, path: str, name: str, *, node: str | None, notes: list[str]
) -> Service:
    values = Values(sections, path, name, node=node, notes=notes)
    return Reader(values, path, name).service()


def _nodes_with_values(sections: Sections, *groups: tuple[str, ...]) -> Iterator[str]:
    """Yield each node, in lower case, for which some value may be another one."""
    scopes = {
        key.rpartition("@")[2] for keys in sections.values.values() for key in keys if "@" in key
    }
    named = {node.lower() for nodes in groups for node in nodes}
    special = {"nodes", "drpnodes", "encapnodes", "flex_primary", "drp_flex_primary"}
    uses_disable_on = any("disable_on" in keys for keys in sections.values.values())
    if scopes or uses_disable_on:
        yield from sorted(named | (scopes - special))

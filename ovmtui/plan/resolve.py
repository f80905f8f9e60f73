"""From a name that a person typed to the one machine or node that it means."""

from __future__ import annotations

import difflib

from ovmtui.errors import UsageError
from ovmtui.model.identity import NodeKey, VmKey, canonical_uuid
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm


def find_vm(snapshot: Snapshot, text: str, *, pool: str | None = None) -> VmKey:
    """Return the machine called `text`: its name, friendly name, UUID, or `pool/name`.

    Raises:
        UsageError: none or several are called that; domain 0 is never a machine.
    """
    known_pools = {view.name for view in snapshot.pools}
    if pool is None and "/" in text and text.partition("/")[0] in known_pools:
        pool, _, text = text.partition("/")
    if pool is not None and pool not in known_pools:
        raise UsageError(_unknown("pool", pool, known_pools))
    if text in {"Domain-0", "0"}:
        raise UsageError("Domain-0 is the node itself: ovmtui never acts on it")
    uuid = canonical_uuid(text)
    machines = [vm for vm in snapshot.vms.values() if pool in {None, vm.key.pool}]
    found = [
        vm for vm in machines if text in {vm.name, vm.label, vm.shown} or vm.key.identity == uuid
    ]
    if len(found) == 1:
        return found[0].key
    if found:
        named = ", ".join(f"{vm.key} ({_told(vm)})" for vm in found)
        raise UsageError(f"several machines are called {visible(text)}: {named}; use the UUID")
    raise UsageError(_unknown("machine", text, {vm.shown for vm in machines}))


def find_node(snapshot: Snapshot, pool: str, text: str) -> NodeKey:
    """Return the node of `pool` called `text`.

    Raises:
        UsageError: the pool has no such node.
    """
    key = NodeKey(pool, text)
    if key in snapshot.nodes:
        return key
    names = {node.name for node in snapshot.pool(pool).nodes}
    raise UsageError(_unknown(f"node of pool {pool}", text, names))


def find_any_node(snapshot: Snapshot, text: str) -> NodeKey:
    """Return the node called `text`, or `pool/node`, of whatever pool.

    Raises:
        UsageError: none or several are called that.
    """
    found = [key for key in snapshot.nodes if text in {key.name, f"{key.pool}/{key.name}"}]
    if len(found) == 1:
        return found[0]
    if found:
        named = ", ".join(f"{key.pool}/{key.name}" for key in found)
        raise UsageError(f"several nodes are called {visible(text)}: {named}")
    raise UsageError(_unknown("node", text, {key.name for key in snapshot.nodes}))


def _told(vm: Vm) -> str:
    """Return what tells a machine from its namesakes: where it runs, else its state."""
    places = ", ".join(node.name for node in vm.nodes)
    return f"{vm.state.value} on {places}" if places else vm.state.value


def _unknown(what: str, text: str, names: set[str]) -> str:
    shown = visible(text, limit=80)
    near = difflib.get_close_matches(text, sorted(names), n=3)
    if near:
        return f"no {what} is called {shown}; did you mean {', '.join(map(visible, near))}?"
    return f"no {what} is called {shown}"

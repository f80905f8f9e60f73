"""The sentences about what migrations leave behind.

Names in them are as listed: they are not shown before they have passed `visible`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ovmtui.model.domain import Domain
from ovmtui.model.identity import NodeKey
from ovmtui.model.tool import Tool
from ovmtui.model.vm import Copy, Vm

Tools = Mapping[NodeKey, Tool | None]
"""The program of each node, None where it is not known."""

_UNDER_WAY = "it may be a migration under way"


def renamed_source(copy: Copy, vm: Vm) -> tuple[str, str]:
    """Return what a renamed source is, and why it matters."""
    return (
        f"{copy.domain.name} on {copy.node.name} is {vm.shown} under the name that a migration "
        f"or save gives it ({_UNDER_WAY})",
        "under that name no command and no manager finds it",
    )


def paused_copy(copy: Copy, vm: Vm, *, alone: bool, leaving: bool) -> tuple[str, str]:
    """Return what a paused copy without CPU time is, and why it matters.

    `alone`: it is the only copy. `leaving`: the other one carries `migrating-`.
    """
    doubt = f" ({_UNDER_WAY})" if leaving else ""
    what = f"{copy.node.name} holds {vm.shown} paused, and it never executed there{doubt}"
    if alone:
        return what, "it was created paused, or a migration lost the copy that ran"
    return what, "it takes memory and disks, and somebody who unpauses it runs the machine twice"


def half_built(copy: Copy) -> tuple[str, str]:
    """Return what a half-built copy is, and why it matters."""
    return (
        f"{copy.domain.name} on {copy.node.name} is a half-built copy ({_UNDER_WAY})",
        "it takes memory, and the next migration there fails at its end because of it",
    )


def departed_source(copy: Copy) -> tuple[str, str]:
    """Return what a departed source is, and why it matters."""
    return (
        f"{copy.domain.name} on {copy.node.name} is what a migration away from there left "
        "(its last moment looks the same)",
        "it takes memory and holds the disks open",
    )


def source_stayed(copy: Copy, *, executes: bool) -> tuple[str, str]:
    """Return what a source that stayed is, and why it matters."""
    state = copy.domain.state.value
    return (
        f"{copy.domain.name} stayed on {copy.node.name} ({state}) though the machine is on its "
        "target (the last moment of a migration looks the same)",
        "both may execute: that destroys the machine's disks"
        if executes
        else "it takes memory and holds the disks open",
    )


def zombie_told(copy: Copy) -> tuple[str, str]:
    """Return what a zombie is, and why it matters."""
    return (
        f"{copy.domain.name} on {copy.node.name} is a domain that cannot be freed",
        "its memory is lost, and its disks may still be open there",
    )


def zombie(copy: Copy, tools: Tools) -> str:
    """Return why nothing can be done with a zombie."""
    return (
        f"only a reboot of {copy.node.name} frees it; {program((copy.node,), tools)} dmesg and "
        f"{_log(copy.node, tools)} there may say what holds it"
    )


def remedy(copy: Copy, vm: Vm, keeper: Copy | None) -> str:
    """Return the repair as a command line, and what it does."""
    call = f"ovmtui repair {vm.name} --on {copy.node.name}"
    if keeper is None:
        return f"{call} gives it its name back, once no process works on it"
    return f"{call} destroys it by its id, once no process works on it; {_place(keeper)} stays"


def several(vm: Vm, tools: Tools) -> str:
    """Return why of several copies none can be chosen."""
    listing = f"{program(vm.nodes, tools)} list"
    return f"{_places(vm.copies)}; {listing} on these nodes shows which of them move on"


def unidentified(copy: Copy, tools: Tools) -> str:
    """Return why a domain without a known UUID or id is not touched."""
    return (
        f"the UUID of {copy.domain.name} on {copy.node.name} or of the machine is not known, so "
        f"it could be another one; {program((copy.node,), tools)} list -l there tells it"
    )


def silent(nodes: Iterable[NodeKey], vm: Vm, tools: Tools) -> str:
    """Return that nodes must answer first."""
    nodes = tuple(dict.fromkeys(nodes))
    names = ", ".join(node.name for node in nodes)
    return (
        f"{names} cannot be asked now and may run {vm.shown}; wait until it answers, or run "
        f"{program(nodes, tools)} list there"
    )


def not_running(copy: Copy, vm: Vm, tools: Tools) -> str:
    """Return why a renamed source that does not run keeps its name."""
    return (
        f"{_place(copy)}, so it is saved, or was handed over; {_log(copy.node, tools)} on "
        f"{copy.node.name} says which, and {program(tools, tools)} list on every node shows "
        f"where {vm.shown} is"
    )


def name_taken(vm: Vm, node: NodeKey, domain: Domain, tools: Tools) -> str:
    """Return that another domain has the name already."""
    return (
        f"a domain called {domain.name} (id {domain.domid}) is on {node.name}; "
        f"{program((node,), tools)} list -l there tells whether it is {vm.shown}"
    )


def both_execute(copy: Copy, executing: Iterable[Copy], vm: Vm, tools: Tools) -> str:
    """Return that two copies may execute."""
    both = (copy, *executing)
    tool = program([one.node for one in both], tools)
    return (
        f"{_places(both)}: both may execute. If {tool} list on these nodes shows that "
        f"again, {vm.shown} runs twice: decide with {tool} console on each which copy is the good "
        f"one, and {tool} destroy the other by its id"
    )


def only_copy(copy: Copy, vm: Vm, tools: Tools) -> str:
    """Return why a copy beside which none runs is never destroyed."""
    return (
        f"no copy of {vm.shown} runs for certain beside it, so its memory may be the only one. "
        f"{_log(copy.node, tools)} on {copy.node.name} says how it came; "
        f"{program((copy.node,), tools)} unpause {copy.domain.domid} there runs it, once "
        f"{program(tools, tools)} list on every node shows no other"
    )


def not_surely_running(keeper: Copy, vm: Vm, tools: Tools) -> str:
    """Return why the other copy is none to rely on."""
    return (
        f"{_place(keeper)}, so {vm.shown} does not run for certain; "
        f"{program((keeper.node,), tools)} list on {keeper.node.name} shows when it does"
    )


def not_idle(copy: Copy, vm: Vm, tools: Tools) -> str:
    """Return why a copy in a state of its own is left alone."""
    return (
        f"{_place(copy)} and has had {copy.domain.cpu_seconds:.1f} s of CPU time, which no "
        f"leftover of {vm.shown} has; {program((copy.node,), tools)} list on {copy.node.name} "
        "shows whether that lasts"
    )


def program(nodes: Iterable[NodeKey], tools: Tools) -> str:
    """Return the program of `nodes`: `xm`, `xl`, or both where they differ or are not known."""
    found = {tool.name if (tool := tools.get(node)) else "xm or xl" for node in nodes}
    return found.pop() if len(found) == 1 else "xm or xl"


def _log(node: NodeKey, tools: Tools) -> str:
    tool = tools.get(node)
    return "/var/log/xen" if tool is None or tool.is_libxl else "/var/log/xen/xend.log"


def _place(copy: Copy) -> str:
    return f"{copy.domain.name} is {copy.domain.state.value} on {copy.node.name}"


def _places(copies: Iterable[Copy]) -> str:
    return ", ".join(_place(copy) for copy in copies)

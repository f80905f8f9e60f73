"""What HA is, from its two sources: the manager, and Oracle VM 3's vm.cfg. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ovmtui.model.ha import NOT_ASKED, VMCFG, HaFact, HaState
from ovmtui.model.vmconfig import ConfigFile


def combined(
    manager: HaFact | None,
    files: Iterable[ConfigFile],
    *,
    read_at: float | None,
    since: float | None = None,
    problem: str = "",
) -> HaFact:
    """Return what HA is, who says so, and whether the other source says something else.

    Args:
        manager: what the manager said last; None when it was never asked.
        files: the machine's vm.cfg files.
        read_at: when they were read, on the monotonic clock.
        since: when the manager's answer took its present value; None: no change was seen.
            What was read before is older than that change, and contradicts nothing.
        problem: why the manager cannot be asked now; empty when it can.
    """
    flags = {flag for file in files if (flag := file.config.high_availability) is not None}
    if manager is not None and (manager.state is not HaState.UNKNOWN or manager.source):
        return _compared(manager, flags, read_at=read_at, since=since)
    why = (manager.reason if manager is not None else "") or problem
    if len(flags) > 1:
        return HaFact(source=VMCFG, reason="its vm.cfg files do not agree", observed_at=read_at)
    if flags:
        state = HaState.ON if flags == {True} else HaState.OFF
        return HaFact(state, VMCFG, why, read_at)
    return HaFact(reason=why or NOT_ASKED)


def _compared(
    manager: HaFact, flags: set[bool], *, read_at: float | None, since: float | None
) -> HaFact:
    asked = manager.observed_at
    if manager.state is HaState.UNKNOWN or len(flags) != 1 or read_at is None or asked is None:
        return manager
    if flags == {manager.state is HaState.ON} or (since is not None and read_at < since):
        return manager
    said = "on" if flags == {True} else "off"
    order = "after" if read_at >= asked else "before"
    text = f"vm.cfg says {said} (read {abs(read_at - asked):.0f} s {order} the manager's answer)"
    return HaFact(manager.state, manager.source, manager.reason, asked, text)

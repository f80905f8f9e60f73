"""The cells of a row: what is known of a machine, each as a short text with its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ovmtui.model.ha import NOT_ASKED, HaState
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm, VmState


@dataclass(frozen=True, slots=True)
class Cell:
    """One text with what it means."""

    text: str
    role: str = "text"


STATES: Mapping[VmState, Cell] = {
    VmState.RUNNING: Cell("● run", "ok"),
    VmState.PAUSED: Cell("‖ paused", "warn"),
    VmState.CRASHED: Cell("✖ crashed", "danger"),
    VmState.SHUTDOWN: Cell("▪ shut down", "warn"),
    VmState.DYING: Cell("✖ dying", "danger"),
    VmState.MIGRATING: Cell("◐ migrating", "accent"),
    VmState.DOWN: Cell("○ down", "dim"),
    VmState.SPLIT_BRAIN: Cell("✖ SPLIT BRAIN", "danger"),
    VmState.UNKNOWN: Cell("? unknown", "unknown"),
}
_ASKING = Cell("… asking", "dim")
_DRIFT = {HaState.ON: Cell("▲ drift", "drift"), HaState.OFF: Cell("▽ drift", "drift")}
"""HA is not what is wanted: the word of the filter `ha:drift`; the note says what is wanted."""
_HA: Mapping[HaState, Cell] = {
    HaState.ON: Cell("▲ on", "ok"),
    HaState.OFF: Cell("▽ off", "dim"),
    HaState.UNKNOWN: Cell("? unknown", "unknown"),
}


def service_cells(vm: Vm) -> tuple[Cell, Cell]:
    """Return the cells of service and environment; empty for a machine without a service."""
    if vm.service is None:
        return Cell(""), Cell("")
    name = visible(vm.service.name, limit=80)
    frozen = bool(vm.service.frozen_on)
    environment = vm.service.environment or "-"
    return (
        Cell(f"* {name}", "warn") if frozen else Cell(name),
        Cell(environment, "warn" if environment == "PRD" else "dim"),
    )


def ha_cell(vm: Vm, *, managed: bool = False) -> Cell:
    """Return what HA is; in a colour of its own where that is not what is wanted.

    `managed` says whether a manager is there, whose answer may still come.
    """
    if managed and vm.ha.state is HaState.UNKNOWN and vm.ha.reason == NOT_ASKED:
        return _ASKING
    if vm.drifts:
        return _DRIFT.get(vm.ha.state, _HA[vm.ha.state])
    if vm.ha.state is HaState.ON and vm.state in {VmState.DOWN, VmState.CRASHED}:
        # The manager may start it at any moment.
        return Cell("▲ on", "warn")
    return _HA[vm.ha.state]


def percent(value: float | None) -> str:
    """Return a share of CPU time; `-` where unknown."""
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 1000 else f"{value:.0f}"


def figure(value: int | None) -> str:
    """Return a number; `-` where unknown."""
    return "-" if value is None else str(value)


def memory(mib: int | None) -> str:
    """Return a size of memory as a person reads it: `512M`, `4.0G`; `-` where unknown."""
    if mib is None:
        return "-"
    return f"{mib}M" if mib < 1024 else f"{mib / 1024:.1f}G"

"""`list` and `nodes`: what is known, as a table or as JSON."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.cli.tables import number, print_json, print_table
from ovmtui.errors import UsageError
from ovmtui.model.ha import NOT_ASKED
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.text import visible
from ovmtui.model.vm import Vm
from ovmtui.runtime.service import Service

_KEY_UNKNOWN = "host key not known"
"""How the connection words it; a test holds both together."""


def read(options: argparse.Namespace) -> int:
    """Run a reading command; its exit code says whether everything could be asked.

    Raises:
        ConfigurationError: the configuration cannot be used.
        UsageError: a name is unknown.
    """
    log_to_file()
    return asyncio.run(_look(options))


async def _look(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    if options.pool is not None and options.pool not in settings.pools:
        raise UsageError(f"no pool is called {visible(options.pool)}")
    timeouts = settings.timeouts
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        if options.command == "list" and options.ha:
            await _ask_every_ha(running, options.pool)
        snapshot = running.snapshot
        if options.command == "list":
            vms = [vm for vm in snapshot.vms.values() if options.pool in {None, vm.key.pool}]
            _print_vms(vms, as_json=options.json)
            if any(vm.ha.reason == NOT_ASKED for vm in vms):
                sys.stderr.write("ovmtui: the manager was not asked for HA; --ha asks it\n")
        now = running.monotonic()
    nodes = [node for node in snapshot.nodes.values() if options.pool in {None, node.key.pool}]
    if options.command == "nodes":
        _print_nodes(nodes, snapshot, now, as_json=options.json)
    doubtful = [node for node in nodes if not node.certain]
    for node in doubtful:
        why = node.list_problem or node.problem or "no answer yet"
        sys.stderr.write(f"ovmtui: {visible(f'{node.key.name}: {why}')}\n")
    strangers = [node.key.name for node in doubtful if node.problem.startswith(_KEY_UNKNOWN)]
    if strangers:
        sys.stderr.write(
            "ovmtui: the console asks whether to trust host keys that are not known; without it: "
            f"ovmtui hostkey {strangers[0]}\n"
        )
    return ExitCode.UNKNOWN if doubtful else ExitCode.DONE


async def _ask_every_ha(running: Service, pool: str | None) -> None:
    keys = [key for key in running.snapshot.vms if pool in {None, key.pool}]
    if keys and sys.stderr.isatty():
        # Seconds a call: who waits wants to know for what.
        told = f"ovmtui: asks the manager for HA, {len(keys)} machines one after the other\n"
        sys.stderr.write(told)
    for key in keys:
        await running.planner.ask_ha(key)


def _print_vms(vms: Iterable[Vm], *, as_json: bool) -> None:
    ordered = sorted(vms, key=lambda vm: (vm.key.pool, vm.shown, vm.key))
    if as_json:
        print_json([_vm_record(vm) for vm in ordered])
        return
    rows = [
        (
            vm.shown,
            vm.key.pool,
            "+".join(node.name for node in vm.nodes) or "-",
            vm.state.value,
            _ha(vm),
            vm.service.name if vm.service else "-",
            number(vm.vcpus),
            number(vm.memory_mib),
            vm.reason,
        )
        for vm in ordered
    ]
    print_table(("NAME", "POOL", "NODE", "STATE", "HA", "SERVICE", "VCPU", "MEM", "WHY"), rows)


def _ha(vm: Vm) -> str:
    if vm.drifts and vm.wanted_ha is not None:
        return f"{vm.ha.state.value} (wanted {'on' if vm.wanted_ha.on else 'off'})"
    return vm.ha.state.value


def _vm_record(vm: Vm) -> dict[str, Any]:
    return {
        "pool": vm.key.pool,
        "identity": vm.key.identity,
        "name": vm.name,
        "label": vm.label,
        "shown": vm.shown,
        "state": vm.state.value,
        "reason": vm.reason,
        "nodes": [node.name for node in vm.nodes],
        "copies": [
            {
                "node": copy.node.name,
                "name": copy.domain.name,
                "id": copy.domain.domid,
                "state": copy.domain.state.value,
                "certain": copy.certain,
            }
            for copy in vm.copies
        ],
        "ha": vm.ha.state.value,
        "ha_source": vm.ha.source,
        "ha_reason": vm.ha.reason,
        "ha_conflict": vm.ha.conflict,
        "ha_wanted": vm.wanted_ha.on if vm.wanted_ha else None,
        "ha_wanted_by": vm.wanted_ha.source if vm.wanted_ha else None,
        "ha_drifts": vm.drifts,
        "service": vm.service.name if vm.service else None,
        "environment": vm.service.environment if vm.service else None,
        "service_frozen_on": [node.name for node in vm.service.frozen_on] if vm.service else [],
        "vcpus": vm.vcpus,
        "memory_mib": vm.memory_mib,
        "configs": [file.path for file in vm.configs],
    }


def _print_nodes(
    nodes: Sequence[NodeView], snapshot: Snapshot, now: float, *, as_json: bool
) -> None:
    if as_json:
        print_json([_node_record(node, now) for node in nodes])
        return
    rows = [
        (
            node.key.name,
            node.key.pool,
            _standing(node),
            number(_count(node)),
            number(node.facts.free_memory_mib),
            number(node.facts.total_memory_mib),
            "-" if node.load is None else f"{node.load:.2f}",
            node.list_problem or node.problem or node.scan_problem,
        )
        for node in nodes
    ]
    print_table(("NODE", "POOL", "STATE", "VMS", "FREE", "TOTAL", "LOAD", "WHY"), rows)


def _standing(node: NodeView) -> str:
    standing = "certain" if node.certain else node.reach.value
    return f"{standing}, in maintenance" if node.maintenance else standing


def _count(node: NodeView) -> int | None:
    if node.domains is None or not node.certain:
        return None
    return sum(not domain.is_domain_zero for domain in node.domains)


def _node_record(node: NodeView, now: float) -> dict[str, Any]:
    return {
        "pool": node.key.pool,
        "name": node.key.name,
        "reach": node.reach.value,
        "certain": node.certain,
        "problem": node.problem,
        "list_problem": node.list_problem,
        "scan_problem": node.scan_problem,
        "age_s": None if node.listed_at is None else round(now - node.listed_at, 1),
        "connected": node.reach is Reach.UP,
        "maintenance": node.maintenance,
        "vms": _count(node),
        "free_memory_mib": node.facts.free_memory_mib,
        "total_memory_mib": node.facts.total_memory_mib,
        "cpu_model": node.facts.cpu_model,
        "xen_version": node.facts.xen_version,
        "program": node.tool.name if node.tool is not None else None,
        "toolstack": node.tool.toolstack.value if node.tool is not None else None,
        "load": node.load,
        "clock_skew_s": node.clock_skew_s,
    }

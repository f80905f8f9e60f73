"""Migrate: the target is checked, one live migration, one copy verified. HA untouched."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.errors import PlanRefused
from ovmtui.model.domain import DomainState
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.tool import Toolstack
from ovmtui.model.vm import Vm
from ovmtui.plan.checks import Check
from ovmtui.plan.context import Context
from ovmtui.plan.driving import driven_by, handle_on
from ovmtui.plan.flows import bymanager, managed, parts, services
from ovmtui.plan.guards import NodeAnswers, RunsOnlyOn
from ovmtui.plan.intent import Intent
from ovmtui.plan.plan import Plan
from ovmtui.plan.readiness import MemoryFree, NameFree, SameCpu
from ovmtui.plan.steps import CommandStep, VerifyStep
from ovmtui.plan.tool_guards import DrivenWith, SameToolstack, toolstack_obstacle
from ovmtui.plan.waits import RunsOn
from ovmtui.toolstacks import preconditions

RELOCATION_PORT = 8002
"""xend's default port for migrations between nodes."""


def build(intent: Intent, snapshot: Snapshot, context: Context, now: float) -> Plan:
    """Return the plan that moves a running machine to another node.

    Raises:
        PlanRefused: it does not have exactly one copy, or the target is no other node
            of its pool or has another toolstack, or none can take it.
    """
    parts.require_known(intent.vm, snapshot)
    vm = parts.machine(intent, snapshot)
    copy = parts.only_copy(vm, "migrate")
    source = copy.node
    target = intent.node or parts.best_node(vm, snapshot, context, now)
    if target.pool != source.pool or target not in snapshot.nodes:
        raise PlanRefused((f"{target.name} is no node of pool {source.pool}",))
    if target == source:
        raise PlanRefused((f"{vm.shown} is on {source.name} already",))
    limits = context.limits
    runs = RunsOnlyOn(vm.key, source, (DomainState.RUNNING,), limits.freshness)
    answers = NodeAnswers(target, limits.freshness)
    host = context.relocation_hosts.get(target, target.name)
    commands = parts.commands_of(source, snapshot)
    if commands.tool.toolstack is Toolstack.UNKNOWN:
        raise PlanRefused((f"the toolstack of {source.name} is not known yet",))
    if obstacle := toolstack_obstacle(source, target, snapshot):
        raise PlanRefused((obstacle,))
    libxl = commands.tool.is_libxl
    # xl notices a taken name and a lack of memory only when all or much was transferred.
    late = (NameFree(vm.key, target), MemoryFree(target, vm.memory_mib)) if libxl else ()
    handle = handle_on(vm, target, snapshot)
    move = CommandStep(
        label=parts.domain_label(vm),
        node=source,
        command=commands.migrate(copy.domain.name, host),
        timeout=limits.migrate,
        conditions=(
            runs,
            answers,
            DrivenWith(source, commands.tool.program),
            SameToolstack(source, target),
            *late,
        ),
        cancel="cancelling stops the waiting only: the migration goes on to its end",
        achieved=RunsOn(vm.key, target),
        diagnose=() if libxl else (source, target),
        aftermath=services.who_holds(vm, (source, target)),
    )
    driver = driven_by(vm, source, snapshot, context.driver)
    plan = Plan(
        intent=intent,
        title=f"migrate {vm.shown} → {target.name}",
        vm=vm.key,
        vm_name=vm.shown,
        guards=(
            runs,
            answers,
            *managed.placement_guards(vm, target),
            SameToolstack(source, target),
            NameFree(vm.key, target),
            MemoryFree(target, vm.memory_mib, context.reserved_mib.get(target, 0)),
            SameCpu(source, target),
            *(() if driver is not None else bymanager.guards(vm, context)),
        ),
        checks=_checks(vm, source, target, host, libxl=libxl),
        steps=(
            *((services.mount(vm, handle, context),) if handle is not None else ()),
            move,
            *((services.reserve(vm, handle, context),) if handle is not None else ()),
            VerifyStep(
                label=parts.domain_label(vm),
                what=f"verify that one copy runs, on {target.name}",
                condition=RunsOn(vm.key, target),
                node=target,
                patience=limits.verify,
            ),
        ),
        destination=target,
        notes=("HA is not touched by a migration.",),
    )
    if driver is not None:
        return managed.migrate(plan, vm, target, driver, move)
    plan = replace(plan, notes=(*plan.notes, *bymanager.notes(intent, context)))
    if (access := bymanager.driver(intent, context)) is not None:
        plan = bymanager.moving(plan, vm, target, access)
    return services.beside_agents(plan, snapshot, context)


def _checks(
    vm: Vm, source: NodeKey, target: NodeKey, host: str, *, libxl: bool
) -> tuple[Check, ...]:
    paths = [disk.path for disk in vm.copies[0].domain.disks if disk.path]
    bridges: list[str] = []
    for file in vm.configs:
        paths.append(file.path)
        paths.extend(disk.path for disk in file.config.disks if disk.path)
        bridges.extend(i.bridge for i in file.config.interfaces if i.bridge)
    checks = []
    if paths:
        files = tuple(dict.fromkeys(paths))
        checks.append(
            Check(
                "disks",
                f"{target.name} sees its vm.cfg and disks",
                target,
                preconditions.paths_exist(files),
            )
        )
    if bridges:
        names = tuple(dict.fromkeys(bridges))
        checks.append(
            Check(
                "bridges",
                f"{target.name} has the bridge {', '.join(names)}",
                target,
                preconditions.bridges_exist(names),
            )
        )
    if libxl:
        checks.append(
            Check(
                "relocation",
                f"{source.name} can log in to {host} by SSH",
                source,
                preconditions.xl_login(host),
            )
        )
    else:
        checks.append(
            Check(
                "relocation",
                f"{source.name} reaches {host} port {RELOCATION_PORT}",
                source,
                preconditions.port_open(host, RELOCATION_PORT),
            )
        )
    return tuple(checks)

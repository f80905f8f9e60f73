"""`plan` and the verbs on one machine: the same plans as the screens."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from ovmtui.cli.conversation import Conversation, read_line
from ovmtui.cli.exitcodes import ExitCode, exit_code_of
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.config.schema import Settings
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.ha import HaState
from ovmtui.model.text import visible
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Confirmation, Plan
from ovmtui.plan.render import describe_step, render
from ovmtui.plan.resolve import find_node, find_vm
from ovmtui.plan.verdict import Finding, Standing
from ovmtui.runtime.service import Service

_VERBS = {
    "start": Verb.START,
    "stop": Verb.STOP,
    "migrate": Verb.MIGRATE,
    "reboot": Verb.REBOOT,
    "pause": Verb.PAUSE,
    "unpause": Verb.UNPAUSE,
    "ha-on": Verb.HA_ON,
    "ha-off": Verb.HA_OFF,
    "destroy": Verb.DESTROY,
    "mend-ha": Verb.MEND_HA,
    "repair": Verb.REPAIR,
    "freeze": Verb.FREEZE,
    "thaw": Verb.THAW,
    "reserve": Verb.RESERVE,
}
_WITHOUT_HA = {
    Verb.MIGRATE,
    Verb.UNPAUSE,
    Verb.REPAIR,
    Verb.FREEZE,
    Verb.THAW,
    Verb.RESERVE,
}
"""Verbs that leave HA as it is, whatever it is."""


def show_plan(options: argparse.Namespace) -> int:
    """Print a verb's plan; nothing is changed.

    Raises:
        PlanRefused: there is no such plan.
        UsageError: a name is unknown.
    """
    log_to_file()
    return asyncio.run(_show_plan(options))


def act(options: argparse.Namespace) -> int:
    """Run a verb, asking first unless told not to.

    Raises:
        PlanRefused: there is no such plan.
        UsageError: a name is unknown.
    """
    log_to_file()
    return asyncio.run(_act(options))


async def _show_plan(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    async with service(settings, record=options.record) as running:
        plan = await _plan(running, settings, options, _VERBS[options.verb])
        findings = plan.findings
        if not options.no_checks:
            findings = tuple(await running.preflight(plan))
    if options.json:
        sys.stdout.write(json.dumps(_record(plan, findings), indent=2) + "\n")
    else:
        sys.stdout.write(render(plan, findings) + "\n")
    refused = any(
        not finding.verdict.passes and finding.verdict.standing is not Standing.PENDING
        for finding in findings
    )
    return ExitCode.REFUSED if refused else ExitCode.DONE


def _record(plan: Plan, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "title": plan.title,
        "vm": str(plan.vm),
        "confirmation": plan.confirmation.value,
        "must_hold": [
            {
                "guard": finding.name,
                "subject": finding.subject,
                "standing": finding.verdict.standing.value,
                "seen": finding.verdict.text,
                "overridable": finding.overridable,
            }
            for finding in findings
        ],
        "steps": [describe_step(step) for step in plan.steps],
        "notes": list(plan.notes),
    }


async def _plan(
    running: Service, settings: Settings, options: argparse.Namespace, verb: Verb
) -> Plan:
    """Wait until the pool is known, ask for the HA flag where it matters, and plan."""
    timeouts = settings.timeouts
    await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
    vm = find_vm(running.snapshot, options.vm)
    node_name = getattr(options, "node", None)
    node = find_node(running.snapshot, vm.pool, node_name) if node_name else None
    if settings.pools[vm.pool].manager is not None and verb not in _WITHOUT_HA:
        fact = await running.planner.ask_ha(vm)
        if fact.state is HaState.UNKNOWN:
            sys.stderr.write(f"ovmtui: HA is unknown: {visible(fact.reason)}\n")
    plan = running.plan(
        Intent(
            verb,
            vm,
            node,
            want_ha=getattr(options, "want_ha", None),
            overrides=frozenset(getattr(options, "override", ())),
            freeze_first=getattr(options, "freeze_first", False),
            destroy_after=getattr(options, "force_after", None),
        )
    )
    _know_overrides(plan)
    return plan


def _know_overrides(plan: Plan) -> None:
    """Refuse to override what is no guard of `plan`: a slip would go unseen until it matters."""
    known = {guard.name for guard in plan.guards if guard.overridable}
    known |= {check.name for check in plan.checks if check.overridable}
    if unknown := sorted(plan.intent.overrides - known):
        names = ", ".join(sorted(known)) or "none"
        raise UsageError(
            f"this plan has no guard `{visible(unknown[0], limit=80)}` that could be overridden; "
            f"those that can: {names}"
        )


async def _act(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    verb = Verb(f"ha {options.switch}") if options.command == "ha" else _VERBS[options.command]
    if not options.yes and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here; add --yes to run without asking")
    async with service(settings, record=options.record) as running:
        if getattr(options, "all", False):
            return await _mend_all(running, settings, options)
        return await _act_on(running, settings, options, verb)


async def _mend_all(running: Service, settings: Settings, options: argparse.Namespace) -> int:
    """Mend the HA of every machine that drifts, one after the other; stop at a failure."""
    timeouts = settings.timeouts
    await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
    for vm in running.snapshot.vms.values():
        if vm.wanted_ha is not None:
            await running.planner.ask_ha(vm.key)
    drifting = [str(vm.key) for vm in running.snapshot.vms.values() if vm.drifts]
    if not drifting:
        sys.stdout.write("no machine's HA is known not to be as wanted\n")
    for name in drifting:
        options.vm = name.partition("/")[2]
        if code := await _act_on(running, settings, options, Verb.MEND_HA):
            return code
    return ExitCode.DONE


async def _act_on(
    running: Service, settings: Settings, options: argparse.Namespace, verb: Verb
) -> int:
    if options.vm is None:
        raise UsageError("name a machine, or add --all")
    plan = await _plan(running, settings, options, verb)
    if not options.yes:
        await _confirm(running, plan)
    conversation = Conversation(running, asks=not options.yes)
    stop_listening = running.subscribe(conversation.hear)
    job = running.run(plan)
    outcome = await running.finished(job)
    await conversation.settle()
    stop_listening()
    return exit_code_of(outcome)


async def _confirm(running: Service, plan: Plan) -> None:
    findings = tuple(await running.preflight(plan))
    sys.stderr.write(render(plan, findings) + "\n")
    bad = [finding for finding in findings if not finding.verdict.passes]
    if bad:
        raise PlanRefused(
            tuple(
                f"{finding.subject}: {finding.verdict.text}"
                + (f" ({finding.option})" if finding.option else "")
                for finding in bad
            )
        )
    if plan.confirmation is Confirmation.NONE:
        return
    typed = plan.confirmation is Confirmation.TYPE_NAME or plan.intent.overrides
    if typed:
        answer = await read_line(f"type {visible(plan.vm_name)} to run it: ")
        agreed = answer == plan.vm_name
    else:
        agreed = (await read_line("run it? [y/N] ")).lower() in {"y", "yes"}
    if not agreed:
        raise PlanRefused(("not confirmed, nothing was done",))

"""Setup of a node: the repositories, the manager's command line, its configuration, a proof."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey, node_subject
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.guards import NodeAnswers
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.judge import findings
from ovmtui.plan.locking import node_lock
from ovmtui.plan.plan import Plan
from ovmtui.plan.steps import CommandStep, Expectation, ProbeStep, Step, WizardStep
from ovmtui.toolstacks import ovmcli, ovmwizard, yumrepos
from ovmtui.toolstacks.ovmwizard import ManagerSite
from ovmtui.toolstacks.yumrepos import FoundRepository

_YUM = 900.0
"""Seconds that an installation may take."""
_WIZARD = 120.0


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """What a node has of it already."""

    repositories: tuple[FoundRepository, ...]
    installed: bool | None
    """None: it cannot be told."""
    login: str | None
    """Why the manager did not accept a call from there; empty when it did, None when unasked."""


@dataclass(frozen=True, slots=True)
class ManagerCalls:
    """How the manager's command line is to be called on the node."""

    program: tuple[str, ...]
    user: str
    site: ManagerSite | None
    """None: the configuration does not say where the manager is."""
    timeout: float = 60.0


def build(
    node: NodeKey,
    facts: SetupFacts,
    calls: ManagerCalls,
    snapshot: Snapshot,
    *,
    now: float,
    max_age: float = 30.0,
    grace: float = 120.0,
) -> Plan:
    """Return the plan that sets `node` up; without any step when nothing is missing.

    Raises:
        PlanRefused: a repository differs from what it should be, or what the node has or
            where the manager is cannot be told.
    """
    _refuse_differences(facts)
    if facts.installed is None:
        raise PlanRefused((f"whether {yumrepos.PACKAGE} is installed on {node.name} is not known",))
    answers = NodeAnswers(node, max_age)
    vm = node_subject(node)
    plan = Plan(
        intent=Intent(Verb.SETUP, vm, node),
        title=f"set {node.name} up",
        vm=vm,
        vm_name=node.name,
        guards=(answers,),
        checks=(),
        steps=(*_packages(node, facts), *_configuration(node, facts, calls)),
        notes=_notes(facts),
        lock=node_lock(node, snapshot, grace=grace),
    )
    return replace(plan, findings=findings(plan, snapshot, now))


def _refuse_differences(facts: SetupFacts) -> None:
    reasons = [
        f"[{found.name}] in {found.path}: {difference}"
        for found in facts.repositories
        for difference in found.differences
    ]
    if reasons:
        raise PlanRefused(
            (
                *reasons,
                "nothing is overwritten: mend that file, or take the section out, and try again",
            )
        )


def _packages(node: NodeKey, facts: SetupFacts) -> tuple[Step, ...]:
    if facts.installed:
        return ()
    label = _label(node, "YUM")
    known = {found.name for found in facts.repositories}
    missing = tuple(name for name in yumrepos.REPOSITORIES if name not in known)
    steps: list[Step] = []
    if missing:
        steps.append(
            CommandStep(
                label=label,
                node=node,
                command=yumrepos.write_command(missing),
                timeout=60.0,
                phrase=f"write {', '.join(f'[{name}]' for name in missing)} to {yumrepos.FILE}",
                meaning="a file that is there already is copied to FILE.before-ovmtui.N first",
            )
        )
    steps += [
        CommandStep(label=label, node=node, command=yumrepos.install_command(), timeout=_YUM),
        ProbeStep(
            label=label,
            what=f"verify that {yumrepos.PACKAGE} is installed",
            node=node,
            command=yumrepos.is_installed_command(),
            budget=30.0,
            interval=2.0,
        ),
    ]
    return tuple(steps)


def _configuration(node: NodeKey, facts: SetupFacts, calls: ManagerCalls) -> tuple[Step, ...]:
    if facts.login == "":
        return ()
    if calls.site is None:
        raise PlanRefused(
            ("where the manager is, is not configured: set `host` in the pool's [manager] table",)
        )
    label = _label(node, "OVM")
    return (
        WizardStep(
            label=label,
            node=node,
            command=ovmwizard.config_command(calls.program),
            answers=calls.site.answers,
            ending=ovmwizard.COMPLETE,
            timeout=_WIZARD,
        ),
        CommandStep(
            label=label,
            node=node,
            command=ovmcli.server_list_command(calls.program, calls.user),
            timeout=calls.timeout,
            expect=Expectation.EXIT_ZERO_NO_ERROR_TEXT,
            meaning="only asks: it shows that the manager is reached and accepts the password",
        ),
    )


def _notes(facts: SetupFacts) -> tuple[str, ...]:
    if facts.login:
        return (f"The manager did not accept a call from there: {facts.login}",)
    return ()


def _label(node: NodeKey, part: str) -> str:
    return f"{node.name.upper()}.{part}"

"""`setup`: have the manager's command line on nodes, as a plan for each."""

from __future__ import annotations

import argparse
import asyncio
import sys

from ovmtui.cli.conversation import Conversation, read_line
from ovmtui.cli.exitcodes import ExitCode, exit_code_of
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.plan.render import render
from ovmtui.plan.resolve import find_any_node
from ovmtui.runtime.service import Service


def setup(options: argparse.Namespace) -> int:
    """Set each node up in turn; stop at the first that does not end well.

    Raises:
        PlanRefused: a node cannot be set up.
        UsageError: a name is unknown, or nobody can be asked.
    """
    log_to_file()
    return asyncio.run(_setup(options))


async def _setup(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    if not options.yes and not options.dry_run and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here; add --yes to run without asking")
    timeouts = settings.timeouts
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        for name in options.nodes:
            node = find_any_node(running.snapshot, name)
            code = await _one(running, node, options)
            if code != ExitCode.DONE:
                return code
    return ExitCode.DONE


async def _one(running: Service, node: NodeKey, options: argparse.Namespace) -> int:
    plan = await running.checkup.setup(node, anew=options.reconfigure)
    if not plan.steps:
        sys.stdout.write(f"{node.name}: nothing to do, it is set up\n")
        return ExitCode.DONE
    if options.dry_run or not options.yes:
        sys.stdout.write(render(plan) + "\n")
    if options.dry_run:
        return ExitCode.DONE
    if not options.yes and (await read_line("run it? [y/N] ")).lower() not in {"y", "yes"}:
        raise PlanRefused(("not confirmed, nothing was done",))
    conversation = Conversation(running, asks=not options.yes)
    stop_listening = running.subscribe(conversation.hear)
    outcome = await running.finished(running.run(plan))
    await conversation.settle()
    stop_listening()
    return exit_code_of(outcome)

"""`evacuate` and `bring-back`: every machine of a node, one job each."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections import Counter
from collections.abc import Sequence

from ovmtui.cli.conversation import Conversation, read_line
from ovmtui.cli.exitcodes import ExitCode, exit_code_of, worst
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.cli.tables import print_json, print_table
from ovmtui.config import paths
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.identity import NodeKey
from ovmtui.model.text import visible
from ovmtui.plan.evacuation import Move, machines_on, render_moves
from ovmtui.plan.resolve import find_any_node
from ovmtui.runtime.evacuating import Evacuating, Moved
from ovmtui.runtime.origins import Origins
from ovmtui.runtime.service import Service


def evacuate(options: argparse.Namespace) -> int:
    """Empty a node, or bring its machines back; return the exit code.

    Raises:
        PlanRefused: it was not confirmed.
        UsageError: the node is unknown, or nobody can be asked.
    """
    log_to_file()
    if not options.yes and not options.dry_run and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here; add --yes to run without asking")
    try:
        return asyncio.run(_evacuate(options))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _evacuate(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    timeouts = settings.timeouts
    origins = Origins(paths.state_directory() / "origins.json")
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        home = find_any_node(running.snapshot, options.node)
        back = options.command == "bring-back"
        planned = _back(running, origins, home) if back else _away(running, home)
        if options.dry_run:
            _show(planned, home, back=back, as_json=options.json)
            return ExitCode.DONE
        if not options.yes:
            await _confirm(planned, home, back=back)
        work = Evacuating(running, origins, _begins)
        moved = await _run(running, work, planned, home, options=options)
    _summarise(moved, as_json=options.json)
    return worst([_code(one) for one in moved])


def _begins(text: str) -> None:
    sys.stderr.write(f"begins: {visible(text)}\n")


def _away(running: Service, home: NodeKey) -> Sequence[Move]:
    node = running.snapshot.nodes[home]
    if not node.certain:
        raise PlanRefused((f"{home.name}: {node.list_problem or node.problem or 'no answer yet'}",))
    return running.planner.moves((vm, None) for vm in machines_on(home, running.snapshot))


def _back(running: Service, origins: Origins, home: NodeKey) -> Sequence[Move]:
    """Return the moves of the machines that still are where they were moved to."""
    wanted, others = [], []
    for origin in origins.of(home):
        vm = running.snapshot.vms.get(origin.vm)
        places = vm.nodes if vm is not None else ()
        if vm is not None and places == (origin.moved_to,):
            wanted.append((vm, home))
            continue
        if places == (home,):
            origins.forget(origin.vm)
        now = f"it is on {', '.join(n.name for n in places)} now" if places else "it runs nowhere"
        reason = f"{now}, no longer on {origin.moved_to.name}"
        others.append(Move(origin.vm, origin.name, reasons=(reason,)))
    return (*running.planner.moves(wanted), *others)


def _title(home: NodeKey, *, back: bool) -> str:
    return f"bring the machines of {home.name} back" if back else f"evacuate {home.name}"


def _show(planned: Sequence[Move], home: NodeKey, *, back: bool, as_json: bool) -> None:
    if not as_json:
        sys.stdout.write(render_moves(_title(home, back=back), planned) + "\n")
        return
    print_json(
        [
            {
                "vm": str(move.vm),
                "name": move.name,
                "target": move.target or None,
                "reasons": list(move.reasons),
            }
            for move in planned
        ]
    )


async def _confirm(planned: Sequence[Move], home: NodeKey, *, back: bool) -> None:
    sys.stderr.write(render_moves(_title(home, back=back), planned) + "\n")
    if await read_line(f"type {visible(home.name)} to run it: ") != home.name:
        raise PlanRefused(("not confirmed, nothing was done",))


async def _run(
    running: Service,
    work: Evacuating,
    planned: Sequence[Move],
    home: NodeKey,
    *,
    options: argparse.Namespace,
) -> list[Moved]:
    conversation = Conversation(running, asks=not options.yes)
    stop_listening = running.subscribe(conversation.hear)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if interrupted and task is not None:
            task.cancel()
        interrupted = True
        work.stop()
        sys.stderr.write("ovmtui: stops after what is under way; once more to leave at once\n")

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        move = work.back if options.command == "bring-back" else work.away
        return await move(planned, home=home, parallel=options.parallel)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        await conversation.settle()
        stop_listening()


def _summarise(moved: Sequence[Moved], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "vm": str(one.vm),
                    "name": one.name,
                    "outcome": one.outcome.value if one.outcome else None,
                    "text": one.text,
                    "job": one.job,
                }
                for one in moved
            ]
        )
        return
    rows = [
        (one.name, one.outcome.value if one.outcome else "not tried", one.text) for one in moved
    ]
    print_table(("MACHINE", "OUTCOME", "WHERE IT STANDS"), rows)
    counts = Counter(outcome for _, outcome, _ in rows)
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    sys.stdout.write(f"\n{told or 'no machine was to be moved'}\n")


def _code(one: Moved) -> ExitCode:
    if one.outcome is None and not one.job:
        return ExitCode.CANCELLED
    return exit_code_of(one.outcome)

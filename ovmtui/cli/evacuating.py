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
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.batch import BatchItem, BatchState, Stage
from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import Outcome
from ovmtui.model.text import visible
from ovmtui.plan.evacuation import Move, kept_free, machines_on, render_moves
from ovmtui.plan.resolve import find_any_node
from ovmtui.runtime.batches import NOT_TRIED
from ovmtui.runtime.companions import order_of
from ovmtui.runtime.interface import Update
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
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        home = find_any_node(running.snapshot, options.node)
        back = options.command == "bring-back"
        if back:
            planned = await running.batches.homecoming(home)
        else:
            planned = _away(running, home)
        if options.dry_run:
            _show(planned, home, back=back, as_json=options.json)
            return ExitCode.DONE
        if not options.yes:
            await _confirm(planned, home, back=back)
        ended = await _run(running, planned, home, options=options)
    _summarise(ended, as_json=options.json)
    return worst([_code(item) for item in ended.items])


def maintain(options: argparse.Namespace) -> int:
    """Put a node in maintenance, or take it out; return the exit code.

    Raises:
        JournalError: that cannot be written down.
        PlanRefused: nothing may be changed in its pool.
        UsageError: the node is unknown.
    """
    log_to_file()
    return asyncio.run(_maintain(options))


async def _maintain(options: argparse.Namespace) -> int:
    async with service(settings_of(options), record=options.record) as running:
        home = find_any_node(running.snapshot, options.node)
        on = options.switch == "on"
        await running.batches.set_maintenance(home, on=on)
    sys.stdout.write(f"{visible(home.name)}: {kept_free(on=on)}\n")
    return ExitCode.DONE


def _away(running: Service, home: NodeKey) -> Sequence[Move]:
    node = running.snapshot.nodes[home]
    if not node.certain:
        raise PlanRefused((f"{home.name}: {node.list_problem or node.problem or 'no answer yet'}",))
    wanted = ((vm, None) for vm in machines_on(home, running.snapshot))
    return tuple(running.planner.moves(wanted))


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
    running: Service, planned: Sequence[Move], home: NodeKey, *, options: argparse.Namespace
) -> BatchState:
    conversation = Conversation(running, asks=not options.yes)
    back = options.command == "bring-back"
    order = order_of(
        planned,
        title=_title(home, back=back),
        parallel=options.parallel,
        emptied=None if back else home,
        filled=home if back else None,
    )
    told: set[VmKey] = set()

    def hear(update: Update) -> None:
        conversation.hear(update)
        for state in running.batches.states:
            for item in state.items:
                if item.stage is Stage.RUNNING and item.vm not in told:
                    told.add(item.vm)
                    sys.stderr.write(f"begins: {visible(item.title)}\n")

    stop_listening = running.subscribe(hear)
    batch = await running.batches.begin(order)
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        if interrupted and task is not None:
            task.cancel()
        interrupted = True
        running.batches.stop(batch)
        sys.stderr.write("ovmtui: stops after what is under way; once more to leave at once\n")

    now = "is taken out of maintenance" if back else "is in maintenance: nothing is put on it"
    sys.stderr.write(f"{visible(home.name)} {now}\n")
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        return await running.batches.finished(batch)
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        await conversation.settle()
        stop_listening()


def _summarise(ended: BatchState, *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "vm": str(item.vm),
                    "name": item.name,
                    "outcome": _outcome(item),
                    "text": item.text,
                    "job": item.job,
                }
                for item in ended.items
            ]
        )
        return
    rows = [(item.name, _outcome(item) or "not tried", item.text) for item in ended.items]
    print_table(("MACHINE", "OUTCOME", "WHERE IT STANDS"), rows)
    counts = Counter(outcome for _, outcome, _ in rows)
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    sys.stdout.write(f"\n{told or 'no machine was to be moved'}\n")


def _outcome(item: BatchItem) -> str | None:
    """Return how a machine's part ended; one that could not be planned was refused."""
    if item.outcome is not None:
        return item.outcome.value
    return Outcome.REFUSED.value if _is_refused(item) else None


def _is_refused(item: BatchItem) -> bool:
    return item.stage is Stage.LEFT_OUT and item.text != NOT_TRIED


def _code(item: BatchItem) -> ExitCode:
    if item.stage is Stage.LEFT_OUT:
        return ExitCode.REFUSED if _is_refused(item) else ExitCode.CANCELLED
    return exit_code_of(item.outcome)

"""Replacing a host key that has changed: in the journal first, then in known_hosts."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable

from ovmtui.model.identity import node_subject
from ovmtui.model.job import EventKind, JobEvent, JobState, Level, Outcome
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import KeyChange
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.recorder import Recorder

VERB = "host-key"
"""What the history calls it."""


async def replace_key(
    question: KeyChange,
    *,
    journal: Journal,
    operator: Operator,
    clock: Clock,
    write: Callable[[KeyChange], None],
) -> None:
    """Have `write` replace the key, with both keys and the old lines in the journal.

    Raises:
        JournalError: it cannot be noted, so it was not done.
        OSError: known_hosts cannot be written.
        ValueError: it may not be done.
    """
    node, change = question.node.name, question.change
    started = clock.wall()
    job = time.strftime("%Y%m%d-%H%M%S-", time.gmtime(started)) + secrets.token_hex(4)
    what = f"trust {change.kind} {change.fingerprint} for {change.name}"
    state = JobState(
        job=job,
        title=f"replace the host key of {node}",
        verb=VERB,
        vm=node_subject(question.node),
        vm_name=node,
        steps=(what,),
        started_at=started,
    )
    old = [f"in place of {one.place}: {one.text}" for one in change.entries]
    await journal.begin(job, state, "\n".join([state.title, what, *old]), operator)
    recorder = Recorder(state, journal, clock, _show_nobody)
    actor = f"{operator.user}@{operator.host}"
    await recorder.emit(EventKind.PLAN, state.title, label=node.upper())
    await recorder.emit(
        EventKind.STEP, "\n".join([what, *old]), step=0, node=node, label=node.upper(), actor=actor
    )
    outcome, said = Outcome.DONE, "the old line is kept as a comment"
    try:
        await asyncio.to_thread(write, question)
    except (OSError, ValueError) as error:
        outcome, said = Outcome.FAILED, str(error)
        raise
    finally:
        level = Level.INFO if outcome is Outcome.DONE else Level.ERROR
        for kind, step in ((EventKind.STEP_END, 0), (EventKind.PLAN_END, None)):
            await recorder.emit(kind, said, step=step, node=node, outcome=outcome, level=level)


def _show_nobody(job: str, events: tuple[JobEvent, ...]) -> None:
    """Show it nobody: whoever replaces the key is told by the dialogue."""

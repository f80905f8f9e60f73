"""Talking to the process on a node that holds, or could hold, a machine's lock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ovmtui.errors import TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import Stream
from ovmtui.plan.locking import LockPlace
from ovmtui.plan.verdict import Finding, Standing, Verdict
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import flock, xm
from ovmtui.toolstacks.flock import LockAnswer, LockHolder
from ovmtui.transport.interface import OutputChunk, Session

_LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of a holder."""

    answer: LockAnswer
    text: str = ""
    """Who else holds it, or why it does not work."""
    holder: LockHolder | None = None
    """Set when the lock is held by it."""


async def preview(place: LockPlace, watchers: Mapping[NodeKey, NodeWatcher]) -> Finding:
    """Return whether the lock could be taken now; nothing is taken."""
    if place.path is None:
        return _finding(Standing.HOLDS, place.text)
    try:
        result = await watchers[place.node].session.run(
            flock.preview_script(place.path), timeout=place.patience, limit=_LONGEST
        )
    except TransportError as error:
        return _finding(Standing.UNKNOWN, str(error))
    match flock.read_answer(result.exit_status):
        case LockAnswer.TAKEN:
            free = f"its lock beside vm.cfg is free, and will be held on {place.node.name}"
            return _finding(Standing.HOLDS, free)
        case LockAnswer.HELD:
            return _finding(Standing.FAILS, f"locked by {flock.who_holds(result.stdout)}")
        case LockAnswer.BROKEN:
            why = xm.error_text(result.stdout, result.stderr) or "no reason given"
            text = f"no lock beside vm.cfg ({why}): {place.master.name} holds it for the pool"
            return _finding(Standing.HOLDS, text)


def _finding(standing: Standing, text: str) -> Finding:
    return Finding("lock", "no other plan works on it", Verdict(standing, text))


async def hear(session: Session, remote: str, script: str, *, start: bool, timeout: float) -> Heard:
    """Start the holder `remote`, or attach to it; return once it holds the lock or ended.

    `timeout` is in seconds.

    Raises:
        TransportError: the node cannot be asked, or does not say in time.
    """
    said = dict.fromkeys(Stream, "")
    held = asyncio.Event()

    def take(chunk: OutputChunk) -> None:
        said[chunk.stream] = (said[chunk.stream] + chunk.text)[:_LONGEST]
        if flock.read_holder(said[Stream.STDOUT]) is not None:
            held.set()

    following = asyncio.create_task(
        session.run_detached(remote, script, timeout=timeout, on_output=take, start=start)
    )
    waiting = asyncio.create_task(held.wait())
    try:
        await asyncio.wait((following, waiting), return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            return Heard(LockAnswer.TAKEN, holder=flock.read_holder(said[Stream.STDOUT]))
        result = following.result()
    finally:
        following.cancel()
        waiting.cancel()
    if flock.read_answer(result.exit_status) is LockAnswer.HELD:
        return Heard(LockAnswer.HELD, f"locked by {flock.who_holds(said[Stream.STDOUT])}")
    # One that has ended well holds nothing any more, either.
    why = xm.error_text("", said[Stream.STDERR]) or result.problem or "its holder has ended"
    return Heard(LockAnswer.BROKEN, why)

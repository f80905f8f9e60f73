"""The processes that run on the simulated nodes, found by a mark in their environment.

A detached job leaves its session and its parent, so that only the mark tells whose it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path

MARK = "OVMTUI_SIMULATED_NODE"
_PROC = Path("/proc")
_ROUNDS = 5
_PAUSE = 0.02


def running(mark: str) -> tuple[int, ...]:
    """Return the process ids that carry `mark`; none where there is no `/proc`."""
    wanted = f"{MARK}={mark}".encode()
    found: list[int] = []
    for directory in _PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (directory / "environ").read_bytes().split(b"\0")
            if any(entry == wanted or entry.startswith(wanted + b"/") for entry in environment):
                found.append(int(directory.name))
    return tuple(found)


async def end(mark: str, *, also: Iterable[int] = ()) -> None:
    """Kill every process that carries `mark`, and the process groups `also`.

    A process may start another one meanwhile, so it is looked again until none is left.
    """
    for group in also:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    for _ in range(_ROUNDS):
        found = running(mark)
        for process in found:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
        if not found:
            return
        await asyncio.sleep(_PAUSE)

"""The operator's terminal after a program on a node had it."""

from __future__ import annotations

import asyncio
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ovmtui.cli.visiting import RawTerminal


@contextmanager
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Have a terminal as standard input and output; what is written to it is typed."""
    master, slave = os.openpty()
    with os.fdopen(slave, "r+b", buffering=0) as terminal, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", terminal)
        patch.setattr(sys, "stdout", terminal)
        yield master
    os.close(master)


async def test_after_a_program_that_ended_by_itself_only_enter_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Sy`, typed for a shell that has just died, must not stop a machine."""
    with at_a_terminal(monkeypatch) as keyboard, RawTerminal() as terminal:
        waiting = asyncio.create_task(terminal.wait_for_enter("ovm1 has ended"))
        os.write(keyboard, b"Sysctl")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.shield(waiting)
        os.write(keyboard, b"\r")
        async with asyncio.timeout(5):
            await waiting
        assert b"Enter comes back to ovmtui" in os.read(keyboard, 4096)


async def test_what_was_typed_ahead_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with at_a_terminal(monkeypatch) as keyboard:
        with RawTerminal() as terminal:
            os.write(keyboard, b"\x1d")
            async with asyncio.timeout(5):
                assert await terminal.typed() == b""
            assert terminal.left
            # Typed when nobody reads any more, as while the connection is taken down.
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
            os.write(keyboard, b"Sy")
            assert select.select([sys.stdin], [], [], 5)[0]
        os.write(keyboard, b"later\n")
        assert os.read(sys.stdin.fileno(), 100) == b"later\n", "and what comes later is not"

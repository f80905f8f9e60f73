"""One run of a program on a node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ovmtui.simulator.node import Node
from ovmtui.simulator.world import World

Write = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Call:
    """What a program has: where it runs, its arguments and its streams."""

    world: World
    node: Node
    arguments: tuple[str, ...]
    """Without the program's own name."""
    out: Write
    err: Write
    read_line: Callable[[], Awaitable[str]]
    """Return the next line of standard input with its end; empty at the end of input."""
    start: Callable[[Node, tuple[str, ...]], Awaitable[Ran]]
    """Run a program on a node, as this one's child or over SSH."""

    async def run(self, *words: str, on: Node | None = None) -> Ran:
        """Run another program, on this node or on the node `on`."""
        return await self.start(on or self.node, words)


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program that another one ran has given."""

    exit_code: int
    stdout: str
    stderr: str


Program = Callable[[Call], Awaitable[int]]
"""Runs to its end, whatever becomes of who called it, and returns the exit code."""

"""Looking at the processes of this machine, which the test nodes share."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path


def matching(text: str, *files: str) -> list[str]:
    """Return the command lines of processes that have `text` in one of their proc files."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for file in files or ("cmdline",):
            with contextlib.suppress(OSError):
                if text.encode() in (process / file).read_bytes():
                    line = (process / "cmdline").read_bytes()
                    found.append(line.replace(b"\0", b" ").decode(errors="replace"))
    return found


async def gone(text: str) -> None:
    """Return when no process has `text` in its command line."""
    async with asyncio.timeout(20):
        while await asyncio.to_thread(matching, text):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await


async def there(text: str) -> None:
    """Return when a process has `text` in its command line."""
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(matching, text):  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # the process table has no event to await


async def count(text: str, *, wanted: int) -> None:
    """Return when `wanted` processes have `text` in their command line."""
    async with asyncio.timeout(20):
        while len(await asyncio.to_thread(matching, text)) < wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.02)

"""Talking with the person at the command line while jobs run."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime

from ovmtui.model.job import EventKind, JobEvent
from ovmtui.model.text import visible
from ovmtui.plan.logformat import LogWriter
from ovmtui.runtime.interface import JobChanged, Update
from ovmtui.runtime.service import Service


async def read_line(prompt: str) -> str:
    """Ask on stderr and return the answer without the blanks around it."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line: str = await asyncio.to_thread(sys.stdin.readline)
    return line.strip()


class Conversation:
    """Prints the log of jobs as it comes, and answers their questions."""

    def __init__(self, running: Service, *, asks: bool) -> None:
        """`asks`: whether a person can be asked; otherwise the safest answer is given."""
        self._running = running
        self._asks = asks
        self._writers: dict[str, LogWriter] = {}
        self._zone = datetime.now().astimezone().tzinfo
        self._questions: list[asyncio.Task[None]] = []
        self._asking = asyncio.Lock()

    def hear(self, update: Update) -> None:
        """Take an update of the service."""
        if not isinstance(update, JobChanged):
            return
        for event in update.events:
            writer = self._writers.setdefault(update.job, LogWriter(zone=self._zone))
            for line in writer.lines(event):
                sys.stderr.write(line + "\n")
            if event.kind is EventKind.QUESTION:
                self._questions.append(asyncio.create_task(self._in_turn(event)))

    async def settle(self) -> None:
        """End questions that nobody needs an answer to any more."""
        for question in self._questions:
            question.cancel()
        await asyncio.gather(*self._questions, return_exceptions=True)

    async def _in_turn(self, event: JobEvent) -> None:
        async with self._asking:
            await self._ask(event)

    async def _ask(self, event: JobEvent) -> None:
        if not self._asks:
            # Without a person the plan ends as it stands; nothing is forced.
            self._running.answer(event.job, event.choices[-1])
            return
        prompt = f"{visible(event.text)}\n  {' / '.join(event.choices)}: "
        while True:
            answer = await read_line(prompt)
            if answer == "destroy":
                name = next(j.vm_name for j in self._running.jobs if j.job == event.job)
                if await read_line(f"type {visible(name)} to destroy it: ") != name:
                    continue
            if answer in event.choices:
                self._running.answer(event.job, answer)
                return

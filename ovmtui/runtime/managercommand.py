"""One command of a plan that an Oracle VM 3 manager carries out, and what became of it.

It cannot be detached there: when its connection is lost, or the console has gone, nobody
can attach to it. What it did is read back, from the nodes and from the manager.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ovmtui.errors import (
    CommandTimeout,
    ConnectFailed,
    NodeLost,
    SecretUnavailable,
    SlotsExhausted,
    TransportError,
)
from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, Level, Stream
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.machine import Event
from ovmtui.plan.steps import CommandStep
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.ovm3manager import Ovm3Manager
from ovmtui.runtime.performing import Happened
from ovmtui.runtime.recorder import Recorder
from ovmtui.toolstacks.ovm3answer import Status

_PACE = 2.0
"""Seconds between two looks at what became of a command."""
_UNTOLD = 10.0
"""Seconds after which a manager that does not tell whether it works on a machine, and has
not done what it was told, leaves it unknown."""


class ManagerCommand:
    """One run of one command step at the manager."""

    def __init__(
        self,
        step: CommandStep,
        index: int | None,
        *,
        vm: VmKey,
        remote: str,
        manager: Ovm3Manager,
        recorder: Recorder,
        look: Callable[[], Awaitable[None]],
        snapshot: Callable[[], Snapshot],
        clock: Clock,
    ) -> None:
        """Know the command; `look` looks at every node of the pool anew."""
        self.step = step
        self._index = index
        self._vm = vm
        self._remote = remote
        self._manager = manager
        self._recorder = recorder
        self._look = look
        self._snapshot = snapshot
        self._clock = clock

    async def send(self, *, timeout: float) -> Happened:
        """Give the command, on a connection of its own, and return what happened to it."""
        try:
            answer = await self._manager.carry_out(self.step.command, timeout=timeout)
        except (ConnectFailed, SlotsExhausted, SecretUnavailable) as error:
            return Happened(Event.FAILED, f"was not started: {error}")
        except NodeLost as error:
            return Happened(Event.CONNECTION_LOST, str(error))
        except CommandTimeout:
            return await self._late(f"the manager gave no answer in {timeout:.0f} s")
        for line in answer.said.split("\n"):
            self._recorder.output(
                line,
                step=self._index,
                node="manager",
                label=self.step.label,
                stream=Stream.STDOUT,
                remote=self._remote,
            )
        match answer.status:
            case Status.SUCCESS:
                return Happened(Event.SUCCEEDED)
            case Status.FAILURE:
                return Happened(Event.FAILED, answer.error)
            case Status.UNKNOWN:
                return Happened(Event.NO_RESULT, f"whether it was done is unknown: {answer.error}")

    async def judge(self, *, until: float) -> Happened:
        """Find out what became of a command whose answer nobody has heard.

        Its effect tells that it was done. A manager that works on the machine no more, and
        has not brought the effect about, has not done it and will not.
        """
        began = self._clock.monotonic()
        while True:
            try:
                # In this order: what has ended before we look shows its effect.
                facts, _ = await self._manager.show(self._vm)
                done = await self._is_done()
            except (TransportError, SecretUnavailable) as error:
                return Happened(Event.CONNECTION_LOST, str(error))
            if done:
                await self._note(f"read back: it was done ({done})")
                return Happened(Event.SUCCEEDED, f"its answer was not heard; read back: {done}")
            if facts.busy is False:
                text = "its answer was not heard; read back: it was not done, nothing goes on"
                return Happened(Event.GONE, text)
            now = self._clock.monotonic()
            if now >= until or (facts.busy is None and now - began >= _UNTOLD):
                return await self._late("its answer was not heard, and its effect is not there")
            await self._clock.sleep(_PACE)

    async def reached(self, *, until: float) -> Happened:
        """Return once the manager can be asked again, or when the command's time is used up."""
        while True:
            try:
                await self._manager.show(self._vm)
            except (TransportError, SecretUnavailable) as error:
                if self._clock.monotonic() + _PACE >= until:
                    text = f"whether it was done is unknown: {error}"
                    return Happened(Event.OVERDUE, text)
            else:
                return Happened(Event.RECONNECTED)
            await self._clock.sleep(_PACE)

    async def _is_done(self) -> str:
        """Return what shows that the command's effect is there, or nothing."""
        if (wanted := self.step.switches_ha_to) is not None:
            fact = await self._manager.read_ha(self._vm)
            return f"HA is {wanted.value}" if fact.state is wanted else ""
        if self.step.achieved is None:
            return ""
        await self._look()
        verdict = self.step.achieved.evaluate(self._snapshot(), self._clock.monotonic())
        return verdict.text if verdict.passes else ""

    async def _late(self, text: str) -> Happened:
        if not self.step.answers_late:
            return Happened(Event.NO_RESULT, f"{text}; it may go on there")
        await self._note(f"{text}: what the nodes list decides")
        return Happened(Event.SUCCEEDED)

    async def _note(self, text: str) -> None:
        await self._recorder.emit(
            EventKind.NOTE,
            text,
            step=self._index,
            node="manager",
            level=Level.WARNING,
            label=self.step.label,
        )

"""Between a running plan and its operator: cancelling, asking, answering."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from ovmtui.errors import OvmtuiError
from ovmtui.model.job import EventKind, Level
from ovmtui.plan.steps import Choice, ProbeStep, WaitStep
from ovmtui.runtime.recorder import Recorder

T = TypeVar("T")


class Cancelled(OvmtuiError):
    """The operator does not want to wait any longer."""


class Dialogue:
    """What the operator says to one running plan."""

    def __init__(self, recorder: Recorder) -> None:
        """Begin with nothing said."""
        self._recorder = recorder
        self._cancel = asyncio.Event()
        self._answer: asyncio.Future[str] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether the operator has cancelled."""
        return self._cancel.is_set()

    def cancel(self) -> None:
        """Stop waiting at the next point where that is possible."""
        self._cancel.set()

    def answer(self, choice: str) -> None:
        """Answer the question that is open; ignored when there is none."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(choice)

    async def unless_cancelled(self, awaitable: Awaitable[T]) -> T:
        """Return what `awaitable` gives, unless the operator cancels meanwhile.

        Raises:
            Cancelled: the operator did.
        """
        task = asyncio.ensure_future(awaitable)
        cancelled = asyncio.create_task(self._cancel.wait())
        try:
            await asyncio.wait((task, cancelled), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise Cancelled("cancelled by the operator")
        finally:
            task.cancel()
            cancelled.cancel()

    async def choose(self, step: WaitStep | ProbeStep, index: int | None, said: str) -> Choice:
        """Return what to do about a wait that took too long: as ordered, or as asked for.

        Raises:
            Cancelled: the operator cancelled instead.
        """
        choices = {choice.key: choice for choice in step.choices}
        default = step.default if isinstance(step, WaitStep) else None
        if default is not None:
            await self._recorder.emit(
                EventKind.ANSWER,
                f"{said}; as ordered beforehand: {default}",
                step=index,
                label=step.label,
                level=Level.WARNING,
            )
            return choices[default]
        # Ready before the question is known, so that no answer can come too early.
        self._answer = asyncio.get_running_loop().create_future()
        await self._recorder.emit(
            EventKind.QUESTION,
            f"{step.what}: {said}",
            step=index,
            label=step.label,
            level=Level.WARNING,
            choices=tuple(choices),
        )
        while (answer := await self.unless_cancelled(self._answer)) not in choices:
            self._answer = asyncio.get_running_loop().create_future()
        self._answer = None
        await self._recorder.emit(EventKind.ANSWER, answer, step=index, label=step.label)
        return choices[answer]

"""What can be done from the main screen to the job of a machine."""

from __future__ import annotations

from abc import abstractmethod

from ovmtui.model.job import JobState
from ovmtui.model.vm import Vm
from ovmtui.ui.screens.base import ActionScreen
from ovmtui.ui.screens.jobs import cancel_question, cancelling
from ovmtui.ui.screens.question import QuestionScreen


class JobActions(ActionScreen[None]):
    """Knows the job of the machine under the cursor, and the one that asks."""

    @property
    @abstractmethod
    def machine(self) -> Vm | None:
        """The machine under the cursor."""

    @property
    def machine_job(self) -> JobState | None:
        """The job that runs for the machine under the cursor."""
        vm = self.machine
        running = [job for job in self.desk.console.jobs if job.running and vm is not None]
        return next((job for job in running if vm is not None and job.vm == vm.key), None)

    @property
    def asking_job(self) -> JobState | None:
        """The job that waits for an answer: the machine's own, else the oldest."""
        own = self.machine_job
        if own is not None and own.choices:
            return own
        return next((job for job in self.desk.console.jobs if job.running and job.choices), None)

    def do_answer(self) -> None:
        """Open the question of a job."""
        job = self.asking_job
        if job is not None:
            self.app.push_screen(QuestionScreen(self.desk, job))

    def do_cancel(self) -> None:
        """Stop waiting in the machine's job, after a yes."""
        job = self.machine_job
        if job is not None:
            self.app.push_screen(cancel_question(self.desk, job), cancelling(self.desk, job))

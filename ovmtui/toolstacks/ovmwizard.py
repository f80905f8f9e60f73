"""`ovm config`, the wizard that tells the manager's command line where the manager is.

Its questions are those of OpenSVC's page on Oracle VM. Only these are answered.
"""

from __future__ import annotations

from dataclasses import dataclass

from ovmtui.errors import OvmtuiError
from ovmtui.model.command import Command
from ovmtui.model.text import visible

HOST = "Oracle VM Manager hostname:"
PORT = "Oracle VM Manager port number:"
DEPLOY_PATH = "Deploy path (leave blank for default):"
VNCVIEWER = "Location of vncviewer (leave blank to skip):"
HTTPS = "Enable HTTPS support? (Y/n):"
COMPLETE = "Configuration complete."
"""What it prints when it has come to its end."""


class UnexpectedQuestion(OvmtuiError):
    """It asks something that there is no answer for."""


@dataclass(frozen=True, slots=True)
class ManagerSite:
    """Where a manager is, and what else the wizard wants to know."""

    host: str
    port: int = 4443
    deploy_path: str = ""
    """Empty: the wizard's default."""
    vncviewer: str = ""
    """Empty: none."""
    https: bool = True

    @property
    def answers(self) -> tuple[tuple[str, str], ...]:
        """Each question with its answer."""
        return (
            (HOST, self.host),
            (PORT, str(self.port)),
            (DEPLOY_PATH, self.deploy_path),
            (VNCVIEWER, self.vncviewer),
            (HTTPS, "Y" if self.https else "n"),
        )


def config_command(program: tuple[str, ...]) -> Command:
    """Run the wizard."""
    return Command((*program, "config"))


def answer_to(pending: str, answers: tuple[tuple[str, str], ...], *, quiet: bool) -> str | None:
    """Return the answer to the question that `pending` ends with; None when it asks nothing.

    Args:
        pending: all that was printed since the last answer.
        answers: the questions that may be answered.
        quiet: whether nothing more has come for a while.

    Raises:
        UnexpectedQuestion: it waits for something else.
    """
    text = pending.rstrip(" ")
    line = text.rpartition("\n")[2].strip()
    for question, answer in answers:
        if line.endswith(question):
            return answer
    asks = line.endswith((":", "?", ">", "):", "?)", "]"))
    if line and (asks or quiet):
        raise UnexpectedQuestion(
            f"it asks something that is not known, and was stopped without an answer: "
            f"{visible(line, limit=200)}"
        )
    if quiet:
        raise UnexpectedQuestion("it waits for something without asking, and was stopped")
    return None

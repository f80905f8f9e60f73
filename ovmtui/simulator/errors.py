"""What the simulated tools report as failures."""

from __future__ import annotations


class XendError(Exception):
    """xend refuses, or fails at, what a client asked for.

    Attributes:
        code: exit code of the client, 3 when the domain is unknown.
        usage: whether the client prints the usage of its sub-command, too.
    """

    def __init__(self, text: str, *, code: int = 1, usage: bool = True) -> None:
        """Keep the text that follows `Error: `."""
        super().__init__(text)
        self.code = code
        self.usage = usage


class LibxlError(Exception):
    """xl ends with what it says on standard error.

    Attributes:
        lines: the lines.
        code: its exit code; some failures have 0.
    """

    def __init__(self, *lines: str, code: int = 1) -> None:
        """Keep the lines."""
        super().__init__("\n".join(lines))
        self.lines = lines
        self.code = code


class SimulatorError(Exception):
    """The simulated pool cannot be started or asked; the text says how to mend it."""


def unknown_domain(word: str) -> XendError:
    """Return xend's answer for a domain that it does not know."""
    return XendError(f"Domain '{word}' does not exist.", code=3, usage=False)

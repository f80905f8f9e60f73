"""The ways in which migrations and programs of the simulated pool go wrong."""

from __future__ import annotations

from enum import Enum


class MigrationFault(Enum):
    """How the next migration of a machine goes wrong."""

    TRANSPORT = "transport"
    """The target's restore dies half-way; the machine resumes on the source."""
    SAVE = "save"
    """The source's save process dies half-way; the machine resumes there."""
    SUSPEND = "suspend"
    """The guest does not suspend: after a minute it goes on at the source."""
    STUCK = "stuck"
    """It never ends; both rows stay until the fault is taken away."""
    LEFTOVER = "leftover"
    """As TRANSPORT, but the paused copy stays on the target."""
    RENAMED = "renamed"
    """xend of the source dies under it: the machine runs on there as `migrating-NAME`."""
    LOST = "lost"
    """The target dies after the hand-over: the machine is gone from both nodes."""


class ProgramFault(Enum):
    """How a program on a node goes wrong, whatever it was asked for."""

    HANGING = "hanging"
    """It does nothing until it is mended, and then its work."""
    FAILING = "failing"
    """It does nothing, and says so with exit code 1."""
    COMPLAINING = "complaining"
    """It prints `Error:`, does nothing, and exits with 0."""
    GARBLED = "garbled"
    """It does its work, and prints bytes that make no sense."""

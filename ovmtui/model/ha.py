"""High availability of a machine, as the manager states it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class HaState(Enum):
    """Whether the manager restarts the machine when it vanishes."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


VMCFG = "vm.cfg"
"""The source that is Oracle VM 3's vm.cfg."""


@dataclass(frozen=True, slots=True)
class HaFact:
    """The HA flag with where it comes from."""

    state: HaState = HaState.UNKNOWN
    source: str = ""
    """Who said so, for the operator: `manager`, `vm.cfg`, …; empty when nobody did."""
    reason: str = ""
    """Why the state is unknown, or why this source is asked and not the manager."""
    observed_at: float | None = None
    """Time of the answer, on the monotonic clock in seconds; None when never asked."""
    conflict: str = ""
    """What a second source says that differs, as a sentence; empty when none does."""


@dataclass(frozen=True, slots=True)
class WantedHa:
    """What the HA flag is to be, and who wants it so."""

    on: bool
    source: str
    """For the operator: `service ovmguest1`, `configuration`."""


NOT_ASKED = "not asked yet"
"""The reason while a manager is there and its turn has not come."""
NO_HA_FACT = HaFact()
"""Nobody has been asked yet."""

"""What can be said of a simulated pool and of a recording; light, for `--help`."""

from __future__ import annotations

import argparse

SCENARIOS = (
    "dead-node",
    "fencing",
    "garbled-node",
    "hanging-storage",
    "leftovers",
    "manager-complains",
    "manager-down",
    "migration-fails",
    "mixed",
    "silent-node",
    "split-brain",
    "stubborn-guests",
    "two-generations",
    "vanishing-guest",
    "xend-down",
    "xl",
    "xl-trouble",
)
"""What the simulated pool can play; it is not imported for `--help`."""
_FASTEST = 1_000.0


def speed(text: str) -> float:
    """Return a factor of time.

    Raises:
        ValueError: it is no number; argparse says so.
        argparse.ArgumentTypeError: it makes no sense; argparse tells its text.
    """
    factor = float(text)
    if not 0 < factor <= _FASTEST:
        raise argparse.ArgumentTypeError(f"more than 0, and at most {_FASTEST:.0f}, not {text}")
    return factor

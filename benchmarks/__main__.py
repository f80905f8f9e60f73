"""Print every figure as one table: `python -m benchmarks [--check] [PART …]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from benchmarks.endurance import endurance
from benchmarks.figures import HEADING, Figure, line, machine, missed
from benchmarks.flood import flood
from benchmarks.flows import flows
from benchmarks.nodecost import nodecost
from benchmarks.outside import outside
from benchmarks.painting import painting
from benchmarks.peer import peer
from benchmarks.planning import planning
from benchmarks.reading import reading
from benchmarks.refreshing import refreshing
from benchmarks.scale import growth, scale
from benchmarks.slowlink import slow_link
from benchmarks.starting import starting
from ovmtui.cli.console import collect_seldom

PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "reading": reading,
    "starting": starting,
    "outside": outside,
    "peer": peer,
    "painting": painting,
    "planning": planning,
    "refreshing": refreshing,
    "scale": scale,
    "growth": growth,
    "flood": flood,
    "flows": flows,
    "nodecost": nodecost,
    "endurance": endurance,
    "slowlink": slow_link,
}
_UNCHECKED = {"peer", "reading", "starting", "growth", "slowlink", "nodecost"}
"""Parts that the contract says nothing of."""


def main() -> int:
    """Print the parts that are wanted; with `--check` return 1 when the contract is broken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail when the contract is broken")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    parts = chosen.parts or [p for p in PARTS if not (chosen.check and p in _UNCHECKED)]
    # As the console does: what is measured is what an operator has.
    collect_seldom()
    # Textual takes `sys.stdout` for itself while one of its applications runs.
    terminal = sys.stdout
    print(machine(), HEADING, sep="\n", file=terminal, flush=True)
    figures = []
    for part in parts:
        for figure in PARTS[part]():
            figures.append(figure)
            print(line(figure), file=terminal, flush=True)
    broken = missed(figures)
    print(f"{len(broken)} of the contract's figures not met", file=terminal)
    return 1 if chosen.check and broken else 0


if __name__ == "__main__":
    sys.exit(main())

"""A measured figure beside what it is compared with, and the table of all."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    what: str
    ours: float
    unit: str
    """`ms`, `s`, `B`, `MiB`, `%` or a word of its own."""
    other: float | None = None
    """The same of what it is compared with, taken in the same run; None for none."""
    against: str = ""
    """What that is."""
    most: float | None = None
    """The contract: the figure, or with `of_ratio` its ratio, is no more than this."""
    of_ratio: bool = False
    note: str = ""
    """What a reader must know: what stood for what."""

    @property
    def ratio(self) -> float | None:
        """How many times the other's it is."""
        return self.ours / self.other if self.other else None

    @property
    def is_met(self) -> bool | None:
        """Whether the contract is met; None where there is none."""
        measured = self.ratio if self.of_ratio else self.ours
        return None if self.most is None or measured is None else measured <= self.most


def median_of(action: Callable[[], float], *, runs: int = 5) -> float:
    """Return the median of what `action` measures in several runs."""
    return statistics.median(action() for _ in range(runs))


def cpu_of(action: Callable[[], object], *, loops: int = 1) -> float:
    """Return the CPU milliseconds of one `action`."""
    begin = time.process_time()
    for _ in range(loops):
        action()
    return (time.process_time() - begin) * 1e3 / loops


def machine() -> str:
    """Return what was measured on, and how busy that was with other things."""
    names = ("textual", "asyncssh", "cryptography")
    model = "unknown CPU"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    libraries = ", ".join(f"{name} {version(name)}" for name in names)
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} CPUs, load {load:.1f}; Python {platform.python_version()}, "
        f"{libraries}; {sys.platform}"
    )


def table(figures: Iterable[Figure]) -> str:
    """Return `figures` as a table for people, each line as soon as it could be pasted."""
    return "\n".join([HEADING, *map(line, figures)])


HEADING = (
    f"{'figure':<58} {'ours':>12} {'other':>12} {'ratio':>7} {'contract':>10}  "
    f"{'':<4} compared with"
)


def line(figure: Figure) -> str:
    """Return one line of the table."""
    contract = ""
    if figure.most is not None:
        contract = f"≤ {figure.most:g} ×" if figure.of_ratio else f"≤ {figure.most:g} {figure.unit}"
    met = {True: "met", False: "NOT", None: ""}[figure.is_met]
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
    aside = "; ".join(word for word in (figure.against, figure.note) if word)
    return (
        f"{figure.what:<58} {_shown(figure.ours, figure.unit):>12} "
        f"{_shown(figure.other, figure.unit):>12} {ratio:>7} {contract:>10}  {met:<4} {aside}"
    ).rstrip()


def missed(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures that break the contract."""
    return [figure for figure in figures if figure.is_met is False]


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    number = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.2f}"
    return f"{number} {unit}"

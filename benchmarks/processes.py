"""What a process and its children cost, read from /proc."""

from __future__ import annotations

import contextlib
import os
import resource
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """Return `root` and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := _stat(int(entry))):
            parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [root]
    for process in found:
        found += parents.get(process, [])
    return found


def cpu_seconds(root: int) -> float:
    """Return the CPU time of a family, with that of the children that have ended."""
    total = 0
    for process in family(root):
        if fields := _stat(process):
            total += sum(map(int, fields[11:15]))
    return total / _TICK


def memory_mib(root: int) -> float:
    """Return the resident memory of a family in MiB."""
    total = 0
    for process in family(root):
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{process}/status").read_text()
            total += next(
                (int(line.split()[1]) for line in text.splitlines() if line[:6] == "VmRSS:"), 0
            )
    return total / 1024


def forks() -> int:
    """Return how many processes and threads this machine has begun since it started."""
    with Path("/proc/stat").open() as file:
        return next(int(line.split()[1]) for line in file if line.startswith("processes "))


def own_cpu() -> float:
    """Return the CPU time of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def open_files() -> int:
    """Return how many file descriptors this process has open."""
    return len(os.listdir("/proc/self/fd"))


def _stat(process: int) -> list[str]:
    """Return the fields of a process behind its name; empty when it has gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return []

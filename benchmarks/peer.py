"""A console for another hypervisor on as many machines, in the same run.

virtui-manager 3.3.3 on libvirt's test driver, which needs no hypervisor. It is not a dependency:
`OVMTUI_VIRTUI` names its executable (`pip install virtui-manager==3.3.3` into an environment that
sees Debian's `python3-libvirt`, `python3-gi` and `gir1.2-gtk-3.0`); without it nothing is measured.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.outside import watched
from benchmarks.processes import memory_mib

EXECUTABLE = "OVMTUI_VIRTUI"
_MACHINES = 304
_SETTLED = 70.0
_KEYS = 40
_DOMAIN = """\
<domain type="test"><name>vm{number:04}</name><memory unit="MiB">1024</memory><vcpu>2</vcpu>
<os><type arch="x86_64">hvm</type></os></domain>
"""
_SETTINGS = """\
servers:
- name: test
  uri: test://{file}
  autoconnect: true
"""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the terminal and the process list tell of a program."""

    first_ms: float
    memory_mib: float
    cpu_percent: float
    bytes_second: float
    key_ms: float
    worst_ms: float


def peer() -> Iterator[Figure]:
    """Yield what is seen of both."""
    executable = os.environ.get(EXECUTABLE)
    if executable is None:
        return
    with tempfile.TemporaryDirectory() as home:
        machines = Path(home) / "machines.xml"
        domains = "".join(_DOMAIN.format(number=number) for number in range(_MACHINES))
        machines.write_text(f"<node>{domains}</node>")
        settings = Path(home) / ".config" / "virtui-manager" / "config.yaml"
        settings.parent.mkdir(parents=True)
        settings.write_text(_SETTINGS.format(file=machines))
        other = _seen([executable], b"\t", HOME=home)
    ours = _seen([sys.executable, "-m", "benchmarks.console", "16", "19"], b"j")
    name = "virtui-manager 3.3.3"
    what = f"{_MACHINES} machines:"
    yield Figure(f"{what} first machine on the screen", ours.first_ms, "ms", other.first_ms, name)
    yield Figure(f"{what} memory", ours.memory_mib, "MiB", other.memory_mib, name)
    yield Figure(f"{what} idle CPU", ours.cpu_percent, "%", other.cpu_percent, name)
    yield Figure(f"{what} idle bytes", ours.bytes_second, "B/s", other.bytes_second, name)
    yield Figure(f"{what} key, median", ours.key_ms, "ms", other.key_ms, name)
    yield Figure(f"{what} key, worst", ours.worst_ms, "ms", other.worst_ms, name)


def _seen(command: Sequence[str], key: bytes, **environment: str) -> _Seen:
    with watched(command, **environment) as one:
        first = one.shows(b"vm0000") * 1e3
        one.drain(_SETTLED)
        share, rate = one.idle()
        memory = memory_mib(one.process)
        keys = [one.answered(key) for _ in range(_KEYS)]
    return _Seen(first, memory, share, rate, statistics.median(keys), max(keys))

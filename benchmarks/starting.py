"""How long the program takes until it can say its help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from benchmarks.figures import Figure, median_of
from benchmarks.processes import own_cpu

HELP = "import ovmtui.cli.main as m; m.main(['--help'])"


def starting() -> Iterator[Figure]:
    """Yield the figures of starting, in CPU time."""
    bare = median_of(partial(_run, "pass"))
    yield Figure("`ovmtui --help`, CPU", median_of(partial(_run, HELP)), "ms", bare, "python alone")
    textual = median_of(partial(_run, "from textual.app import App"))
    yield Figure("import of Textual alone, which --help avoids, CPU", textual, "ms")


def _run(program: str) -> float:
    before = own_cpu()
    subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True)
    return (own_cpu() - before) * 1e3

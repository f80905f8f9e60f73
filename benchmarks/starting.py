"""How long the program takes until it can say its help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure, best

HELP = "import ovmtui.cli.main as m; m.main(['--help'])"


def starting() -> Iterator[Figure]:
    """Yield the figures of starting."""
    bare = best(lambda: _run("pass"))
    yield Figure("`ovmtui --help`", best(lambda: _run(HELP)), "a bare interpreter", bare)
    textual = best(lambda: _run("from textual.app import App"))
    yield Figure("import of Textual alone, which --help avoids", textual)


def _run(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True)

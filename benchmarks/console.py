"""The whole console on pretended nodes, for measuring it from outside.

    python -m benchmarks.console NODES MACHINES [--busy] [--hung]
    python -m benchmarks.console --bare

With `--bare` it is a Textual application that says one line, to compare with.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """The least that Textual can be."""

    def compose(self) -> ComposeResult:
        """Say one line, long enough to be seen as painted."""
        yield Static("a bare application of Textual, and nothing else at all")


def main() -> None:
    """Run until `q`, or for ever."""
    parser = argparse.ArgumentParser()
    parser.add_argument("nodes", type=int, nargs="?", default=16)
    parser.add_argument("machines", type=int, nargs="?", default=20)
    parser.add_argument("--busy", action="store_true", help="every machine uses CPU time")
    parser.add_argument("--hung", action="store_true", help="the first node never answers")
    parser.add_argument("--bare", action="store_true")
    chosen = parser.parse_args()
    if chosen.bare:
        Bare().run()
    else:
        asyncio.run(_console(chosen))


async def _console(chosen: argparse.Namespace) -> None:
    # The library that is not used here belongs to the console's memory all the same.
    import ovmtui.transport.ssh  # noqa: F401
    from benchmarks.pretended import fleet
    from benchmarks.running import running
    from ovmtui.cli.console import collect_seldom
    from ovmtui.ui.app import OvmtuiApp

    collect_seldom()
    made = fleet(chosen.nodes, chosen.machines)
    for number, node in enumerate(made.nodes.values()):
        node.busy, node.latency = chosen.busy, 0.02 + (number * 37 % 100) / 100
    next(iter(made.nodes.values())).hung = chosen.hung
    with tempfile.TemporaryDirectory() as directory:
        async with running(made, Path(directory)) as service:
            await OvmtuiApp(service).run_async()


if __name__ == "__main__":
    main()

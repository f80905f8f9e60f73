"""The whole console on pretended nodes, for measuring it from outside.

    python -m benchmarks.console NODES MACHINES [--busy] [--hung] [--flood]
    python -m benchmarks.console --bare [--ssh]

With `--bare` it is a Textual application that says one line, to compare with; with `--ssh` that
one has loaded the SSH library, too.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Static

_FLOOD = 100_000_000
"""Lines; more than anybody waits for."""


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
    parser.add_argument("--flood", action="store_true", help="a job that says a lot runs")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--ssh", action="store_true")
    chosen = parser.parse_args()
    if chosen.ssh:
        import asyncssh  # noqa: F401
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
    from ovmtui.plan.intent import Intent, Verb
    from ovmtui.plan.resolve import find_vm
    from ovmtui.ui.app import OvmtuiApp

    collect_seldom()
    made = fleet(chosen.nodes, chosen.machines)
    for number, node in enumerate(made.nodes.values()):
        node.busy, node.latency = chosen.busy, 0.02 + (number * 37 % 100) / 100
    next(iter(made.nodes.values())).hung = chosen.hung
    with tempfile.TemporaryDirectory() as directory:
        async with running(made, Path(directory)) as service:
            if chosen.flood:
                await service.settled(timeout=60.0)
                node = next(iter(made.nodes.values()))
                node.lines = _FLOOD
                vm = find_vm(service.snapshot, node.machines[0])
                service.run(service.plan(Intent(Verb.STOP, vm)))
            await OvmtuiApp(service).run_async()


if __name__ == "__main__":
    main()

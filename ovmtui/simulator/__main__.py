"""A simulated pool as a process of its own.

    python -m ovmtui.simulator [--openssh] [--speed X] [--scenario NAME] [--fleet NODES VMS]

It prints one line of JSON when the pool is ready: the paths of an `ovmtui.toml`
(`config`), of the control socket (`control`) and of the log of programs
(`invocations`). It ends, and removes all that it made, when its standard input ends or
it is told to by a signal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence

from ovmtui.simulator.demo import demo_spec, fleet_spec
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.scenarios import POOLS, SCENARIOS, play


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a pool until nobody needs it; return the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        asyncio.run(_serve(chosen))
    except SimulatorError as error:
        sys.stderr.write(f"ovmtui: the simulated pool cannot start: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ovmtui.simulator", description="Run a simulated server pool."
    )
    parser.add_argument(
        "--openssh", action="store_true", help="put this machine's own sshd before the nodes"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="live X times as fast"
    )
    parser.add_argument(
        "--scenario", choices=sorted(SCENARIOS), help="let something go wrong, as scripted"
    )
    parser.add_argument(
        "--fleet",
        type=int,
        nargs=2,
        metavar=("NODES", "VMS"),
        help="a pool of so many nodes with so many machines each, instead of the demo's",
    )
    return parser


async def _serve(chosen: argparse.Namespace) -> None:
    own = POOLS.get(chosen.scenario, demo_spec)
    spec = fleet_spec(*chosen.fleet) if chosen.fleet else own()
    front_end = FrontEnd.OPENSSH if chosen.openssh else FrontEnd.ASYNCSSH
    ending = _ending()
    async with SimulatedPool(spec, front_end=front_end, speed=chosen.speed) as pool:
        config = pool.write_settings(pool.directory / "ovmtui.toml")
        if chosen.scenario:
            scenario = SCENARIOS[chosen.scenario]
            pool.world.spawn(play(scenario, spec, pool.faults, pool.world.timeline))
        paths = {
            "config": str(config),
            "control": str(pool.control_socket),
            "invocations": str(pool.invocation_file),
        }
        sys.stdout.write(json.dumps(paths) + "\n")
        sys.stdout.flush()
        await ending.wait()


def _ending() -> asyncio.Event:
    """Return what is set when standard input ends or a signal asks for the end."""
    loop, ending = asyncio.get_running_loop(), asyncio.Event()

    def wait_for_input() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        loop.call_soon_threadsafe(ending.set)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, ending.set)
    threading.Thread(target=wait_for_input, daemon=True).start()
    return ending


if __name__ == "__main__":
    sys.exit(main())

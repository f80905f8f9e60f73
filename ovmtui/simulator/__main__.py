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
import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence

from ovmtui.simulator.demo import demo_spec, fleet_spec, second_pool_spec
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.scenarios import POOLS, SCENARIOS, TWO_GENERATIONS, play
from ovmtui.simulator.settings import write_both


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
        "--scenario",
        choices=sorted((*SCENARIOS, TWO_GENERATIONS)),
        help="let something go wrong, as scripted; or have a pool of Oracle VM 3 beside it",
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
    async with contextlib.AsyncExitStack() as pools:
        pool = await pools.enter_async_context(
            SimulatedPool(spec, front_end=front_end, speed=chosen.speed)
        )
        config = pool.directory / "ovmtui.toml"
        if chosen.scenario == TWO_GENERATIONS:
            second = await pools.enter_async_context(
                SimulatedPool(second_pool_spec(), front_end=front_end, speed=chosen.speed)
            )
            write_both(config, pool, second)
        else:
            pool.write_settings(config)
        if chosen.scenario in SCENARIOS:
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

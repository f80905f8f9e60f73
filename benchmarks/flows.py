"""What a flow takes above the commands that it is made of, over real sshd.

The pool is simulated at the speed of time, behind OpenSSH: its manager takes three seconds a
call, its guest eight to go down and twenty until it accepts a login.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import Figure
from ovmtui.cli import opening
from ovmtui.config import load
from ovmtui.model.ha import HaState
from ovmtui.model.job import EventKind, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.resolve import find_node, find_vm
from ovmtui.runtime.service import Service
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.invocations import Invocation
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, VmSpec

_VM = VmSpec("vm1", node="ovm1", memory_mib=2048)
_SPEC = PoolSpec(
    nodes=tuple(NodeSpec(f"ovm{number}") for number in (1, 2, 3)),
    vms=(_VM,),
    latencies=Latencies(manager=(3.0, 3.0)),
)
_GUEST = {Verb.MIGRATE: 0.0, Verb.STOP: _VM.shutdown_seconds, Verb.START: _VM.login_seconds}
"""Seconds that the guest itself takes, after the command that has it begin."""
_SILENCE = {Verb.START: 1.0}
"""Seconds of the ping that must not be answered before a machine is started."""
_COMMANDS = {"create", "shutdown", "migrate"}


@dataclass(frozen=True)
class _Run:
    seconds: float
    """From the plan's beginning to its end."""
    own: float
    """Of that, its commands and its guest."""
    steps: int


def flows() -> Iterator[Figure]:
    """Yield the figures of a migration, a stop and a start."""
    for verb, run in asyncio.run(_played()):
        above = run.seconds - run.own
        what = f"{verb.value} of {run.own:.1f} s and {run.steps} steps, over sshd"
        yield Figure(f"{what}: above its commands", 100 * above / run.own, "%", most=2.0)
        yield Figure(f"{what}: above, a step", 1000 * above / run.steps, "ms")


async def _played() -> list[tuple[Verb, _Run]]:
    with tempfile.TemporaryDirectory() as place:
        async with (
            SimulatedPool(_SPEC, front_end=FrontEnd.OPENSSH, directory=Path(place)) as pool,
            _console(pool, Path(place)) as service,
        ):
            return [
                (verb, await _run(pool, service, verb, node))
                for verb, node in ((Verb.MIGRATE, "ovm2"), (Verb.STOP, None), (Verb.START, "ovm3"))
            ]


@contextlib.asynccontextmanager
async def _console(pool: SimulatedPool, place: Path) -> AsyncIterator[Service]:
    os.environ["XDG_STATE_HOME"] = str(place / "state")
    settings = load.load(pool.write_settings(place / "ovmtui.toml"))
    async with opening.service(settings) as service:
        await service.settled(timeout=60.0)
        known = asyncio.Event()
        stop = service.subscribe(lambda _: known.set() if _ha_is_known(service.snapshot) else None)
        await known.wait()
        stop()
        yield service


def _ha_is_known(snapshot: Snapshot) -> bool:
    return all(vm.ha.state is not HaState.UNKNOWN for vm in snapshot.vms.values())


async def _run(pool: SimulatedPool, service: Service, verb: Verb, node: str | None) -> _Run:
    vm = find_vm(service.snapshot, _VM.name)
    target = find_node(service.snapshot, vm.pool, node) if node else None
    plan = service.plan(Intent(verb, vm, target))
    before = len(pool.invocations)
    job = service.run(plan)
    if await service.finished(job) is not Outcome.DONE:
        raise SystemExit(f"{verb.value}: not done")
    events = service.events(job)
    own = sum(_seconds(one) for one in pool.invocations[before:] if _is_of_a_flow(one))
    return _Run(
        events[-1].at - events[0].at,
        own + _GUEST[verb] + _SILENCE.get(verb, 0.0),
        sum(event.kind is EventKind.STEP for event in events),
    )


def _is_of_a_flow(one: Invocation) -> bool:
    return one.argv[0] == "ovm" or (len(one.argv) > 1 and one.argv[1] in _COMMANDS)


def _seconds(one: Invocation) -> float:
    return 0.0 if one.ended_at is None else one.ended_at - one.at

"""Driving the running side in tests: verbs by name, events awaited, never slept for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ovmtui.model.identity import NodeKey, VmKey
from ovmtui.model.job import EventKind, JobEvent, Outcome
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.resolve import find_vm
from ovmtui.runtime.interface import Console, Update
from ovmtui.runtime.service import Service

PATIENCE = 30.0


async def until(service: Console, holds: Callable[[Snapshot], bool]) -> Snapshot:
    """Return the first snapshot that `holds` is true for."""
    reached = asyncio.Event()

    def hear(update: Update) -> None:
        if holds(service.snapshot):
            reached.set()

    stop = service.subscribe(hear)
    try:
        if not holds(service.snapshot):
            async with asyncio.timeout(PATIENCE):
                await reached.wait()
    finally:
        stop()
    return service.snapshot


async def event_of(service: Service, job: str, fits: Callable[[JobEvent], bool]) -> JobEvent:
    """Return the first event of `job` that `fits`, also one that has come already."""
    found: asyncio.Future[JobEvent] = asyncio.get_running_loop().create_future()

    def look() -> None:
        for event in service.events(job):
            if fits(event) and not found.done():
                found.set_result(event)

    stop = service.subscribe(lambda update: look())
    try:
        look()
        async with asyncio.timeout(PATIENCE):
            return await found
    finally:
        stop()


def key(service: Service, name: str) -> VmKey:
    return find_vm(service.snapshot, name)


def intent(service: Service, verb: Verb, name: str, node: str | None = None) -> Intent:
    vm = key(service, name)
    return Intent(verb, vm, NodeKey(vm.pool, node) if node else None)


async def do(
    service: Service, verb: Verb, name: str, node: str | None = None
) -> tuple[Outcome | None, str]:
    """Run a verb to its end; return how it ended and its last sentence."""
    job = service.run(service.plan(intent(service, verb, name, node)))
    async with asyncio.timeout(PATIENCE * 2):
        outcome = await service.finished(job)
    return outcome, summary(service, job)


def summary(service: Service, job: str) -> str:
    return next(state.summary for state in service.jobs if state.job == job)


def output(service: Service, job: str) -> list[str]:
    return [e.text for e in service.events(job) if e.kind is EventKind.OUTPUT]

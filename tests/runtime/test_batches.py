"""Batches: how many run at a time, what is stopped, what is tried again, what is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.batch import Stage
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import JobState, Outcome
from ovmtui.plan.intent import Intent, Verb
from ovmtui.plan.plan import Plan
from ovmtui.runtime.batches import NOT_TRIED, Batches
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.companions import Order, Task
from ovmtui.runtime.maintenance import Maintenance
from ovmtui.runtime.origins import Origins
from ovmtui.runtime.store import Store
from tests.ui.support import pools
from tests.ui.support.console import ScriptedConsole

OVM1 = pools.node_key("ovm1")


@dataclass
class Runner:
    """Runs nothing: a test says when a job ends, and how."""

    console: ScriptedConsole = field(
        default_factory=lambda: ScriptedConsole(pools.healthy(), context=pools.context())
    )
    running: dict[str, asyncio.Future[Outcome | None]] = field(default_factory=dict)
    begun: list[str] = field(default_factory=list)
    most: int = 0

    @property
    def jobs(self) -> Sequence[JobState]:
        return self.console.jobs

    def plan(self, intent: Intent) -> Plan:
        return self.console.plan(intent)

    def run(self, plan: Plan) -> str:
        job = self.console.begin(plan)
        self.begun.append(plan.vm_name)
        self.running[plan.vm_name] = asyncio.get_running_loop().create_future()
        self.most = max(self.most, len(self.running))
        return job

    async def finished(self, job: str) -> Outcome | None:
        name = next(state.vm_name for state in self.jobs if state.job == job)
        return await self.running[name]

    async def end(self, name: str, outcome: Outcome | None = Outcome.DONE) -> None:
        await until(lambda: name in self.running)
        self.running.pop(name).set_result(outcome)
        await asyncio.sleep(0)


async def until(condition: Callable[[], object]) -> None:
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it did not come to that")


@dataclass
class World:
    runner: Runner
    batches: Batches
    origins: Origins
    maintenance: Maintenance
    store: Store
    told: list[str]


@pytest.fixture
async def world(tmp_path: Path) -> World:
    return new_world(tmp_path)


def allowed(pool: str) -> None:
    """Refuse nothing."""


def new_world(directory: Path, refuse: Callable[[str], None] = allowed) -> World:
    runner, clock, told = Runner(), SystemClock(), list[str]()
    origins = Origins(directory / "origins.json")
    maintenance = Maintenance(directory / "maintenance.json")
    store = Store(runner.console.snapshot.pools, clock)
    for node in runner.console.snapshot.nodes.values():
        store.set_node(node)
    batches = Batches(
        runner,
        store=store,
        origins=origins,
        maintenance=maintenance,
        moves=runner.console.batches.moves,
        refuse=refuse,
        clock=clock,
        changed=told.append,
    )
    return World(runner, batches, origins, maintenance, store, told)


def stop(*numbers: int) -> tuple[Task, ...]:
    return tuple(task(number, Verb.STOP) for number in numbers)


def task(number: int, verb: Verb, node: NodeKey | None = None) -> Task:
    vm, name = pools.vm_key(number), pools.NAMES[number - 1]
    return Task(vm, name, f"{verb.value} {name}", Intent(verb, vm, node))


async def test_no_more_run_at_a_time_than_are_wished(world: World) -> None:
    batch = await world.batches.begin(Order("stop 4", stop(1, 2, 3, 4), parallel=2))
    for name in ("ovmguest1", "web01", "web02", "oradb01"):
        await world.runner.end(name)
    state = await world.batches.finished(batch)
    assert world.runner.most == 2
    assert [item.outcome for item in state.items] == [Outcome.DONE] * 4
    assert not state.running
    assert set(world.told) == {batch}


async def test_stopping_ends_after_what_is_under_way(world: World) -> None:
    batch = await world.batches.begin(Order("stop 3", stop(1, 2, 3)))
    await until(lambda: world.runner.running)
    world.batches.stop(batch)
    await world.runner.end("ovmguest1")
    state = await world.batches.finished(batch)
    assert world.runner.begun == ["ovmguest1"]
    assert [item.stage for item in state.items] == [Stage.ENDED, Stage.LEFT_OUT, Stage.LEFT_OUT]
    assert state.items[1].text == NOT_TRIED


async def test_one_that_fails_stops_no_other_and_is_alone_tried_again(world: World) -> None:
    batch = await world.batches.begin(Order("stop 3", stop(1, 2, 3), parallel=3))
    await world.runner.end("ovmguest1", Outcome.FAILED)
    await world.runner.end("web01")
    await world.runner.end("web02", None)
    state = await world.batches.finished(batch)
    assert [item.name for item in state.unwell] == ["ovmguest1", "web02"]
    assert state.counts == "1 failed, 1 done, 1 broken off"
    again = world.batches.failed(batch)
    assert [task.name for task in again.tasks] == ["ovmguest1", "web02"]
    second = await world.batches.begin(again)
    await world.runner.end("ovmguest1")
    await world.runner.end("web02")
    state = await world.batches.finished(second)
    assert [item.name for item in state.items] == ["ovmguest1", "web02"]
    with pytest.raises(PlanRefused, match="nothing that could be tried again"):
        world.batches.failed(second)


async def test_what_was_held_back_is_not_tried_again(world: World) -> None:
    batch = await world.batches.begin(Order("stop 3", stop(1, 2, 3)))
    await until(lambda: "ovmguest1" in world.runner.running)
    world.batches.stop(batch)
    await world.runner.end("ovmguest1", Outcome.FAILED)
    await world.batches.finished(batch)
    assert [task.name for task in world.batches.failed(batch).tasks] == ["ovmguest1"]


async def test_a_node_that_is_emptied_is_in_maintenance_until_it_is_filled(world: World) -> None:
    batch = await world.batches.begin(Order("evacuate ovm1", stop(1), emptied=OVM1))
    assert world.maintenance.nodes() == {OVM1}
    assert world.store.node(OVM1).maintenance
    await world.runner.end("ovmguest1")
    await world.batches.finished(batch)
    await world.batches.begin(Order("bring back", stop(1), filled=OVM1))
    assert world.maintenance.nodes() == frozenset()
    assert not world.store.node(OVM1).maintenance
    await world.runner.end("ovmguest1")


async def test_a_node_is_not_emptied_while_it_is_filled(world: World) -> None:
    batch = await world.batches.begin(Order("bring back", stop(1), filled=OVM1))
    with pytest.raises(PlanRefused, match="bring back is under way"):
        await world.batches.begin(Order("evacuate ovm1", stop(2), emptied=OVM1))
    await world.runner.end("ovmguest1")
    await world.batches.finished(batch)
    await world.batches.begin(Order("evacuate ovm1", stop(2), emptied=OVM1))
    await world.runner.end("web01")


async def test_an_error_in_one_is_told_and_the_others_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = world.runner.run

    def failing(plan: Plan) -> str:
        if plan.vm_name == "ovmguest1":
            raise RuntimeError("boom")
        return run(plan)

    monkeypatch.setattr(world.runner, "run", failing)
    batch = await world.batches.begin(Order("stop 2", stop(1, 2)))
    await world.runner.end("web01")
    state = await world.batches.finished(batch)
    assert [item.outcome for item in state.items] == [Outcome.UNKNOWN, Outcome.DONE]
    assert "boom" in state.items[0].text


async def test_a_machine_is_planned_when_its_turn_comes(world: World) -> None:
    batch = await world.batches.begin(Order("stop 2", stop(1, 2)))
    await until(lambda: world.runner.running)
    world.runner.console.snapshot = pools.empty()
    await world.runner.end("ovmguest1")
    state = await world.batches.finished(batch)
    assert state.items[1].outcome is Outcome.REFUSED
    assert world.runner.begun == ["ovmguest1"]


async def test_where_machines_were_is_on_disk_before_they_move(world: World) -> None:
    tasks = (task(1, Verb.MIGRATE), task(2, Verb.MIGRATE))
    batch = await world.batches.begin(Order("evacuate ovm1", tasks, emptied=OVM1))
    await until(lambda: world.runner.running)
    assert [origin.name for origin in world.origins.of(OVM1)] == ["ovmguest1"]
    await world.runner.end("ovmguest1")
    await world.runner.end("web01")
    await world.batches.finished(batch)
    assert [origin.name for origin in world.origins.of(OVM1)] == ["ovmguest1", "web01"]


async def test_what_has_come_home_is_struck_off_the_list(world: World) -> None:
    for number, name in ((1, "ovmguest1"), (2, "web01")):
        world.origins.remember(
            pools.vm_key(number), name, home=pools.node_key("ovm3"), moved_to=OVM1
        )
    home = pools.node_key("ovm3")
    moves = await world.batches.homecoming(home)
    assert sorted(move.name for move in moves if move.plan) == ["ovmguest1", "web01"]
    tasks = (task(1, Verb.MIGRATE, home), task(2, Verb.MIGRATE, home))
    batch = await world.batches.begin(Order("back", tasks, filled=home))
    await world.runner.end("ovmguest1")
    await world.runner.end("web01", Outcome.FAILED)
    await world.batches.finished(batch)
    assert [origin.name for origin in world.origins.of(home)] == ["web01"]


async def test_one_that_went_elsewhere_stays_there(world: World) -> None:
    home = pools.node_key("ovm3")
    world.origins.remember(pools.vm_key(3), "web02", home=home, moved_to=OVM1)
    (move,) = await world.batches.homecoming(home)
    assert move.plan is None
    assert move.reasons == ("it is on ovm2 now, no longer on ovm1",)


async def test_maintenance_outlives_the_console(world: World, tmp_path: Path) -> None:
    await world.batches.set_maintenance(OVM1, on=True)
    assert world.store.snapshot.nodes[OVM1].maintenance
    later = new_world(tmp_path)
    assert later.store.snapshot.nodes[OVM1].maintenance
    await later.batches.set_maintenance(OVM1, on=False)
    assert not later.store.snapshot.nodes[OVM1].maintenance
    assert new_world(tmp_path).maintenance.nodes() == frozenset()


async def test_closing_begins_nothing_more(world: World) -> None:
    await world.batches.begin(Order("stop 2", stop(1, 2)))
    await until(lambda: world.runner.running)
    await world.batches.close()
    assert world.runner.begun == ["ovmguest1"]
    assert replace(world.batches.states[0]).running

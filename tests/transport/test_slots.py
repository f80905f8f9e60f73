"""Sessions of a connection: waited for in turn, reserved, and never taken for free too soon."""

from __future__ import annotations

import asyncio

import pytest

from ovmtui.errors import SlotsExhausted
from ovmtui.transport.session import SshSession
from ovmtui.transport.slots import MOST, SESSIONS, Slots, Use
from tests.support.openssh import OpenSshServer
from tests.transport.nodes import Heard, connected


async def test_one_place_is_always_left_for_brief_commands() -> None:
    slots = Slots()
    for use in (Use.DETACHED, Use.LONG):
        while slots.take_now(use):
            pass
    assert MOST[Use.DETACHED] + MOST[Use.LONG] < SESSIONS
    assert slots.take_now(Use.BRIEF)
    assert not slots.take_now(Use.BRIEF)


async def test_places_are_given_in_turn_and_past_those_they_do_not_fit() -> None:
    slots = Slots()
    long = slots.take_now(Use.LONG)
    assert long is not None
    brief = [slots.take_now(Use.BRIEF) for _ in range(SESSIONS - 1)]
    order: list[str] = []

    async def wait(use: Use, name: str) -> None:
        slot = await slots.take(use, timeout=5.0)
        order.append(name)
        slot.release()

    waiting = [
        asyncio.create_task(wait(use, name))
        for use, name in ((Use.LONG, "long"), (Use.BRIEF, "first"), (Use.BRIEF, "second"))
    ]
    await asyncio.sleep(0)
    assert brief[0] is not None
    brief[0].release()
    brief[0].release()
    await asyncio.gather(*waiting[1:])
    assert order == ["first", "second"]
    long.release()
    await waiting[0]
    assert order[-1] == "long"


async def test_who_gives_up_waiting_loses_no_place() -> None:
    slots = Slots()
    taken = [slots.take_now(Use.BRIEF) for _ in range(SESSIONS)]
    with pytest.raises(SlotsExhausted):
        await slots.take(Use.BRIEF, timeout=0.01)
    waiting = asyncio.create_task(slots.take(Use.BRIEF, timeout=5.0))
    await asyncio.sleep(0)
    assert taken[0] is not None
    taken[0].release()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert slots.take_now(Use.BRIEF)


async def test_a_command_that_will_not_go_keeps_its_place_until_it_has_gone(
    server: OpenSshServer,
) -> None:
    gate = server.directory / "gate"
    # What leaves its process group is out of the watcher's reach, and holds the channel.
    script = f"setsid sh -c 'echo begun; while [ ! -e {gate} ]; do sleep 0.02; done' & wait"
    async with connected(server) as session:
        for _ in range(SESSIONS):
            heard = Heard()
            running = asyncio.create_task(session.run(script, timeout=20, on_output=heard.take))
            await heard.until("begun")
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        with pytest.raises(SlotsExhausted, match="in use"):
            await session.run("true", timeout=1.0)
        gate.touch()
        assert (await session.run("echo again", timeout=20)).stdout == "again\n"


async def test_places_come_back_once_the_far_ends_are_gone(server: OpenSshServer) -> None:
    async with connected(server) as session:
        heard = [Heard() for _ in range(SESSIONS)]
        tasks = [
            asyncio.create_task(
                session.run("echo begun; sleep 315", timeout=60, on_output=each.take)
            )
            for each in heard
        ]
        for each in heard:
            await each.until("begun")
        with pytest.raises(SlotsExhausted):
            await session.run("true", timeout=0.3)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (await session.run("echo again", timeout=20)).stdout == "again\n"
        await server.quiet()


async def test_the_nodes_own_refusal_is_told_as_such(server: OpenSshServer) -> None:
    async with connected(server) as session:
        others = [
            await session._connection.create_process("sleep 311")  # the limit is sshd's, of ten
            for _ in range(10)
        ]
        with pytest.raises(SlotsExhausted, match="opens no further session"):
            await session.run("true", timeout=5.0)
        assert not session.is_closed
        assert len(others) == 10


async def answers(session: SshSession) -> bool:
    """Return whether a brief command finds a slot."""
    try:
        await session.run("true", timeout=0.3)
    except SlotsExhausted:
        return False
    return True


async def test_a_job_that_runs_is_never_told_as_one_that_found_no_slot(
    server: OpenSshServer,
) -> None:
    gate = server.directory / "gate"
    wait = f"echo begun; while [ ! -e {gate} ]; do sleep 0.02; done"
    async with connected(server) as session:
        following = [
            asyncio.create_task(session.run_detached(f"f{number}", wait, timeout=40))
            for number in range(MOST[Use.DETACHED])
        ]
        heard = Heard()
        polled = asyncio.create_task(
            session.run_detached("p", f"{wait}; exit 7", timeout=40, on_output=heard.take)
        )
        await heard.until("begun")
        # Two more take what is left; a look at the job that runs finds no slot then.
        brief = [
            asyncio.create_task(session.run(wait, timeout=40))
            for _ in range(SESSIONS - MOST[Use.DETACHED])
        ]
        while await answers(session):
            pass
        assert not polled.done()
        gate.touch()
        assert (await polled).exit_status == 7
        await asyncio.gather(*following, *brief)

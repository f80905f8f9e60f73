"""The command line of a simulated Oracle VM 3 manager: logging in, and single commands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncssh
import pytest

from ovmtui.errors import CommandTimeout, HostKeyUnknown, LoginRefused, NodeLost
from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.generation3 import oracle3
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import Latencies, NodeSpec, PoolSpec, VmSpec
from ovmtui.transport.interface import NodeAddress
from ovmtui.transport.ssh import SshConnector

PASSWORD = "canary-1f77-manager"
VM = oracle3(VmSpec("crm; db"))


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    spec = PoolSpec(
        nodes=(NodeSpec("ovm1"),),
        vms=(VM,),
        generation=3,
        manager_password=PASSWORD,
        latencies=Latencies(manager=(0.1, 0.2)),
    )
    async with SimulatedPool(
        spec, front_end=FrontEnd.OPENSSH, speed=20, directory=tmp_path
    ) as simulated:
        yield simulated


def connector(pool: SimulatedPool, *, config: Path | None = None) -> SshConnector:
    return SshConnector(
        identities=[str(pool.client_key)],
        ssh_config=(str(config),) if config else (),
        known_hosts=pool.known_hosts,
    )


def address(pool: SimulatedPool, host: str = "127.0.0.1") -> NodeAddress:
    return NodeAddress(host, pool.manager_port, "admin")


@pytest.mark.parametrize("dialogue_only", [False, True])
async def test_a_password_is_given_once_however_it_is_asked_for(
    pool: SimulatedPool, dialogue_only: bool
) -> None:
    assert pool.manager_door is not None
    pool.manager_door.dialogue_only = dialogue_only
    line = await connector(pool).open_command_line(address(pool), password=PASSWORD)
    said = await line.run("list vm", timeout=10)
    assert f"  id:{VM.name}  name:crm; db\r\n" in said
    await line.close()
    assert pool.manager_door.logins == ["accepted"]
    with pytest.raises(LoginRefused, match="a password was given") as refused:
        await connector(pool).open_command_line(address(pool), password="wrong-canary")
    assert "canary" not in str(refused.value)
    assert pool.manager_door.logins == ["accepted", "refused"]


async def test_keys_let_in_without_a_password(pool: SimulatedPool) -> None:
    line = await connector(pool).open_command_line(address(pool), password=None)
    assert "Status: Success" in await line.run("list server", timeout=10)
    await line.close()


async def test_an_unknown_host_key_gets_no_password(pool: SimulatedPool) -> None:
    pool.known_hosts.write_text("")
    with pytest.raises(HostKeyUnknown):
        await connector(pool).open_command_line(address(pool), password=PASSWORD)
    assert pool.manager_door is not None
    assert pool.manager_door.logins == []


async def test_a_jump_host_is_gone_through_and_not_told_the_password(
    pool: SimulatedPool, tmp_path: Path
) -> None:
    node = pool.nodes[0]
    config = tmp_path / "ssh_config"
    config.write_text(
        f"Host ovmm\n  HostName 127.0.0.1\n  ProxyJump {node.user}@{node.host}:{node.port}\n"
    )
    line = await connector(pool, config=config).open_command_line(
        address(pool, "ovmm"), password=PASSWORD
    )
    assert "Status: Success" in await line.run("list serverpool", timeout=10)
    await line.close()


async def test_no_answer_in_time_and_a_lost_connection_are_told_apart(
    pool: SimulatedPool,
) -> None:
    line = await connector(pool).open_command_line(address(pool), password=PASSWORD)
    await pool.faults.manager_hangs()
    with pytest.raises(CommandTimeout):
        await line.run("list vm", timeout=0.2)
    running = asyncio.create_task(line.run("list vm", timeout=10))
    begun = asyncio.Event()
    pool.invocation_log.began = lambda entry: begun.set()
    await begun.wait()
    await pool.faults.cut_manager()
    with pytest.raises(NodeLost):
        await running
    await line.close()


async def test_the_simulated_manager_has_a_prompt_for_people(pool: SimulatedPool) -> None:
    async with (
        asyncssh.connect(
            "127.0.0.1",
            pool.manager_port or 0,
            username="admin",
            password=PASSWORD,
            known_hosts=None,
            client_keys=None,
            config=None,
        ) as connection,
        connection.create_process(term_type="vt100") as process,
    ):
        process.stdin.write(f"show vm id={VM.name}\nnonsense\nexit\n")
        said = await process.stdout.read()
    assert said.startswith(f"OVM> show vm id={VM.name}\r\nCommand: show vm id={VM.name}\r\n")
    assert "  High Availability = Yes\r\n" in said
    assert "Status: Failure\r\n" in said
    assert "Error Msg: Unknown command: nonsense\r\n" in said

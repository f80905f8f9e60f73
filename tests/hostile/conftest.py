"""A pool behind OpenSSH's sshd in which everything that can be hostile is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ovmtui.simulator.doors.door import FrontEnd
from ovmtui.simulator.pool import SimulatedPool
from ovmtui.simulator.spec import ConfigStyle, Latencies, NodeSpec, PoolSpec, Power, VmSpec
from ovmtui.simulator.vmfiles import running_pool
from tests.e2e.conftest import TIMES
from tests.hostile.corpus import ATTACKS, NAMES

NODES = (
    NodeSpec("ovm1", opensvc="1.9"),
    NodeSpec("ovm2", bridges=("xenbr0", "br\x1b]0;OWNED\x07")),
)
SERVICES = {
    "svc1": "[DEFAULT]\napp = x\x1b]0;OWNED\x07\ncomment = \u202eevil\n"
    "[container#0]\ntype = ovm\nname = web01\n[hb#1]\ntype = ovm\nname = web01\n"
    "[sync\x1b[2J]\nx = \x9b2J\n"
}


def machines() -> tuple[VmSpec, ...]:
    # A listing's name has no blank in it; the simulated xm writes no quote into a vm.cfg.
    fit = [name for name in NAMES if not set(name) & set(" '\"\\#")]
    running = [
        VmSpec(name, node="ovm2", directory=f"h{n}", uuid=f"6b0e8a0e-6a5b-4b3c-a6f0-{n:012d}")
        for n, name in enumerate(fit, 1)
    ]
    return (
        VmSpec("web01", node="ovm1", vnc_password="canary-vnc-77"),
        *running,
        VmSpec("down1", power=Power.DOWN, style=ConfigStyle.ORACLE3, bridge="b\x1b[2J\u202ec"),
    )


def write_hostile_files(pool: SimulatedPool) -> None:
    """Write files of stopped machines whose paths and values are attacks."""
    for number, attack in enumerate(ATTACKS.values()):
        name = attack[:60].encode("utf-8", "surrogatepass")
        plain = name.replace(b"\0", b"").replace(b"/", b"_").replace(b"\xff", b"_")
        folder = running_pool(pool.world.root) / f"{number} d"
        folder.mkdir()
        value = repr(attack[:3000].encode("utf-8", "replace").decode())
        (folder / "vm.cfg").write_bytes(
            b"name = '"
            + plain.replace(b"'", b"").replace(b"\\", b"").replace(b"\n", b"")
            + b"'\n"
            + f"memory = 512\nuuid = '0e8a0e6b-0000-4b3c-a6f0-{number:012d}'\n".encode()
            + f"comment = {value}\nbridge = {value}\nvif = [{value}]\ndisk = [{value}]\n".encode()
            + b"raw = '\x1b]0;OWNED\x07\x9b2J\xc2\x9b2J'\n"
        )
    for odd in ("a b'c$(id)`id`\"", "n\nl", "e\x1b]0;OWNED\x07", "-rf", "--help"):
        folder = running_pool(pool.world.root) / odd
        folder.mkdir()
        (folder / "vm.cfg").write_text("name = 'odd'\nmemory = 1\n" + "garbage \x1b[2J(\n")


@pytest.fixture
async def pool(tmp_path: Path) -> AsyncIterator[SimulatedPool]:
    spec = PoolSpec(
        nodes=NODES,
        vms=machines(),
        services=SERVICES,
        manager_password="canary-7f3a-manager",
        latencies=Latencies(manager=(0.2, 0.5), migration_mib_per_second=2000.0),
    )
    async with SimulatedPool(
        spec, front_end=FrontEnd.OPENSSH, speed=20.0, directory=tmp_path
    ) as simulated:
        write_hostile_files(simulated)
        yield simulated


@pytest.fixture
def settings_file(pool: SimulatedPool, tmp_path: Path) -> Path:
    path = pool.write_settings(tmp_path / "ovmtui.toml")
    head, _, tail = path.read_text().partition("\n[pools.")
    path.write_text(f"{head}\n{TIMES}\n[pools.{tail}")
    return path


@pytest.fixture
def homes(tmp_path: Path) -> dict[str, str]:
    return {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }

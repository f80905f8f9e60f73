"""The simulated pool as its users have it: nodes to log in to, faults to inject, the truth."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import asyncssh

from ovmtui.simulator import processes, toolbox
from ovmtui.simulator.control import ControlServer
from ovmtui.simulator.demo import demo_spec
from ovmtui.simulator.doors.door import Door, FrontEnd, Lodging
from ovmtui.simulator.doors.in_process import InProcessDoor
from ovmtui.simulator.doors.line import LOOPBACK, Line
from ovmtui.simulator.doors.openssh import OpenSshDoor
from ovmtui.simulator.faults import Faults
from ovmtui.simulator.invocations import Invocation, InvocationLog
from ovmtui.simulator.node import Node
from ovmtui.simulator.spec import PoolSpec
from ovmtui.simulator.timeline import ScaledTime, Timeline
from ovmtui.simulator.toolserver import ToolServer
from ovmtui.simulator.world import Truth, World


@dataclass(frozen=True, slots=True)
class SimulatedNode:
    """How one node is reached."""

    name: str
    host: str
    port: int
    user: str
    directory: Path
    """Its own files: `home`, `jobs`, `proc`, `var/log/xen/xend.log`."""


class SimulatedPool:
    """A pool of OVM servers behind real SSH on loopback, with real shells and files.

        async with SimulatedPool(demo_spec(), speed=20) as pool:
            node = pool.nodes[0]            # name, host, port, user
            pool.client_key, pool.known_hosts
            pool.write_settings(tmp_path / "ovmtui.toml")
            await pool.faults.kill_node("ovm2")
            pool.truth().double_runs        # {}: no machine ever ran twice
            [entry.text for entry in pool.changes]

    The text of a command is run by `/bin/sh -c` on this machine, in an environment where
    `xm`, `ovm`, `ping`, `ssh`, `nc` and `brctl` are programs over the pool's state, and
    where the load average, the boot id and xend's log are the node's own. All the nodes
    share the repository's files. What xend does goes on when its client is killed.

    Attributes:
        spec: what the pool was built from.
        nodes: how each node is reached.
        world: the state itself; `world.now` is in simulated seconds.
        faults: what can be made to go wrong.
        directory: all files of the pool; it is removed at the end.
        repository: the pattern of the machines' vm.cfg.
        client_key: path of the private key that every node accepts.
        known_hosts: path of a file with the nodes' host keys.
        password_file: path of a file, mode 0600, with the manager's password.
        control_socket: path of the Unix socket that takes faults as JSON lines.
        invocation_file: path of the log of programs, one JSON object for each that ended.
    """

    def __init__(
        self,
        spec: PoolSpec | None = None,
        *,
        front_end: FrontEnd = FrontEnd.ASYNCSSH,
        speed: float = 1.0,
        directory: Path | None = None,
        timeline: Timeline | None = None,
    ) -> None:
        """Make the pool of `spec`, by default the demo's; nothing listens until `start`.

        Args:
            spec: what the pool consists of.
            front_end: which SSH server stands before the nodes.
            speed: simulated seconds for each real one.
            directory: where the pool's own directory is made; default: the system's
                directory for temporary files.
            timeline: the pool's time; default: the wall's, `speed` times as fast.

        Raises:
            SimulatorError: this machine lacks a program; the text says which.
        """
        self.spec = spec or demo_spec()
        self._front_end = front_end
        self._sockets = Path(tempfile.mkdtemp(prefix="ovmtui-"))
        # Without symbolic links, so that a path is the same however it was found.
        self.directory = Path(tempfile.mkdtemp(prefix="ovmtui-pool-", dir=directory)).resolve()
        # Each pool's processes are known by the name of its directory.
        self._mark = self.directory.name
        self.control_socket = self._sockets / "control"
        self._program_socket = self._sockets / "programs"
        try:
            self.world = World(self.spec, self.directory, timeline or ScaledTime(speed))
            self._log = InvocationLog(self.directory / "invocations.jsonl")
            self._programs = ToolServer(self.world, self._log)
            self._write_secrets()
            self._lines = {
                node.name: Line(self._door(self._lodge(node))) for node in self.world.nodes.values()
            }
        except BaseException:
            self._remove_files()
            raise
        self._write_known_hosts()
        self.faults = Faults(self.world, self._lines, self._mark)
        self._control = ControlServer(self)
        user = getpass.getuser()
        self.nodes = tuple(
            SimulatedNode(name, LOOPBACK, line.port, user, self.world.nodes[name].directory)
            for name, line in self._lines.items()
        )

    @property
    def repository(self) -> str:
        """The pattern of the machines' vm.cfg."""
        return str(self.directory / "var/ovs/mount/*/running_pool/*/vm.cfg")

    @property
    def invocation_file(self) -> Path:
        """The log of programs as JSON lines."""
        return self._log.path

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """Every program that was run on a node, in the order of their starts."""
        return self._log.entries

    @property
    def changes(self) -> tuple[Invocation, ...]:
        """Those of the invocations that change something."""
        return self._log.changes

    def node(self, name: str) -> SimulatedNode:
        """Return how the node `name` is reached."""
        return next(node for node in self.nodes if node.name == name)

    def truth(self) -> Truth:
        """Return who runs what, whoever knows it."""
        return self.world.truth()

    def settings_toml(self) -> str:
        """Return the text of an `ovmtui.toml` for this pool."""
        text = _toml_string
        lines = [
            f"ssh_config = []\nknown_hosts = {text(self.known_hosts)}",
            f"identities = [{text(self.client_key)}]\n",
            f"[pools.{self.spec.name}]",
            f"repositories = [{text(self.repository)}]",
            'guest_address = "{name}"',
            "nodes = [",
        ]
        lines += [
            f"    {{ name = {text(node.name)}, host = {text(node.host)}, port = {node.port}, "
            f"user = {text(node.user)} }},"
            for node in self.nodes
        ]
        lines += [
            f"]\n\n[pools.{self.spec.name}.manager]",
            f"user = {text(self.spec.manager_user)}",
            f"pool = {text(self.spec.name)}",
            f"password_file = {text(self.password_file)}",
        ]
        return "\n".join(lines) + "\n"

    def write_settings(self, path: Path) -> Path:
        """Write `settings_toml()` to `path`, and return it."""
        path.write_text(self.settings_toml())
        return path

    async def start(self) -> None:
        """Let the pool live: take SSH connections, calls of programs, and faults."""
        await self._programs.open(self._program_socket)
        await self._control.open(self.control_socket)
        for line in self._lines.values():
            await line.open()
        self.world.spawn(self.world.live())

    async def close(self) -> None:
        """End the pool: connections, processes and files."""
        await self._control.close()
        for line in self._lines.values():
            await line.close()
        await processes.end(self._mark)
        await self._programs.close()
        await self.world.close()
        self._remove_files()

    async def __aenter__(self) -> SimulatedPool:
        try:
            await self.start()
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def _door(self, lodging: Lodging) -> Door:
        if self._front_end is FrontEnd.OPENSSH:
            return OpenSshDoor(lodging)
        return InProcessDoor(lodging)

    def _lodge(self, node: Node) -> Lodging:
        tools = toolbox.fill(
            node.directory, node=node.name, socket=self._program_socket, root=self.directory
        )
        home = node.directory / "home"
        home.mkdir()
        host_key = node.directory / "host_key"
        _write_key(host_key)
        user = getpass.getuser()
        return Lodging(
            name=node.name,
            directory=node.directory,
            environment={
                "HOME": str(home),
                "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}",
                "LC_ALL": "C",
                "USER": user,
                "LOGNAME": user,
                "OVMTUI_JOBS": str(node.directory / "jobs"),
                processes.MARK: f"{self._mark}/{node.name}",
            },
            host_key=host_key,
            client_public_key=self.client_key.with_suffix(".pub"),
        )

    def _write_secrets(self) -> None:
        self.client_key = self.directory / "client_key"
        _write_key(self.client_key)
        self.password_file = self.directory / "manager-password"
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(f"{self.spec.manager_password}\n")

    def _write_known_hosts(self) -> None:
        self.known_hosts = self.directory / "known_hosts"
        lines = [
            f"[{LOOPBACK}]:{line.port} "
            + (self.world.nodes[name].directory / "host_key.pub").read_text()
            for name, line in self._lines.items()
        ]
        self.known_hosts.write_text("".join(lines))

    def _remove_files(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.rmtree(self._sockets, ignore_errors=True)


def _write_key(path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    path.touch(mode=0o600)
    path.write_bytes(key.export_private_key())
    path.with_suffix(".pub").write_bytes(key.export_public_key())


def _toml_string(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)

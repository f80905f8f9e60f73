"""The simulated pool as its users have it: nodes to log in to, faults to inject, the truth."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from ovmtui.simulator import credentials, lodgings, processes, settings
from ovmtui.simulator.control import ControlServer
from ovmtui.simulator.demo import demo_spec
from ovmtui.simulator.doors.door import Door, FrontEnd, Lodging
from ovmtui.simulator.doors.in_process import InProcessDoor
from ovmtui.simulator.doors.line import LOOPBACK, Line
from ovmtui.simulator.doors.manager_door import ManagerDoor
from ovmtui.simulator.doors.openssh import OpenSshDoor
from ovmtui.simulator.faults import Faults
from ovmtui.simulator.invocations import Invocation, InvocationLog
from ovmtui.simulator.spec import PoolSpec
from ovmtui.simulator.timeline import ScaledTime, Timeline
from ovmtui.simulator.toolserver import ToolServer
from ovmtui.simulator.world import Truth, World

__all__ = ["FrontEnd", "SimulatedNode", "SimulatedPool"]


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
    `xm` or `xl`, `ovm`, `ping`, `ssh`, `nc` and `brctl` are programs over the pool's state, and
    where the load average, the boot id and xend's log are the node's own. All the nodes
    share the repository's files. What xend does goes on when its client is killed.

    Attributes:
        spec: what the pool was built from.
        nodes: how each node is reached.
        world: the state itself; `world.now` is in simulated seconds.
        faults: what can be made to go wrong.
        directory: all files of the pool; it is removed at the end.
        client_key: path of the private key that every node accepts.
        known_hosts: path of a file with the nodes' host keys.
        password_file: path of a file, mode 0600, with the manager's password.
        control_socket: path of the Unix socket that takes faults as JSON lines.
        invocation_log: tells each program that is started, as it is started.
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
        # Apart from the files, for the path of a socket has to be short.
        self._sockets = Path(tempfile.mkdtemp(prefix="ovmtui-"))
        # Without symbolic links, so that a path is the same however it was found.
        self.directory = Path(tempfile.mkdtemp(prefix="ovmtui-pool-", dir=directory)).resolve()
        self.control_socket = self._sockets / "control"
        self.client_key = self.directory / "client_key"
        self.known_hosts = self.directory / "known_hosts"
        self.password_file = self.directory / "manager-password"
        # The pool's processes are known by the name of its directory.
        self._mark = self.directory.name
        self._lines: dict[str, Line] = {}
        self._manager_line: Line | None = None
        try:
            self._build(timeline or ScaledTime(speed))
        except BaseException:
            for line in self._every_line():
                line.release()
            self._remove_files()
            raise

    @property
    def repository(self) -> str:
        """The pattern of the machines' vm.cfg."""
        if self.spec.generation == 3:
            return str(self.directory / "OVS/Repositories/*/VirtualMachines/*/vm.cfg")
        return str(self.directory / "var/ovs/mount/*/running_pool/*/vm.cfg")

    @property
    def invocation_file(self) -> Path:
        """The log of programs, one JSON object a line for each that has ended."""
        return self.invocation_log.path

    @property
    def invocations(self) -> tuple[Invocation, ...]:
        """Every program that was run on a node, in the order of their starts."""
        return self.invocation_log.entries

    @property
    def changes(self) -> tuple[Invocation, ...]:
        """Those of the invocations that change something."""
        return self.invocation_log.changes

    def node(self, name: str) -> SimulatedNode:
        """Return how the node `name` is reached.

        Raises:
            KeyError: there is no such node.
        """
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @property
    def manager_port(self) -> int | None:
        """Where the manager of an Oracle VM 3 pool listens; None for an older pool."""
        return None if self._manager_line is None else self._manager_line.port

    def truth(self) -> Truth:
        """Return who runs what, whoever knows it."""
        return self.world.truth()

    def settings_toml(self) -> str:
        """Return the text of an `ovmtui.toml` for this pool."""
        return settings.render(self)

    def write_settings(self, path: Path) -> Path:
        """Write `settings_toml()` to `path`, and return it."""
        path.write_text(self.settings_toml())
        return path

    async def start(self) -> None:
        """Let the pool live: take SSH connections, calls of programs, and faults."""
        await self._programs.open(self._program_socket)
        await self._control.open(self.control_socket)
        for line in self._every_line():
            await line.open()
        self.world.spawn(self.world.live())

    async def close(self) -> None:
        """End the pool: connections, processes and files."""
        await self._control.close()
        for line in self._every_line():
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

    def _build(self, timeline: Timeline) -> None:
        user = credentials.user_name()
        credentials.write_key(self.client_key)
        credentials.write_password(self.password_file, self.spec.manager_password)
        self.world = World(self.spec, self.directory, timeline)
        self.invocation_log = InvocationLog(self.directory / "invocations.jsonl")
        self._programs = ToolServer(self.world, self.invocation_log)
        self._program_socket = self._sockets / "programs"
        hosts: list[tuple[str, int, Path]] = []
        for node in self.world.nodes.values():
            lodging = lodgings.of_node(self, node, user, socket=self._program_socket)
            line = self._lines[node.name] = Line(self._door(lodging))
            hosts.append((LOOPBACK, line.port, lodging.host_key))
        self.manager_door: ManagerDoor | None = None
        if self.spec.generation == 3:
            host_key = self.directory / "manager_host_key"
            self.manager_door = ManagerDoor(lodgings.of_manager(self, host_key))
            line = self._manager_line = Line(self.manager_door)
            hosts.append((LOOPBACK, line.port, host_key))
        credentials.write_known_hosts(self.known_hosts, hosts)
        self.nodes = tuple(
            SimulatedNode(name, LOOPBACK, line.port, user, self.world.nodes[name].directory)
            for name, line in self._lines.items()
        )
        self.faults = Faults(self.world, self._lines, self._mark, self._manager_line)
        self._control = ControlServer(self)

    def _every_line(self) -> tuple[Line, ...]:
        manager = () if self._manager_line is None else (self._manager_line,)
        return (*self._lines.values(), *manager)

    def _door(self, lodging: Lodging) -> Door:
        if self._front_end is FrontEnd.OPENSSH:
            return OpenSshDoor(lodging)
        return InProcessDoor(lodging)

    def _remove_files(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        shutil.rmtree(self._sockets, ignore_errors=True)

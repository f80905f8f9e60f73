"""A real pool of two Xen nodes, each a QEMU machine with emulated CPUs on this host.

`build.sh` makes the images; this module boots them, says how to reach them, breaks and
ends them. By hand: `python -m tests.xen.pool build|up|prove|down|config`, or `ssh NODE COMMAND`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from tests.xen.manager import PASSWORD, STATE, ManagerStandIn
from tests.xen.settings import settings_text

HERE = Path(__file__).resolve().parent

REPOSITORY = "/var/ovs/mount/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
"""Where the nodes mount the shared repository."""

NODE_MEMORY_MIB = 1536
DOM0_MEMORY_MIB = 640
TRANSLATION_CACHE_MIB = 256
"""QEMU's own choice would be 1 GiB for each node."""
CPU = "qemu64,+svm,+npt,+rdrand"
"""PVH guests need nested paging; dom0 does not boot on models with SMAP."""
BOOT_BUDGET = float(os.environ.get("OVMTUI_XEN_BOOT", "300"))
"""Seconds until both nodes must answer."""
WITHOUT_XM = os.environ.get("OVMTUI_XEN_WITHOUT_XM", "").split()
"""Names of the nodes that have `xl` alone; on the others there is a shim called `xm`."""


class BedFailed(Exception):
    """The pool could not be built or booted, or does not do what it is there for."""


class Link(Enum):
    """One of a node's two network cards, by its name in QEMU."""

    CONSOLE = "console"
    """What the console's SSH goes through."""
    POOL = "pool"
    """What the nodes and the guests have among them."""


@dataclass(frozen=True, slots=True)
class PoolNode:
    """One node of the pool."""

    number: int

    @property
    def name(self) -> str:
        """Its name, to us and to the other node."""
        return f"ovs{self.number}"

    @property
    def host(self) -> str:
        """The loopback address where its SSH server is reached."""
        return f"127.0.77.{self.number}"

    @property
    def port(self) -> int:
        """The port of its SSH server."""
        return 2277


NODES = (PoolNode(1), PoolNode(2))


class XenPool:
    """The two nodes below one directory: `images` and `boot` built, `run` of this run."""

    def __init__(self, bed: Path | None = None) -> None:
        self._bed = bed or Path(os.environ.get("OVMTUI_XEN_BED", HERE / "bed")).resolve()
        self._run = self._bed / "run"

    @property
    def directory(self) -> Path:
        """Where the images and the files of a run are."""
        return self._bed

    @property
    def running(self) -> bool:
        """Whether every node's QEMU runs."""
        return all(self._pid(node) for node in NODES)

    def build(self) -> None:
        """Build what is missing, about a minute; a pool that runs is left as it is.

        Raises:
            BedFailed: something that the build needs is missing.
        """
        if any(self._pid(node) for node in NODES):
            return
        done = subprocess.run(
            [HERE / "build.sh"], env={**os.environ, "OVMTUI_XEN_BED": str(self._bed)}, check=False
        )
        if done.returncode:
            raise BedFailed(f"build.sh ended with {done.returncode}")

    def start(self) -> None:
        """Boot the nodes with fresh disks and wait until each can be used.

        Raises:
            BedFailed: a node ended or was not up within `BOOT_BUDGET` seconds.
        """
        self._run.mkdir(exist_ok=True)
        if not any(self._pid(node) for node in NODES):
            self._copy_repository()
        self._write_known_hosts()
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(f"{PASSWORD}\n")
        try:
            for node in NODES:
                if not self._pid(node):
                    self._boot(node)
            deadline = time.monotonic() + BOOT_BUDGET
            for node in NODES:
                self._await(node, deadline)
                self._log_in(node)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the nodes as a power cut does."""
        for node in NODES:
            self.cut_power(node)

    def cut_power(self, node: PoolNode) -> None:
        """End `node` as a power cut does; `start` boots it again."""
        pid = self._pid(node)
        if pid:
            os.kill(pid, signal.SIGKILL)
            while _holds_its_ports(pid):
                time.sleep(0.05)
        self._pid_file(node).unlink(missing_ok=True)

    @contextmanager
    def cut(self, node: PoolNode, link: Link) -> Iterator[None]:
        """Pull the cable of one of the node's cards, and put it back afterwards."""
        self._tell(node, f"set_link {link.value} off")
        try:
            yield
        finally:
            self._tell(node, f"set_link {link.value} on")

    @contextmanager
    def frozen(self, node: PoolNode) -> Iterator[None]:
        """Hold `node` still: it accepts connections and answers nothing."""
        pid = self._pid(node)
        if not pid:
            raise BedFailed(f"{node.name} does not run")
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def ssh(
        self, node: PoolNode, command: str, *, timeout: float = 120.0
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` on `node` and return what it gave, whatever its exit code."""
        return subprocess.run(
            [*self._ssh(node), node.host, command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )

    def guests(self, node: PoolNode) -> frozenset[str]:
        """Return the names that `xl list` gives on `node`, without Domain-0.

        Raises:
            BedFailed: the listing failed.
        """
        return frozenset(self.domains(node))

    def placement(self) -> set[tuple[str, str]]:
        """Return each guest with the name of the node that lists it.

        Raises:
            BedFailed: a listing failed.
        """
        return {(guest, node.name) for node in NODES for guest in self.guests(node)}

    @property
    def manager(self) -> ManagerStandIn:
        """The manager's stand-in."""
        return ManagerStandIn(lambda command: self.must(NODES[0], command))

    def create(self, node: PoolNode, name: str) -> None:
        """Start a machine with `xl` and wait until its kernel can be asked to do something.

        Raises:
            BedFailed: it could not be started, or its kernel does not come up.
        """
        self.must(node, f"xl create /OVS/running_pool/*_{name}/vm.cfg")
        # Linux writes this once it listens to the toolstack.
        feature = f"/local/domain/$(xl domid {name})/control/feature-suspend"
        loop = (
            f"for i in $(seq 300); do xenstore-read {feature} 2>&1 && exit; sleep 1; done; exit 1"
        )
        self.must(node, loop, timeout=600)

    def prove(self) -> None:
        """Start a machine without ovmtui, and wait until it can be logged in to from ovs2.

        Raises:
            BedFailed: it cannot, in some minutes: nothing could be tested on this pool.
        """
        self.create(NODES[0], "web01")
        login = "ssh -n -o BatchMode=yes -o StrictHostKeyChecking=no -o ConnectTimeout=5"
        loop = f"for i in $(seq 100); do {login} 192.168.77.110 true && exit; sleep 1; done; exit 1"
        self.must(NODES[1], loop, timeout=600)
        self.quiet()

    def domains(self, node: PoolNode) -> Mapping[str, tuple[int, str]]:
        """Return the id and the letters of the state of each guest, as `xl list` has them.

        Raises:
            BedFailed: the listing failed.
        """
        rows = (line.split() for line in self.must(node, "xl list").splitlines()[2:])
        return {row[0]: (int(row[1]), row[4]) for row in rows}

    def quiet(self) -> None:
        """End every guest, and have the manager answer as it should, with HA off.

        Raises:
            BedFailed: a guest does not go, or a node does not answer.
        """
        self.manager.reset()
        for node in NODES:
            self.must(
                node, "for id in $(xl list | awk 'NR > 2 { print $2 }'); do xl destroy $id; done"
            )
            if left := self.guests(node):
                raise BedFailed(f"does not go from {node.name}: {', '.join(left)}")

    def settings(
        self,
        *,
        timeouts: Mapping[str, float] = MappingProxyType({}),
        budgets: Mapping[str, float] = MappingProxyType({}),
    ) -> str:
        """Return the text of an `ovmtui.toml` for this pool, with some limits others."""
        return settings_text(
            nodes=[(node.name, node.host, node.port) for node in NODES],
            known_hosts=self._known_hosts,
            identity=self._identity,
            password_file=self._password_file,
            timeouts=timeouts,
            budgets=budgets,
        )

    def versions(self) -> Mapping[str, str]:
        """Return the versions of what the pool is made of.

        Raises:
            BedFailed: a node does not answer.
        """
        qemu = subprocess.run(
            ["qemu-system-x86_64", "--version"], capture_output=True, text=True, check=True
        )
        return {
            "Xen": self.must(NODES[0], "xl info xen_version").strip(),
            "dom0 kernel": self.must(NODES[0], "uname -r").strip(),
            "QEMU": qemu.stdout.split()[3],
        }

    def must(self, node: PoolNode, command: str, *, timeout: float = 120.0) -> str:
        """Run `command` on `node` and return its output.

        Raises:
            BedFailed: it failed.
        """
        done = self.ssh(node, command, timeout=timeout)
        if done.returncode:
            raise BedFailed(f"{command} on {node.name}: {done.stdout}{done.stderr}")
        return done.stdout

    @property
    def _identity(self) -> Path:
        return self._bed / "keys" / "admin"

    @property
    def _known_hosts(self) -> Path:
        return self._run / "known_hosts"

    def _ssh(self, node: PoolNode) -> Sequence[str]:
        return (
            *("ssh", "-F", "none", "-p", str(node.port), "-l", "root"),
            *("-i", str(self._identity), "-o", "IdentitiesOnly=yes"),
            *("-o", f"UserKnownHostsFile={self._known_hosts}", "-o", "BatchMode=yes"),
            *("-o", "ConnectTimeout=10", "-o", "ControlMaster=no"),
            *("-o", f"ControlPath={self._run / node.name}.ssh"),
        )

    def _log_in(self, node: PoolNode) -> None:
        """Open a connection that every later command uses: a login takes seconds."""
        subprocess.run(
            [
                *(*self._ssh(node)[:-4], "-o", "ControlMaster=auto"),
                *("-o", f"ControlPath={self._run / node.name}.ssh", "-o", "ServerAliveInterval=5"),
                *("-fN", node.host),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )

    @property
    def _password_file(self) -> Path:
        return self._run / "manager-password"

    def _monitor(self, node: PoolNode) -> Path:
        return self._run / f"{node.name}.monitor"

    def _tell(self, node: PoolNode, command: str) -> None:
        """Give QEMU's monitor a command and wait until it has been done."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(10)
            monitor.connect(str(self._monitor(node)))
            said = b""
            # The prompt comes once for the greeting and once for what follows the command.
            for line in ("", command):
                monitor.sendall(f"{line}\n".encode() if line else b"")
                while not said.rstrip().endswith(b"(qemu)"):
                    said += monitor.recv(4096)
                said = b""

    def _pid_file(self, node: PoolNode) -> Path:
        return self._run / f"{node.name}.pid"

    def _pid(self, node: PoolNode) -> int | None:
        """Return the process id of the node's QEMU, or None when it does not run."""
        try:
            pid = int(self._pid_file(node).read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return None
        # The id may have been given to another process since.
        return pid if os.fsencode(self._run / f"{node.name}.qcow2") in command else None

    def _copy_repository(self) -> None:
        subprocess.run(
            [
                *("cp", "--sparse=always"),
                self._bed / "images" / "repository.img",
                self._run / "repository.img",
            ],
            check=True,
        )

    def _write_known_hosts(self) -> None:
        keys = ((node, (self._bed / "keys" / f"{node.name}.pub").read_text()) for node in NODES)
        self._known_hosts.write_text(
            "".join(
                f"[{node.host}]:{node.port} {' '.join(key.split()[:2])}\n" for node, key in keys
            )
        )

    def _boot(self, node: PoolNode) -> None:
        disk = self._run / f"{node.name}.qcow2"
        root = self._bed / "images" / "root.img"
        subprocess.run(
            ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", root, disk], check=True
        )
        subprocess.run(self._command(node, disk), check=True)

    def _command(self, node: PoolNode, disk: Path) -> Sequence[str]:
        boot, repository = self._bed / "boot", self._run / "repository.img"
        number = node.number
        peer = PoolNode(3 - number)
        hypervisor = (
            f"dom0_mem={DOM0_MEMORY_MIB}M,max:{DOM0_MEMORY_MIB}M "
            "com1=115200,8n1 console=com1 smt=0 xpti=0 spec-ctrl=no"
        )
        dom0 = f"console=hvc0 node={number} mitigations=off"
        if node.name in WITHOUT_XM:
            dom0 += " xm=no"
        return (
            *("qemu-system-x86_64", "-name", node.name, "-display", "none", "-no-reboot"),
            *("-daemonize", "-pidfile", str(self._pid_file(node))),
            *("-serial", f"file:{self._run / node.name}.console"),
            *("-monitor", f"unix:{self._monitor(node)},server=on,wait=off"),
            *("-accel", f"tcg,tb-size={TRANSLATION_CACHE_MIB}", "-cpu", CPU),
            *("-m", str(NODE_MEMORY_MIB)),
            *("-drive", f"file={disk},if=none,id=root,cache=unsafe"),
            *("-device", "virtio-blk-pci,drive=root"),
            # Both nodes write to one file through this host's page cache, as to one disk.
            "-drive",
            f"file={repository},if=none,id=repository,format=raw,file.locking=off",
            *("-device", "virtio-blk-pci,drive=repository,share-rw=on"),
            # restrict=on: nothing but the forwarded SSH port goes in or out.
            "-netdev",
            f"user,id=console,restrict=on,hostfwd=tcp:{node.host}:{node.port}-:22",
            "-device",
            f"virtio-net-pci,netdev=console,mac=52:54:00:77:00:0{number},romfile=",
            # The pool's network: datagrams between the two machines, so that either may
            # come and go.
            "-netdev",
            f"socket,id=pool,udp={peer.host}:7701,localaddr={node.host}:7701",
            *("-device", f"virtio-net-pci,netdev=pool,mac=52:54:00:77:01:0{number},romfile="),
            *("-kernel", str(boot / "xen"), "-append", hypervisor),
            *("-initrd", f"{boot / 'vmlinux'} {dom0},{boot / 'initrd.gz'}"),
        )

    def _await(self, node: PoolNode, deadline: float) -> None:
        console = f"see {self._run / node.name}.console"
        while time.monotonic() < deadline:
            if not self._pid(node):
                raise BedFailed(f"{node.name} ended; {console}")
            ready = self.ssh(node, f"xl list && ls {REPOSITORY}/running_pool && cat {STATE}")
            if ready.returncode == 0:
                return
            time.sleep(1)
        raise BedFailed(f"{node.name} was not up in {BOOT_BUDGET:.0f} s; {console}")


def _holds_its_ports(pid: int) -> bool:
    """Whether process `pid` has not wholly ended; its files are closed before it is a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code."""
    pool = XenPool()
    match arguments:
        case ["build"]:
            pool.build()
        case ["up"]:
            pool.build()
            pool.start()
        case ["prove"]:
            pool.prove()
        case ["down"]:
            pool.stop()
        case ["config"]:
            sys.stdout.write(pool.settings())
        case ["ssh", name, *command] if name in {node.name for node in NODES}:
            node = next(node for node in NODES if node.name == name)
            done = pool.ssh(node, " ".join(command))
            sys.stdout.write(done.stdout)
            sys.stderr.write(done.stderr)
            return done.returncode
        case _:
            sys.stderr.write(
                "usage: pool.py build | up | prove | down | config | ssh NODE COMMAND\n"
            )
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

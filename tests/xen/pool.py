"""A real pool of two Xen nodes, each a QEMU machine with emulated CPUs on this host.

`build.sh` makes the images; this module boots them, says how to reach them, and ends
them. By hand: `python tests/xen/pool.py build|up|down|config`, or `ssh NODE COMMAND`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent

REPOSITORY = "/var/ovs/mount/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
"""Where the nodes mount the shared repository."""

NODE_MEMORY_MIB = 1536
DOM0_MEMORY_MIB = 640
TRANSLATION_CACHE_MIB = 256
"""QEMU's own choice would be 1 GiB for each node."""
CPU = "qemu64,+svm,+npt,+rdrand"
"""PVH guests need nested paging; dom0 does not boot on models with SMAP."""
BOOT_BUDGET = 300.0
"""Seconds until both nodes must answer."""

_SETTINGS = """\
ssh_config = []
known_hosts = "{known_hosts}"
identities = ["{identity}"]

[timeouts]
connect = 10
login = 30
keepalive = 60
probe = 60
scan = 120
freshness = 120

[pools.xenpool]
operational = false
repositories = ["/var/ovs/mount/*/running_pool/*/vm.cfg"]
nodes = [
{nodes}
]

[pools.xenpool.vms]
web01 = {{ address = "192.168.77.110" }}
db01 = {{ address = "192.168.77.111" }}

[pools.xenpool.budgets]
up = 300
ping = 300
down = 300
create = 300
migrate = 1200
command = 120
watch = 10
"""


class BedFailed(Exception):
    """The pool could not be built or booted."""


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
        """Build what is missing; about a minute.

        Raises:
            BedFailed: something that the build needs is missing.
        """
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
        try:
            for node in NODES:
                if not self._pid(node):
                    self._boot(node)
            deadline = time.monotonic() + BOOT_BUDGET
            for node in NODES:
                self._await(node, deadline)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the nodes as a power cut does."""
        for node in NODES:
            pid = self._pid(node)
            if pid:
                os.kill(pid, signal.SIGKILL)
                while _holds_its_ports(pid):
                    time.sleep(0.05)
            self._pid_file(node).unlink(missing_ok=True)

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
            [
                *("ssh", "-F", "none", "-p", str(node.port), "-l", "root"),
                *("-i", str(self._identity), "-o", "IdentitiesOnly=yes"),
                *("-o", f"UserKnownHostsFile={self._known_hosts}", "-o", "BatchMode=yes"),
                *("-o", "ConnectTimeout=10", node.host, command),
            ],
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
        done = self.ssh(node, "xl list")
        if done.returncode:
            raise BedFailed(f"xl list on {node.name}: {done.stderr}")
        return frozenset(line.split()[0] for line in done.stdout.splitlines()[2:])

    def placement(self) -> set[tuple[str, str]]:
        """Return each guest with the name of the node that lists it.

        Raises:
            BedFailed: a listing failed.
        """
        return {(guest, node.name) for node in NODES for guest in self.guests(node)}

    def settings(self) -> str:
        """Return the text of an `ovmtui.toml` for this pool."""
        nodes = "\n".join(
            f'  {{ name = "{node.name}", host = "{node.host}", port = {node.port},'
            f' user = "root", relocation_host = "{node.name}" }},'
            for node in NODES
        )
        return _SETTINGS.format(known_hosts=self._known_hosts, identity=self._identity, nodes=nodes)

    @property
    def _identity(self) -> Path:
        return self._bed / "keys" / "admin"

    @property
    def _known_hosts(self) -> Path:
        return self._run / "known_hosts"

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
        return (
            *("qemu-system-x86_64", "-name", node.name, "-display", "none", "-no-reboot"),
            *("-daemonize", "-pidfile", str(self._pid_file(node))),
            *("-serial", f"file:{self._run / node.name}.console", "-monitor", "none"),
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
            ready = self.ssh(node, f"xl list && ls {REPOSITORY}/running_pool")
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
            sys.stderr.write("usage: pool.py build | up | down | config | ssh NODE COMMAND\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

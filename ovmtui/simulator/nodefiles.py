"""The files that a node has for itself at the beginning: mounts, services, its network card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ovmtui.simulator import vmfiles

if TYPE_CHECKING:
    from ovmtui.simulator.node import Node
    from ovmtui.simulator.spec import PoolSpec

_AGENT = """\
#!/bin/sh
echo 'ok! process OVSMonitorServer exists.'
echo 'ok! process OVSAgentServer exists.'
echo 'ok! process OVSRemasterServer exists.'
"""
_OPTIONS = {"ocfs2": "rw,_netdev,datavolume,heartbeat=local", "nfs": "rw,vers=3,hard,tcp"}
_DEVICES = {"ocfs2": "/dev/mapper/ovs_repo", "nfs": "filer:/export/ovs"}


def write(node: Node, spec: PoolSpec, root: Path) -> None:
    """Write the files of `node`."""
    node.has_ovmcli = node.knows_manager = node.spec.ovmcli and spec.generation == 2
    storage = node.spec.storage
    node.write(
        "/proc/mounts",
        "rootfs / rootfs rw 0 0\n/dev/sda2 / ext3 rw,data=ordered 0 0\n"
        + (
            f"{_DEVICES.get(storage, '/dev/sdb1')} {vmfiles.repository_of(root, spec)} {storage} "
            f"{_OPTIONS.get(storage, 'rw')} 0 0\n"
            if storage
            else ""
        ),
    )
    octets = f"{node.mac:012x}"
    address = ":".join(octets[index : index + 2] for index in range(0, 12, 2))
    node.write("/sys/class/net/eth0/address", f"{address}\n")
    node.write("/etc/init.d/ovs-agent", _AGENT)
    node.path("/etc/init.d/ovs-agent").chmod(0o755)
    node.write("/etc/yum.conf", "[main]\ncachedir=/var/cache/yum\ngpgcheck=1\n")
    node.path("/etc/yum.repos.d").mkdir(parents=True, exist_ok=True)
    node.path("/etc/xen/auto").mkdir(parents=True, exist_ok=True)
    for name in node.spec.xend_starts_at_boot:
        node.write(f"/etc/xen/auto/{name}", f"name = '{name}'\n")
    if node.spec.opensvc:
        for name, text in spec.services.items():
            node.write(f"/etc/opensvc/{name}.conf", text)

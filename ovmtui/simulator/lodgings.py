"""Where the commands of nodes and managers run: their programs, homes and keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ovmtui.simulator import credentials, processes, toolbox
from ovmtui.simulator.doors.door import Lodging
from ovmtui.simulator.doors.manager_door import ManagerLodging
from ovmtui.simulator.node import ABSENT_OVM, Node
from ovmtui.simulator.programs.ovm3 import Ovm3CommandLine

if TYPE_CHECKING:
    from ovmtui.simulator.pool import SimulatedPool


def of_node(pool: SimulatedPool, node: Node, user: str, *, socket: Path) -> Lodging:
    """Make the directories and the host key of `node`; its programs call `socket`."""
    tools = toolbox.fill(
        node.directory,
        socket=socket,
        root=pool.directory,
        spec=node.spec,
    )
    if not node.has_ovmcli:
        (tools / "ovm").rename(tools / ABSENT_OVM)
    (home := node.directory / "home").mkdir()
    host_key = node.directory / "host_key"
    credentials.write_key(host_key)
    return Lodging(
        name=node.name,
        directory=node.directory,
        user=user,
        environment={
            "HOME": str(home),
            "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}",
            "LC_ALL": "C",
            "USER": user,
            "LOGNAME": user,
            "OVMTUI_JOBS": str(node.directory / "jobs"),
            # The pool's processes are known by the name of its directory.
            processes.MARK: f"{pool.directory.name}/{node.name}",
        },
        host_key=host_key,
        client_public_key=credentials.public_key(pool.client_key),
    )


def of_manager(pool: SimulatedPool, host_key: Path) -> ManagerLodging:
    """Make the host key of the manager of an Oracle VM 3 pool."""
    credentials.write_key(host_key)
    return ManagerLodging(
        user=pool.spec.manager_user,
        password=pool.spec.manager_password,
        host_key=host_key,
        client_public_key=credentials.public_key(pool.client_key),
        answer=Ovm3CommandLine(pool.world, pool.invocation_log).answer,
    )

"""The text of a configuration file for simulated pools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from ovmtui.simulator.doors.line import LOOPBACK

if TYPE_CHECKING:
    from ovmtui.simulator.pool import SimulatedPool

_HEAD = """\
# Simulated pools: nothing here is a real server.
ssh_config = []
known_hosts = {known_hosts}
identities = [{client_keys}]
"""
_POOL = """
[pools.{pool}]
repositories = [{repository}]
guest_address = "{{name}}"
nodes = [
{nodes}
]

[pools.{pool}.manager]
{manager}
password_file = {password_file}
"""
_NODE = "    {{ name = {name}, host = {host}, port = {port}, user = {user} }},"


def render(*pools: SimulatedPool) -> str:
    """Return the text of an `ovmtui.toml` that has `pools`, and the host keys of the first."""
    head = _HEAD.format(
        known_hosts=_string(pools[0].known_hosts),
        client_keys=", ".join(_string(pool.client_key) for pool in pools),
    )
    return head + "".join(map(_pool, pools))


def write_both(path: Path, first: SimulatedPool, second: SimulatedPool) -> None:
    """Write the settings of two pools to `path`; the first learns the second's host keys."""
    keys = first.known_hosts.read_text() + second.known_hosts.read_text()
    first.known_hosts.write_text(keys)
    path.write_text(render(first, second))


def _pool(pool: SimulatedPool) -> str:
    nodes = (
        _NODE.format(
            name=_string(node.name),
            host=_string(node.host),
            port=node.port,
            user=_string(node.user),
        )
        for node in pool.nodes
    )
    manager = {
        "user": _string(pool.spec.manager_user),
        "host": _string(pool.spec.manager_host),
        "pool": _string(pool.spec.name),
    }
    if pool.manager_port is not None:
        manager["kind"] = _string("ovm3")
        manager["host"], manager["port"] = _string(LOOPBACK), str(pool.manager_port)
    return _POOL.format(
        pool=pool.spec.name,
        repository=_string(pool.repository),
        nodes="\n".join(nodes),
        manager="\n".join(f"{key} = {value}" for key, value in manager.items()),
        password_file=_string(pool.password_file),
    )


def _string(value: object) -> str:
    # JSON's strings are TOML's, too.
    return json.dumps(str(value), ensure_ascii=False)

"""The text of a configuration file for a simulated pool."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ovmtui.simulator.pool import SimulatedPool

_TEXT = """\
# A simulated pool: nothing here is a real server.
ssh_config = []
known_hosts = {known_hosts}
identities = [{client_key}]

[pools.{pool}]
repositories = [{repository}]
guest_address = "{{name}}"
nodes = [
{nodes}
]

[pools.{pool}.manager]
user = {user}
host = {host}
pool = {name}
password_file = {password_file}
"""
_NODE = "    {{ name = {name}, host = {host}, port = {port}, user = {user} }},"


def render(pool: SimulatedPool) -> str:
    """Return the text of an `ovmtui.toml` that has `pool` as its only pool."""
    nodes = (
        _NODE.format(
            name=_string(node.name),
            host=_string(node.host),
            port=node.port,
            user=_string(node.user),
        )
        for node in pool.nodes
    )
    return _TEXT.format(
        known_hosts=_string(pool.known_hosts),
        client_key=_string(pool.client_key),
        pool=pool.spec.name,
        repository=_string(pool.repository),
        nodes="\n".join(nodes),
        user=_string(pool.spec.manager_user),
        name=_string(pool.spec.name),
        host=_string(pool.spec.manager_host),
        password_file=_string(pool.password_file),
    )


def _string(value: object) -> str:
    # JSON's strings are TOML's, too.
    return json.dumps(str(value), ensure_ascii=False)

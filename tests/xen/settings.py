"""The `ovmtui.toml` of the pool, with limits that fit emulated CPUs.

An emulated CPU is 20 to 50 times slower than a real one, and two nodes share this
host's. So nothing here says what is normal; each limit is far above what was seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

INTERVALS: Mapping[str, float] = {
    "refresh": 30,
    "refresh_busy": 8,
    "facts": 300,
}
"""A look takes an emulated CPU 1 to 5 s; with one each second it would do nothing else."""

TIMEOUTS: Mapping[str, float] = {
    "connect": 20,
    "login": 60,
    "keepalive": 60,
    "probe": 120,
    "scan": 180,
    "freshness": 180,
}
"""A login takes 2 to 5 s, a probe 1 to 10 s, with a guest booting beside it up to 20 s."""

CUT_OFF: Mapping[str, float] = {
    "connect": 5,
    "login": 15,
    "keepalive": 5,
    "probe": 30,
}
"""For a node that does not answer at all: how soon the console is sure of that."""

BUDGETS: Mapping[str, float] = {
    "up": 300,
    "ping": 300,
    "operational": 300,
    "down": 300,
    "create": 300,
    "migrate": 1200,
    "manager": 60,
    "command": 120,
    "verify": 120,
    "lock": 90,
    "lock_grace": 20,
    "watch": 10,
}
"""A start takes 5 to 20 s, with ping and login 40 to 80 s; a migration 15 to 60 s."""

_TEXT = """\
ssh_config = []
known_hosts = "{known_hosts}"
identities = ["{identity}"]

# Each look runs some processes, of which an emulated CPU does a few in a second.
[intervals]
{intervals}

# Emulated nodes answer late, not never: these are limits, no delays.
[timeouts]
{timeouts}

[pools.xenpool]
repositories = ["/var/ovs/mount/*/running_pool/*/vm.cfg"]
nodes = [
{nodes}
]

[pools.xenpool.manager]
password_file = "{password_file}"

[pools.xenpool.vms]
web01 = {{ address = "192.168.77.110" }}
db01 = {{ address = "192.168.77.111" }}

[pools.xenpool.budgets]
{budgets}
"""


def settings_text(
    *,
    nodes: Iterable[tuple[str, str, int]],
    known_hosts: Path,
    identity: Path,
    password_file: Path,
    timeouts: Mapping[str, float],
    budgets: Mapping[str, float],
) -> str:
    """Return the file's text; `nodes` are names with the address and port of each."""
    return _TEXT.format(
        known_hosts=known_hosts,
        identity=identity,
        password_file=password_file,
        nodes="\n".join(
            f'  {{ name = "{name}", host = "{host}", port = {port}, user = "root",'
            f' relocation_host = "{name}" }},'
            for name, host, port in nodes
        ),
        intervals=_lines(INTERVALS),
        timeouts=_lines({**TIMEOUTS, **timeouts}),
        budgets=_lines({**BUDGETS, **budgets}),
    )


def _lines(values: Mapping[str, float]) -> str:
    return "\n".join(f"{name} = {value}" for name, value in values.items())

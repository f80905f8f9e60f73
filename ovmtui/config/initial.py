"""The first configuration file, made from the names of hosts."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from pathlib import Path

from ovmtui.config.mistakes import shown_path
from ovmtui.config.schema import NAME_PATTERN, Node
from ovmtui.errors import ConfigurationError, UsageError
from ovmtui.model.text import visible

_HOST = re.compile(
    r"""
    (?: (?P<label> [A-Za-z0-9_][A-Za-z0-9_.-]* ) = )?
    (?: (?P<user> [A-Za-z0-9_.][A-Za-z0-9_.-]* ) @ )?
    (?: (?: \[ (?P<bracketed> [0-9A-Fa-f:.]+ (?: % [A-Za-z0-9_.-]+ )? ) \]
          | (?P<name> [A-Za-z0-9_][A-Za-z0-9_.-]* ) )
        (?: : (?P<port> [0-9]{1,5} ) )?
      | (?P<bare> [0-9A-Fa-f]* : [0-9A-Fa-f]* : [0-9A-Fa-f:.]* (?: % [A-Za-z0-9_.-]+ )? )
    )
    """,
    re.VERBOSE,
)
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.-]+")

_HEAD = """\
# ovmtui's configuration; ovmtui.example.toml, which ships with it, has every key.
# Settings of everything come first, above the tables in brackets:
# identities = ["~/.ssh/id_rsa"]

# A node's name is the one by which the other nodes reach it, for migrations, and its host the
# one by which you do. Where they reach it by another one, that is its `relocation_host`.
[{table}]
nodes = [
"""
_TAIL = """\
]

# The pool's manager: with it, ovmtui shows and switches high availability.
# [{table}.manager]
# host = "manager.example.com"
# user = "admin"
# password_file = "~/.config/ovmtui/manager-password"
"""


def node_of(text: str) -> Node:
    """Return the node that `[name=][user@]host[:port]` names; IPv6 with a port in brackets.

    Raises:
        UsageError: `text` has not that form.
    """
    found = _HOST.fullmatch(text)
    port = int(found["port"]) if found and found["port"] else None
    address = found and (found["bracketed"] or found["bare"])
    if (
        found is None
        or not (port is None or 1 <= port <= 65535)
        or (address and not _is_ipv6(address))
    ):
        raise UsageError(
            f"`{visible(text, limit=80)}` is no host: write HOST, USER@HOST, HOST:PORT, "
            "[IPV6]:PORT or NAME=HOST"
        )
    host = address or found["name"]
    name = found["label"] or _NOT_IN_NAMES.sub("-", host).strip("-.") or "node"
    return Node(
        name=name,
        host=None if host == name else host,
        port=port,
        user=found["user"],
        # A name that was made here is known to nobody.
        relocation_host=None if found["label"] or host == name else host,
    )


def render(hosts: Sequence[str], *, pool: str = "pool1") -> str:
    """Return the text of a first file with one pool of `hosts`.

    Args:
        hosts: at least one, each as `node_of` takes it.
        pool: the pool's name.

    Raises:
        UsageError: there is no host, one is malformed or named twice, or `pool` is no name.
    """
    if not re.search(NAME_PATTERN, pool):
        raise UsageError(f"`{visible(pool, limit=80)}` is no pool's name: use letters and digits")
    nodes = [node_of(host) for host in hosts]
    names = [node.name for node in nodes]
    if not nodes:
        raise UsageError("name at least one host")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"`{name}` is named twice; two at one address need names: a=HOST:PORT")
    lines = "".join(f"    {_node_line(node)},\n" for node in nodes)
    table = shown_path(("pools", pool))
    return _HEAD.format(table=table) + lines + _TAIL.format(table=table)


def write_initial(path: Path, text: str) -> None:
    """Write `text` as the new file `path`, readable by its owner alone.

    Raises:
        ConfigurationError: a file is there already, or it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigurationError(
            f"{error.filename}: there is a file already, and it is left as it is; edit it, or "
            "move it away"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written: {error.strerror}") from None


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _node_line(node: Node) -> str:
    if node.host is None and node.port is None and node.user is None:
        return f'"{node.name}"'
    pairs = [f'name = "{node.name}"']
    if node.host is not None:
        pairs.append(f'host = "{node.host}"')
    if node.relocation_host is not None:
        pairs.append(f'relocation_host = "{node.relocation_host}"')
    if node.port is not None:
        pairs.append(f"port = {node.port}")
    if node.user is not None:
        pairs.append(f'user = "{node.user}"')
    return f"{{ {', '.join(pairs)} }}"

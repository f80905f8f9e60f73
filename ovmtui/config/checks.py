"""What must fit together in settings whose every single value is well formed."""

from __future__ import annotations

import os
import re
import string
from collections.abc import Iterator, Mapping

from ovmtui.config.checkmanager import manager_mistakes, password_mistakes
from ovmtui.config.mistakes import KeyPath, Mistake, nearest
from ovmtui.config.schema import (
    COLOURS,
    Driver,
    ManagerKind,
    Pool,
    Settings,
    node_address_host,
)
from ovmtui.config.sudo import Sudo
from ovmtui.config.words import has_blank, host_problem, path_problem, quoted
from ovmtui.model.domain import Transit, split_transit_name

_HEX_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_SSH_PORT = 22


def pool_mistakes(pool: Pool, path: KeyPath) -> Iterator[Mistake]:
    """Yield what does not fit within `pool`, which stands at `path` in the file."""
    yield from _node_mistakes(pool, (*path, "nodes"))
    if isinstance(pool.sudo, Sudo):
        yield from password_mistakes(pool.sudo, (*path, "sudo"))
    if pool.colour is not None and not _is_colour(pool.colour):
        meant = nearest(pool.colour, COLOURS)
        mend = f"did you mean `{meant}`?" if meant else f"use one of {', '.join(COLOURS)}"
        yield Mistake(
            (*path, "colour"), f"unknown colour `{quoted(pool.colour)}`; {mend} (or `#rrggbb`)"
        )
    for index, pattern in enumerate(pool.repositories):
        if not pattern.startswith("/"):
            yield Mistake(
                (*path, "repositories", index),
                "must be an absolute path, with `*` where it varies: begin it with `/`",
            )
    if pool.guest_address is not None and not _is_address_template(pool.guest_address):
        yield Mistake(
            (*path, "guest_address"),
            "may hold `{name}` for the machine's name and no other braces: `{name}.example.com`",
        )
    for name, vm in pool.vms.items():
        problem = _vm_name_problem(name)
        if problem:
            yield Mistake((*path, "vms", name), problem)
        if vm.address is not None and has_blank(vm.address):
            yield Mistake((*path, "vms", name, "address"), "must be one host name or address")
    if pool.services is not None and (problem := path_problem(pool.services)):
        yield Mistake((*path, "services"), problem)
    if pool.manager is not None:
        yield from manager_mistakes(pool.manager, pool.members, (*path, "manager"))
    if pool.manager is None or pool.manager.kind is not ManagerKind.OVM3:
        drivers = {(): pool.driver} | {("vms", name): vm.driver for name, vm in pool.vms.items()}
        for place, driver in drivers.items():
            if driver is Driver.MANAGER:
                yield Mistake(
                    (*path, *place, "driver"),
                    '`manager` needs the pool\'s [manager] table with `kind = "ovm3"`: only '
                    "Oracle VM 3's manager starts machines for us",
                )


def shared_node_mistakes(pools: Mapping[str, Pool]) -> Iterator[Mistake]:
    """Yield each node that is reached at an address which another one has already.

    One server under two names would show each of its machines twice, and a guard that
    looks for a second copy would find one that does not exist.
    """
    seen: dict[tuple[str, int], str] = {}
    for pool_name, pool in pools.items():
        for index, node in enumerate(pool.members):
            address = (node_address_host(node).lower(), node.port or _SSH_PORT)
            other = seen.setdefault(address, f"{pool_name}/{node.name}")
            if other != f"{pool_name}/{node.name}":
                yield Mistake(
                    ("pools", pool_name, "nodes", index),
                    f"{quoted(node.name)} is at {quoted(address[0])}:{address[1]}, "
                    f"which is {quoted(other)} already; keep one of the two",
                )


def file_mistakes(settings: Settings) -> Iterator[Mistake]:
    """Yield what is wrong with the files that `settings` name."""
    for key, names in (
        ("ssh_config", settings.ssh_config or ()),
        ("identities", settings.identities),
    ):
        for index, name in enumerate(names):
            problem = path_problem(name)
            if not problem and not os.path.isfile(os.path.expanduser(name)):
                problem = f"there is no file `{quoted(name)}`; mend the name or leave it out"
            if problem:
                yield Mistake((key, index), problem)
    if settings.known_hosts is not None:
        problem = path_problem(settings.known_hosts)
        if problem:
            yield Mistake(("known_hosts",), problem)


def _node_mistakes(pool: Pool, path: KeyPath) -> Iterator[Mistake]:
    names: set[str] = set()
    for index, node in enumerate(pool.members):
        if node.name in names:
            yield Mistake(
                (*path, index), f"`{node.name}` is in this pool already; each name goes once"
            )
        names.add(node.name)
        for key in ("host", "relocation_host"):
            problem = host_problem(getattr(node, key))
            if problem:
                yield Mistake((*path, index, key), problem)
        if node.user is not None and (has_blank(node.user) or node.user.startswith("-")):
            yield Mistake((*path, index, "user"), "must be one login name")
        if isinstance(node.sudo, Sudo):
            yield from password_mistakes(node.sudo, (*path, index, "sudo"))


def _vm_name_problem(name: str) -> str:
    # Blanks within are possible: libxl takes any name.
    if not name or name != name.strip() or not name.isprintable():
        return "is no machine's name: use the one that `xm list` shows"
    if name == "Domain-0":
        return "is the node's control domain; it has no settings"
    if split_transit_name(name)[1] is not Transit.NONE:
        return f"is a name during a migration; use `{split_transit_name(name)[0]}`"
    return ""


def _is_address_template(text: str) -> bool:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return False
    return not has_blank(text) and all(
        name is None or (name == "name" and not form and conversion is None)
        for _, name, form, conversion in parts
    )


def _is_colour(text: str) -> bool:
    return text in COLOURS or bool(_HEX_COLOUR.fullmatch(text))

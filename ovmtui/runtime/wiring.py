"""From settings to the parts of the running side."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping

from ovmtui.config.access import is_legacy, sudo_of
from ovmtui.config.schema import (
    Manager,
    ManagerKind,
    Node,
    Pool,
    Settings,
    node_address_host,
)
from ovmtui.config.sudo import Sudo
from ovmtui.errors import SecretUnavailable
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import PoolView
from ovmtui.model.sudo import WITH_PASSWORD, WITHOUT_PASSWORD
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.ovm3manager import Ovm3Manager
from ovmtui.runtime.refusals import Notice
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.transport.commandline import CommandLineConnector
from ovmtui.transport.interface import Connector, Elevation, NodeAddress

Password = Callable[[Manager], Awaitable[str]]
"""Gives the password of a manager; raises SecretUnavailable."""
SudoPassword = Callable[[NodeKey, Sudo], Awaitable[str]]
"""Gives the password that sudo asks for on a node; raises SecretUnavailable."""


async def no_sudo_password(node: NodeKey, sudo: Sudo) -> str:
    """Give none: for a console whose nodes need none."""
    raise SecretUnavailable(f"nobody gives the sudo password of {node.name}")


def pool_views(settings: Settings) -> tuple[PoolView, ...]:
    """Return the pools as snapshots show them."""
    return tuple(
        PoolView(
            name=name,
            label=pool.label or name,
            nodes=tuple(NodeKey(name, node.name) for node in pool.members),
            production=pool.production,
            read_only=pool.read_only or settings.read_only,
            verbs=None if pool.verbs is None else frozenset(verb.value for verb in pool.verbs),
            colour=pool.colour,
            manager_configured=pool.manager is not None,
            wanted_ha={vm: set_.ha for vm, set_ in pool.vms.items() if set_.ha is not None},
        )
        for name, pool in settings.pools.items()
    )


def watchers(
    settings: Settings,
    connector: Connector,
    store: Store,
    clock: Clock,
    *,
    notify: Callable[[Notice], None],
    sudo_password: SudoPassword,
) -> dict[NodeKey, NodeWatcher]:
    """Return a watcher for each node, in configured order."""
    return {
        NodeKey(name, node.name): NodeWatcher(
            NodeKey(name, node.name),
            address_of(NodeKey(name, node.name), settings, sudo_password),
            connector=connector,
            store=store,
            clock=clock,
            intervals=settings.intervals,
            timeouts=settings.timeouts,
            repositories=pool.repositories,
            tidies=not (settings.read_only or pool.read_only),
            notify=notify,
        )
        for name, pool in settings.pools.items()
        for node in pool.members
    }


def node_of(key: NodeKey, settings: Settings) -> Node:
    """Return what the settings say of a node."""
    return next(node for node in settings.pools[key.pool].members if node.name == key.name)


def address_of(key: NodeKey, settings: Settings, sudo_password: SudoPassword) -> NodeAddress:
    """Return where and how to connect to a node."""
    pool, node, timeouts = settings.pools[key.pool], node_of(key, settings), settings.timeouts
    sudo = sudo_of(pool, node)
    password = functools.partial(sudo_password, key, sudo) if sudo and sudo.asks else None
    return NodeAddress(
        node_address_host(node),
        node.port,
        node.user,
        connect_timeout=timeouts.connect,
        login_timeout=timeouts.login,
        keepalive_interval=timeouts.keepalive,
        legacy=is_legacy(pool, node),
        elevation=None if sudo is None else Elevation(password),
    )


def entrances(settings: Settings) -> dict[NodeKey, str]:
    """Return what every command is run through, for each node with sudo."""
    return {
        NodeKey(name, node.name): WITH_PASSWORD if sudo.asks else WITHOUT_PASSWORD
        for name, pool in settings.pools.items()
        for node in pool.members
        if (sudo := sudo_of(pool, node)) is not None
    }


def managers(
    settings: Settings,
    nodes: Mapping[NodeKey, NodeWatcher],
    store: Store,
    clock: Clock,
    *,
    connector: CommandLineConnector,
    password: Password,
) -> dict[str, HaPoll]:
    """Return what asks the manager of each pool that has one."""
    found: dict[str, HaPoll] = {}
    for name, pool in settings.pools.items():
        if pool.manager is None:
            continue
        watched = {key: watcher for key, watcher in nodes.items() if key.pool == name}
        secret = functools.partial(password, pool.manager)
        if pool.manager.kind is ManagerKind.OVM3:
            found[name] = Ovm3Manager(
                name,
                pool.manager,
                connector=connector,
                names=_names(name, pool),
                watchers=watched,
                store=store,
                clock=clock,
                intervals=settings.intervals,
                timeouts=settings.timeouts,
                call_timeout=pool.budgets.manager,
                password=secret,
            )
        else:
            found[name] = ManagerPoll(
                name,
                pool.manager,
                watchers=watched,
                store=store,
                clock=clock,
                intervals=settings.intervals,
                call_timeout=pool.budgets.manager,
                password=secret,
            )
    return found


def _names(pool: str, settings: Pool) -> dict[NodeKey, tuple[str, ...]]:
    """Return what a manager may call each node: as we do, or as it is reached."""
    return {
        NodeKey(pool, node.name): tuple(
            dict.fromkeys(filter(None, (node.name, node.relocation_host, node.host)))
        )
        for node in settings.members
    }

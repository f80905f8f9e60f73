"""From settings to the parts of the running side."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping

from ovmtui.config.schema import (
    Manager,
    ManagerKind,
    Node,
    Pool,
    Settings,
    Timeouts,
    node_address_host,
)
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import PoolView
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.hapoll import HaPoll
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.ovm3manager import Ovm3Manager
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher, Notice
from ovmtui.transport.commandline import CommandLineConnector
from ovmtui.transport.interface import Connector, NodeAddress

Password = Callable[[Manager], Awaitable[str]]
"""Gives the password of a manager; raises SecretUnavailable."""


def pool_views(settings: Settings) -> tuple[PoolView, ...]:
    """Return the pools as snapshots show them."""
    return tuple(
        PoolView(
            name=name,
            label=pool.label or name,
            nodes=tuple(NodeKey(name, node.name) for node in pool.members),
            production=pool.production,
            read_only=pool.read_only or settings.read_only,
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
) -> dict[NodeKey, NodeWatcher]:
    """Return a watcher for each node, in configured order."""
    return {
        NodeKey(name, node.name): NodeWatcher(
            NodeKey(name, node.name),
            address_of(node, settings.timeouts),
            connector=connector,
            store=store,
            clock=clock,
            intervals=settings.intervals,
            timeouts=settings.timeouts,
            repositories=pool.repositories,
            tidies=not settings.read_only,
            notify=notify,
        )
        for name, pool in settings.pools.items()
        for node in pool.members
    }


def address_of(node: Node, timeouts: Timeouts) -> NodeAddress:
    """Return where and how to connect to `node`."""
    return NodeAddress(
        node_address_host(node),
        node.port,
        node.user,
        connect_timeout=timeouts.connect,
        login_timeout=timeouts.login,
        keepalive_interval=timeouts.keepalive,
    )


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

"""From settings to the parts of the running side."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Mapping

from ovmtui.config.schema import Manager, Node, Settings, Timeouts, node_address_host
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import PoolView
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.store import Store
from ovmtui.runtime.watcher import NodeWatcher, Notice
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
            tidies=not (settings.read_only or pool.read_only),
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
    password: Password,
) -> dict[str, ManagerPoll]:
    """Return a poll for each pool that has a manager."""
    return {
        name: ManagerPoll(
            name,
            pool.manager,
            watchers={key: watcher for key, watcher in nodes.items() if key.pool == name},
            store=store,
            clock=clock,
            intervals=settings.intervals,
            call_timeout=pool.budgets.manager,
            password=functools.partial(password, pool.manager),
        )
        for name, pool in settings.pools.items()
        if pool.manager is not None
    }

"""Asking everything that a check or a setup needs to know of the nodes; changes nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence

from ovmtui.config.schema import Manager, ManagerKind, Settings
from ovmtui.errors import OvmtuiError, PlanRefused, TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.node import Reach
from ovmtui.model.snapshot import PoolView
from ovmtui.plan.checkup.diagnosis import Diagnosis, Evidence, Ovm3Evidence
from ovmtui.plan.checkup.pools import diagnose
from ovmtui.plan.elevation import through_sudo
from ovmtui.plan.flows import mending
from ovmtui.plan.flows import setup as node_setup
from ovmtui.plan.flows.migrate import RELOCATION_PORT
from ovmtui.plan.permission import permitted
from ovmtui.plan.plan import Plan
from ovmtui.runtime.assembling import World
from ovmtui.runtime.lockcheck import check_locks
from ovmtui.runtime.manager import ManagerPoll
from ovmtui.runtime.ovm3check import ask_ovm3
from ovmtui.runtime.ovm3manager import Ovm3Manager
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.runtime.wiring import entrances
from ovmtui.toolstacks import nodecheck, probe, yumrepos
from ovmtui.toolstacks.filescan import read_files, scan_script
from ovmtui.toolstacks.ovmwizard import ManagerSite
from ovmtui.toolstacks.probe import Section, SectionResult

_TIMEOUT = 40.0
"""Seconds that one node's answers may take; a port that is filtered takes 5 s, all at once."""


class Checkup:
    """Checks pools and plans what mends them."""

    def __init__(self, settings: Settings, world: World) -> None:
        """Check the pools of `settings`."""
        self._settings = settings
        self._world = world

    async def pool(self, name: str, *, locks: bool) -> tuple[Diagnosis, ...]:
        """Check one pool; with `locks` its repositories' locks are tried for real, too."""
        await self._world.inspection.look(name)
        evidence = await self._evidence(name)
        tried = (
            await check_locks(
                name, self._world.snapshot(), self._world.watchers, self._world.operator
            )
            if locks and not self._world.snapshot().pool(name).read_only
            else ()
        )
        snapshot = self._world.snapshot()
        return diagnose(snapshot.pool(name), snapshot, evidence, tried)

    async def setup(self, node: NodeKey, *, anew: bool = False) -> Plan:
        """Return the plan that sets `node` up; with `anew` its configuration is done again.

        Raises:
            PlanRefused: it cannot be done, with the reasons.
        """
        pool = self._settings.pools[node.pool]
        manager = pool.manager
        if manager is None:
            raise PlanRefused((f"pool {node.pool} has no [manager] table in the configuration",))
        if manager.kind is ManagerKind.OVM3:
            raise PlanRefused(
                ("Oracle VM 3 needs nothing set up on its nodes: `ovmtui check` tells what is",)
            )
        facts = await self._setup_facts(node)
        if anew and facts.installed:
            facts = node_setup.SetupFacts(facts.repositories, facts.installed, None)
        timeouts, budgets = self._settings.timeouts, pool.budgets
        plan = node_setup.build(
            node,
            facts,
            node_setup.ManagerCalls(manager.command, manager.user, _site(manager), budgets.manager),
            self._world.snapshot(),
            now=self._world.clock.monotonic(),
            max_age=timeouts.freshness,
            grace=budgets.lock_grace,
        )
        plan = permitted(plan, self._world.snapshot().pool(node.pool))
        return through_sudo(plan, entrances(self._settings))

    def mend(self, diagnosis: Diagnosis) -> Plan:
        """Return the plan that runs what mends `diagnosis`.

        Raises:
            PlanRefused: it is nothing that can be run.
        """
        pool = self._settings.pools[diagnosis.pool]
        plan = mending.build(
            diagnosis,
            self._world.snapshot(),
            now=self._world.clock.monotonic(),
            timeout=pool.budgets.command,
            grace=pool.budgets.lock_grace,
        )
        plan = permitted(plan, self._world.snapshot().pool(diagnosis.pool))
        return through_sudo(plan, entrances(self._settings))

    async def _evidence(self, name: str) -> Evidence:
        pool = self._world.snapshot().pool(name)
        up = [key for key in pool.nodes if self._world.watchers[key].view.reach is Reach.UP]
        targets = self._relocation(pool)
        site = self._site(name)
        ports = [*targets.values(), *([site] if site is not None else [])]
        peers = {key: self._peers(key, pool) for key in up}
        hosts = {key: [targets[peer][0] for peer in found] for key, found in peers.items()}
        asked = await asyncio.gather(*(self._ask(key, ports, hosts[key]) for key in up))
        sections = dict(zip(up, asked, strict=True))
        answers = {key: nodecheck.read_answers(said) for key, said in sections.items()}
        opened = {key: nodecheck.open_ports(said) for key, said in sections.items()}
        return Evidence(
            answers=answers,
            reaches={
                key: None
                if found is None
                else frozenset(other for number, other in enumerate(targets) if number in found)
                for key, found in opened.items()
            },
            relocation={key: f"{host} port {port}" for key, (host, port) in targets.items()},
            logins={
                key: _by_peer(peers[key], nodecheck.read_logins(said))
                for key, said in sections.items()
                if peers[key]
            },
            manager_open={
                key: None if found is None or site is None else len(targets) in found
                for key, found in opened.items()
            },
            manager_site="" if site is None else f"{site[0]} {site[1]}",
            manager_login=await self._logins(name, [k for k in up if answers[k].ovmcli]),
            ovm3=await self._ovm3(name),
            login_users={key: self._world.watchers[key].login for key in up},
            mends={key: mend for key in pool.nodes if (mend := self._world.watchers[key].mend)},
        )

    async def _ask(
        self, key: NodeKey, ports: Sequence[tuple[str, int]], hosts: Sequence[str]
    ) -> Mapping[str, SectionResult]:
        sections = [
            nodecheck.USER,
            nodecheck.SUDO,
            nodecheck.OVMCLI,
            nodecheck.OVS_AGENT,
            nodecheck.AUTO_START,
            nodecheck.ports_section(ports),
            *([nodecheck.logins_section(hosts)] if hosts else []),
        ]
        return await _sections(self._world.watchers[key], sections)

    async def _logins(self, pool: str, nodes: Sequence[NodeKey]) -> dict[NodeKey, str]:
        """Call the manager once from each node, one after the other."""
        manager = self._world.managers.get(pool)
        if not isinstance(manager, ManagerPoll):
            return {}
        said: dict[NodeKey, str] = {}
        for node in nodes:
            try:
                await manager.try_from(node)
                said[node] = ""
            except OvmtuiError as error:
                said[node] = str(error)
        return said

    async def _ovm3(self, pool: str) -> Ovm3Evidence | None:
        manager, settings = self._world.managers.get(pool), self._settings.pools[pool].manager
        if settings is None or not isinstance(manager, Ovm3Manager):
            return None
        return await ask_ovm3(manager, settings)

    async def _setup_facts(self, node: NodeKey) -> node_setup.SetupFacts:
        watcher = self._world.watchers[node]
        try:
            session = watcher.session
            nonce = secrets.token_hex(8)
            script = scan_script(yumrepos.FOLDERS, nonce)
            found = read_files((await session.run(script, timeout=_TIMEOUT)).stdout, nonce)
            said = await _sections(watcher, [nodecheck.OVMCLI])
        except TransportError as error:
            raise PlanRefused((str(error),)) from None
        if found.value is None:
            raise PlanRefused((f"the yum repositories of {node.name} cannot be read",))
        files = {file.path: file.content for file in found.value}
        version = nodecheck.read_answers(said).ovmcli
        logins = await self._logins(node.pool, [node] if version else [])
        return node_setup.SetupFacts(
            repositories=yumrepos.read_repositories(files),
            installed=None if version is None else bool(version),
            login=logins.get(node),
        )

    def _peers(self, key: NodeKey, pool: PoolView) -> tuple[NodeKey, ...]:
        """Return the nodes that `key` would log in to for a migration with xl."""
        tools = {node: self._world.watchers[node].view.tool for node in pool.nodes}
        libxl = [node for node, tool in tools.items() if tool is not None and tool.is_libxl]
        return tuple(node for node in libxl if node != key) if key in libxl else ()

    def _relocation(self, pool: PoolView) -> dict[NodeKey, tuple[str, int]]:
        return {
            NodeKey(pool.name, node.name): (node.relocation_host or node.name, RELOCATION_PORT)
            for node in self._settings.pools[pool.name].members
        }

    def _site(self, pool: str) -> tuple[str, int] | None:
        manager = self._settings.pools[pool].manager
        if manager is None or manager.host is None or manager.kind is ManagerKind.OVM3:
            return None
        return manager.host, manager.listens_on


def _site(manager: Manager) -> ManagerSite | None:
    if manager.host is None:
        return None
    return ManagerSite(
        manager.host,
        manager.listens_on,
        manager.deploy_path or "",
        manager.vncviewer or "",
        manager.https,
    )


def _by_peer(
    peers: Sequence[NodeKey], said: Mapping[int, str] | None
) -> Mapping[NodeKey, str] | None:
    if said is None:
        return None
    return {peer: said[number] for number, peer in enumerate(peers) if number in said}


async def _sections(
    watcher: NodeWatcher, sections: Sequence[Section]
) -> Mapping[str, SectionResult]:
    """Ask a node; nothing of what it did not say is there."""
    nonce = secrets.token_hex(8)
    try:
        result = await watcher.session.run(probe.compose(sections, nonce), timeout=_TIMEOUT)
    except TransportError:
        return {}
    return probe.read(result.stdout, result.stderr, nonce)

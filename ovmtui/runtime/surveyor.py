"""What changes slowly on a node: its mounts, its OpenSVC agent and the agent's services."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from dataclasses import replace
from types import MappingProxyType

from ovmtui.config.schema import Timeouts
from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted
from ovmtui.model.identity import NodeKey
from ovmtui.model.service import Agent, AgentEra, ServiceFile, ServiceStatus
from ovmtui.model.storage import Mount, mount_of
from ovmtui.runtime.store import Store
from ovmtui.toolstacks import agentscan, mounts, probe, servicestatus, svcmgr
from ovmtui.toolstacks.filescan import scan_script
from ovmtui.toolstacks.probe import Section, SectionResult
from ovmtui.transport.interface import Session

_NOT_ASKED = ServiceStatus(problem="not asked yet")
_MOUNTS = Section("mounts", mounts.mounts_script())


class Surveyor:
    """Surveys one node and puts what it finds into the store."""

    def __init__(self, key: NodeKey, *, store: Store, timeouts: Timeouts) -> None:
        """Survey `key`."""
        self._key = key
        self._store = store
        self._timeouts = timeouts

    async def survey(self, session: Session) -> None:
        """Look once; what cannot be told leaves the last facts, with the reason beside them."""
        try:
            sections = await self._ask(session, _MOUNTS, agentscan.AGENT, agentscan.FROZEN)
            found = sections.get(_MOUNTS.name)
            mounted = mounts.parse_mounts(found.stdout).value if found is not None else ()
            self._tell(mounts=await self._with_space(session, mounted))
            agent = agentscan.agent_of(sections)
            services = await self._services(session) if agent is not None else ()
            frozen = agentscan.frozen_services(sections)
        except NodeLost:
            return
        except (CommandTimeout, SlotsExhausted) as error:
            self._tell(survey_problem=str(error))
            return
        if services is None:
            self._tell(survey_problem="the search for service files did not come to its end")
            return
        known = self._store.node(self._key).service_statuses
        statuses = {
            file.name: _flagged(known.get(file.name, _NOT_ASKED), agent, file.name in frozen)
            for file in services
            if file.on(self._key.name).drives_machine
        }
        self._tell(
            agent=agent,
            services=services,
            service_statuses=MappingProxyType(statuses),
            survey_problem="",
        )

    async def ask_agent(self, session: Session) -> None:
        """Ask the agent for the status of each service with a machine, one after the other.

        An old agent logs in to the manager for it, which takes seconds.
        """
        view = self._store.node(self._key)
        if view.agent is None:
            return
        for name in view.service_statuses:
            with contextlib.suppress(NodeLost):
                status = await self._status(session, view.agent, name)
                known = self._store.node(self._key).service_statuses
                if status.frozen is None:
                    # Its text says nothing of it, but the flag's file does.
                    status = replace(status, frozen=bool(known[name].frozen))
                self._tell(service_statuses=MappingProxyType({**known, name: status}))

    async def _services(self, session: Session) -> tuple[ServiceFile, ...] | None:
        nonce = secrets.token_hex(8)
        script = scan_script(agentscan.SERVICE_FILES, nonce)
        result = await session.run(script, timeout=self._timeouts.scan, limit=64 * 2**20)
        parsed = await asyncio.to_thread(agentscan.read_services, result.stdout, nonce)
        return parsed.value

    async def _status(self, session: Session, agent: Agent, service: str) -> ServiceStatus:
        if agent.era is AgentEra.UNKNOWN:
            version = agent.version or "of no known version"
            return ServiceStatus(problem=f"the agent ({version}) has commands that are not known")
        try:
            command = svcmgr.status_command(agent, service)
            result = await session.run(command.script, timeout=self._timeouts.probe)
        except ValueError as error:
            return ServiceStatus(problem=str(error))
        except (CommandTimeout, SlotsExhausted) as error:
            return ServiceStatus(problem=str(error))
        return servicestatus.parse_status(result.stdout, self._key.name).value

    async def _with_space(self, session: Session, mounted: tuple[Mount, ...]) -> tuple[Mount, ...]:
        """Add the space of the file systems that have a vm.cfg; a dead one is not waited for."""
        configs = self._store.node(self._key).configs or ()
        wanted = {
            mount.path for file in configs if (mount := mount_of(file.path, mounted)) is not None
        }
        if not wanted:
            return mounted
        try:
            result = await session.run(
                mounts.space_script(sorted(wanted)), timeout=self._timeouts.probe
            )
        except (CommandTimeout, SlotsExhausted):
            return mounted
        return mounts.with_space(mounted, result.stdout)

    async def _ask(self, session: Session, *sections: Section) -> dict[str, SectionResult]:
        nonce = secrets.token_hex(8)
        script = probe.compose(sections, nonce)
        result = await session.run(script, timeout=self._timeouts.probe)
        return probe.read(result.stdout, result.stderr, nonce)

    def _tell(self, **changes: object) -> None:
        view = replace(self._store.node(self._key), **changes)  # type: ignore[arg-type]  # fields
        self._store.set_node(view)


def _flagged(known: ServiceStatus, agent: Agent | None, frozen: bool) -> ServiceStatus:
    """Return `known` with what the flag's file says; later agents tell it in their status."""
    if frozen:
        return replace(known, frozen=True)
    tells = agent is not None and agent.era is not AgentEra.FIRST
    return known if tells else replace(known, frozen=False)

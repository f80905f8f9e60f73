"""What one node is asked, over one connection: its domains, its facts, its repositories."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace

from ovmtui.config.schema import Timeouts
from ovmtui.errors import CommandTimeout, NodeLost, SlotsExhausted
from ovmtui.model.domain import Domain, DomainDetail, Transit
from ovmtui.model.identity import NodeKey
from ovmtui.model.tool import Tool
from ovmtui.runtime.clock import Clock
from ovmtui.runtime.interface import MessageRaised
from ovmtui.runtime.probing import (
    CpuMeter,
    DomainKey,
    details_of,
    identified,
    listing_problem,
    tool_of,
    with_node_facts,
)
from ovmtui.runtime.store import Store
from ovmtui.toolstacks import probe, xm
from ovmtui.toolstacks.probe import Section, SectionResult
from ovmtui.transport.interface import Session


class Prober:
    """Asks one node and puts what it says into the store."""

    def __init__(
        self,
        key: NodeKey,
        *,
        store: Store,
        clock: Clock,
        timeouts: Timeouts,
        repositories: tuple[str, ...],
        notify: Callable[[MessageRaised], None],
    ) -> None:
        """Begin knowing nothing."""
        self._key = key
        self._store = store
        self._clock = clock
        self._timeouts = timeouts
        self._repositories = repositories
        self._notify = notify
        self._details: dict[DomainKey, DomainDetail] = {}
        self._meter = CpuMeter()
        self._facts_at = float("-inf")
        self._in_doubt = False
        """Whether the last listing failed, so that another program may count by now."""

    @property
    def facts_at(self) -> float:
        """When memory, CPU and identities were asked for last, on the monotonic clock."""
        return self._facts_at

    def forget_identities(self) -> None:
        """Ask for every identity anew: the node may have rebooted, and its ids begun anew."""
        self._details = {}
        self._facts_at = float("-inf")

    async def refresh(self, session: Session, *, deep: bool, again: bool = True) -> None:
        """List the domains; when `deep`, ask for everything else, too.

        A domain that leaves between the two listings is in the first one only: with `again`
        both are asked for once more before anything is said to be in doubt.

        Raises:
            NodeLost: the connection broke.
        """
        try:
            began = self._clock.monotonic()
            tool = await self._known_tool(session)
            if tool is None:
                return
            detect = deep or self._in_doubt
            answer = await self._ask(session, *self._sections(tool, deep=deep, detect=detect))
            if detect and not self._confirms(tool, answer):
                # What was listed was asked of a program that does not count any more.
                tool = self._store.node(self._key).tool
                if tool is None:
                    return
                began = self._clock.monotonic()
                answer = await self._ask(session, *self._sections(tool, deep=deep, detect=False))
        except (CommandTimeout, SlotsExhausted) as error:
            self._tell(list_problem=str(error))
            return
        listing = f"{tool.name} list"
        problem = listing_problem(answer.get(probe.DOMAINS), listing)
        self._in_doubt = bool(problem)
        if problem:
            self._tell(list_problem=problem)
            return
        parsed = xm.parse_list(answer[probe.DOMAINS].stdout)
        if parsed.value is None:
            self._tell(list_problem=f"{listing} gave something that is no listing")
            return
        domains = parsed.value
        if not any(domain.is_domain_zero for domain in domains):
            self._tell(list_problem=f"{listing} names no Domain-0, so it is not complete")
            return
        if parsed.notes:
            # What hides in a line that cannot be read may be a running machine.
            problem = f"{listing} gave a line that makes no sense: {parsed.notes[0]}"
        told = await self._identify(session, tool, domains, answer)
        if told and again:
            await self.refresh(session, deep=deep, again=False)
            return
        problem = problem or told
        ended = self._clock.monotonic()
        view = with_node_facts(self._store.node(self._key), answer, wall=self._clock.wall())
        self._tell_reboot(view.boot_id)
        if deep:
            self._facts_at = began
        self._store.set_node(
            replace(
                view,
                domains=identified(domains, self._details),
                listed_at=began,
                list_problem=problem,
                latency_ms=(ended - began) * 1000.0,
                cpu_percent=self._meter.measure(domains, ended),
            )
        )

    async def _known_tool(self, session: Session) -> Tool | None:
        """Return the node's program, asking which it is where that is not known."""
        tool = self._store.node(self._key).tool
        if tool is None:
            answer = await self._ask(session, probe.TOOL)
            tool, why = tool_of(answer.get(probe.TOOL.name), None)
            self._tell_tool(tool, why)
        return tool

    def _confirms(self, tool: Tool, answer: Mapping[str, SectionResult]) -> bool:
        """Take in what the node says of its programs; return whether `tool` counts still."""
        now, why = tool_of(answer.get(probe.TOOL.name), tool)
        if now != tool:
            self._tell_tool(now, why)
        return now is not None and now.program is tool.program

    def _tell_tool(self, tool: Tool | None, why: str) -> None:
        if tool is None:
            self._tell(tool=None, list_problem=why)
        else:
            self._tell(tool=tool)

    def _sections(self, tool: Tool, *, deep: bool, detect: bool) -> list[Section]:
        sections = [probe.domains_section(tool), probe.LOAD]
        if detect:
            sections.append(probe.TOOL)
        if deep:
            sections += probe.identity_sections(tool)
            sections += [probe.info_section(tool), probe.BOOT, probe.CLOCK]
        return sections

    async def _identify(
        self,
        session: Session,
        tool: Tool,
        domains: tuple[Domain, ...],
        answer: Mapping[str, SectionResult],
    ) -> str:
        """Bring the identities up to date when a domain is listed that has none.

        Returns:
            Why it is not known which machine each domain is; empty when it is.
        """
        details = details_of(answer)
        asked = probe.IDENTITIES in answer
        if not asked and not self._unidentified(domains):
            return ""
        if details is None:
            with contextlib.suppress(CommandTimeout, SlotsExhausted):
                details = details_of(await self._ask(session, *probe.identity_sections(tool)))
        if details is not None:
            self._details = details
        elif asked:
            return f"{tool.name} list -l gave nothing that could be read"
        nameless = self._unidentified(domains)
        return f"{tool.name} list -l does not say which machine {nameless} is" if nameless else ""

    def _unidentified(self, domains: tuple[Domain, ...]) -> str:
        for domain in domains:
            if domain.is_domain_zero or domain.transit is not Transit.NONE:
                # libxl does not describe a domain that is arriving; its name tells.
                continue
            detail = self._details.get((domain.domid, domain.name))
            if detail is None or detail.uuid is None:
                return domain.name
        return ""

    async def _ask(self, session: Session, *sections: Section) -> dict[str, SectionResult]:
        nonce = secrets.token_hex(8)
        result = await session.run(probe.compose(sections, nonce), timeout=self._timeouts.probe)
        return probe.read(result.stdout, result.stderr, nonce)

    def _tell_reboot(self, boot_id: str | None) -> None:
        before = self._store.node(self._key).boot_id
        if before and boot_id and before != boot_id:
            text = f"{self._key.name} has rebooted"
            self._notify(MessageRaised(text, "warning", self._clock.wall()))

    async def scan(self, session: Session) -> None:
        """Search the repositories for vm.cfg files; a lost connection changes nothing."""
        nonce = secrets.token_hex(8)
        began = self._clock.monotonic()
        script = probe.scan_script(self._repositories, nonce)
        try:
            result = await session.run(script, timeout=self._timeouts.scan, limit=64 * 2**20)
        except (CommandTimeout, SlotsExhausted):
            seconds = self._timeouts.scan
            self._tell(scan_problem=f"searching the repositories took over {seconds:.0f} s")
            return
        except NodeLost:
            return
        # Thousands of files take long enough to read for a person to feel it.
        parsed = await asyncio.to_thread(probe.read_scan, result.stdout, nonce)
        if parsed.value is None:
            self._tell(scan_problem="searching the repositories failed")
        else:
            found = self._store.shared_configs(self._key, parsed.value)
            problem = "; ".join(parsed.notes[:3])
            self._tell(configs=found, scanned_at=began, scan_problem=problem)

    def _tell(self, **changes: object) -> None:
        view = replace(self._store.node(self._key), **changes)  # type: ignore[arg-type]  # fields
        self._store.set_node(view)

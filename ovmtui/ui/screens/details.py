"""All that is known of one machine, and who said it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual import work

from ovmtui.errors import OvmtuiError
from ovmtui.model.identity import VmKey
from ovmtui.model.text import visible
from ovmtui.model.tool import Tool
from ovmtui.model.vm import Copy, Vm
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.plan.leftovers import leftovers
from ovmtui.runtime.companions import PastJob
from ovmtui.toolstacks.consoles import console_command
from ovmtui.ui import actions
from ovmtui.ui.desk import Changes, Desk
from ovmtui.ui.screens.base import Page
from ovmtui.ui.screens.raw import RawScreen
from ovmtui.ui.screens.times import NONE, mib, moment, number
from ovmtui.ui.situation import Scope, Situation
from ovmtui.ui.viewmodel.surroundings import service_rows, storage_rows
from ovmtui.ui.viewmodel.times import age
from ovmtui.ui.viewmodel.trends import sparkline

_JOBS = 10
_SEARCHED = 500
"""Jobs of the journal among which those of the machine are looked for."""
_SHOWN_ABOVE = frozenset({"name", "memory", "vcpus", "disk", "vif", "uuid"})
"""Settings of vm.cfg that the page tells in words of its own."""


class DetailsScreen(Page[None]):
    """Copies, HA, configuration, disks, interfaces and last jobs of a machine."""

    SCOPE = Scope.DETAILS
    BINDINGS = actions.bindings(Scope.DETAILS)

    def __init__(self, desk: Desk, vm: VmKey) -> None:
        """Show `vm`."""
        super().__init__(desk)
        self._key = vm
        self._past: tuple[PastJob, ...] = ()
        """Jobs of earlier consoles, the newest first."""

    def title_text(self) -> tuple[str, str]:
        """Return name and state."""
        vm = self._vm
        if vm is None:
            return str(self._key), "not known any more"
        return vm.shown, f"{vm.state.value}  {vm.key.pool}"

    def on_mount(self) -> None:
        """Read what earlier consoles did to it."""
        super().on_mount()
        self._read()

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            past = await self.desk.console.history.jobs(limit=_SEARCHED)
        except OvmtuiError as error:
            self.desk.say(str(error), "error")
            return
        self._past = tuple(record for record in past if record.state.vm == self._key)
        self.redraw()

    def updated(self, changes: Changes) -> None:
        """Show things as they are now."""
        self.redraw()

    def content(self) -> RenderableType:
        """Return the page."""
        vm = self._vm
        if vm is None:
            return Text("no node lists it and no vm.cfg names it any more", self.desk.style("warn"))
        parts: list[RenderableType] = [self._facts(vm)]
        parts += self._part("domains", [self._copy(copy) for copy in vm.copies])
        parts += self._part("left over", self._left(vm))
        parts += self._part("OpenSVC service", service_rows(vm))
        parts += self._part("storage", storage_rows(vm, self.desk.console.shown))
        for file in vm.configs:
            parts += self._config(file)
        parts += self._part("lately", self._lately())
        parts += self._part("jobs", self._jobs())
        return Group(*parts)

    def situation(self) -> Situation:
        """Return the machine, and whether there is a file of it to show."""
        vm = self._vm
        return Situation(vm=vm, raw_obstacle="" if vm and vm.configs else "no vm.cfg is known")

    def do_raw(self) -> None:
        """Show the machine's vm.cfg as each node has it."""
        self.app.push_screen(RawScreen(self.desk, self._key))

    def do_command(self) -> None:
        """Copy the command of the machine's console."""
        vm = self._vm
        if vm is not None and vm.copies:
            copy = vm.copies[0]
            command = console_command(copy.domain, self._tool(copy))
            if command is None:
                self.desk.say(f"whether {copy.node.name} has xm or xl is not known", "warning")
                return
            self.app.copy_to_clipboard(visible(f"ssh -t {copy.node.name} {command.script}"))
            self.desk.say(f"copied: {command.shown}, on {copy.node.name}")

    @property
    def _vm(self) -> Vm | None:
        return self.desk.console.shown.vms.get(self._key)

    def _facts(self, vm: Vm) -> Table:
        rows = [("name", vm.name)]
        if vm.label != vm.name:
            rows.append(("friendly name", vm.label))
        rows += [("identity", vm.key.identity), ("state", vm.state.value)]
        if vm.reason:
            rows.append(("why", vm.reason))
        rows += [
            ("memory", mib(vm.memory_mib)),
            ("vcpus", number(vm.vcpus)),
            ("HA", self._ha(vm)),
            *(("console", f"{self._console_of(copy)}  on {copy.node.name}") for copy in vm.copies),
        ]
        return self._pairs(rows, marked={"why"})

    def _console_of(self, copy: Copy) -> str:
        command = console_command(copy.domain, self._tool(copy))
        return "the node's program is not known" if command is None else command.shown

    def _tool(self, copy: Copy) -> Tool | None:
        return self.desk.console.shown.nodes[copy.node].tool

    def _left(self, vm: Vm) -> list[tuple[str, str]]:
        return [
            (left.node.name, f"{left.what}: {left.why}; {left.remedy}")
            for left in leftovers(vm, self.desk.console.shown)
        ]

    def _ha(self, vm: Vm) -> str:
        fact = vm.ha
        source = f", says {fact.source}" if fact.source else ""
        reason = f": {fact.reason}" if fact.reason else ""
        when = ""
        if fact.observed_at is not None:
            when = f", {age(self.desk.console.monotonic() - fact.observed_at)} ago"
        wanted = ""
        if vm.wanted_ha is not None:
            wanted = f"; wanted {'on' if vm.wanted_ha.on else 'off'} by {vm.wanted_ha.source}"
            wanted += f": {self.desk.key_of('vm.mend-ha')} mends it" if vm.drifts else ""
        conflict = f"; but {fact.conflict}" if fact.conflict else ""
        return f"{fact.state.value}{source}{when}{reason}{conflict}{wanted}"

    def _copy(self, copy: Copy) -> tuple[str, str]:
        domain = copy.domain
        identifier = NONE if domain.domid is None else str(domain.domid)
        share = NONE if copy.cpu_percent is None else f"{copy.cpu_percent:.1f} %"
        seen = "" if copy.certain else "  when last seen"
        name = "" if domain.transit.value == "" else f"  as {domain.name}"
        return copy.node.name, (
            f"{domain.state.value}  id {identifier}  {domain.memory_mib} MiB  "
            f"{domain.vcpus} vcpus  cpu {share}  {domain.cpu_seconds:.0f} s of cpu time{name}{seen}"
        )

    def _config(self, file: ConfigFile) -> list[RenderableType]:
        config = file.config
        rows = [(f"disk {d.device} {d.mode}", f"{d.kind}:{d.path}") for d in config.disks]
        rows += [(f"nic {i.bridge or NONE}", i.mac or "MAC not stated") for i in config.interfaces]
        rows += [("not understood", note) for note in file.notes]
        rows += [setting for setting in config.settings if setting[0] not in _SHOWN_ABOVE]
        return self._part(file.path, rows)

    def _lately(self) -> Iterable[tuple[str, str]]:
        cpu, memory = self.desk.trends.of_vm(self._key)
        width = max(10, min(60, self.size.width - 40))
        for name, figures, top, unit in (
            ("cpu", cpu, 100.0, " %"),
            ("memory", memory, None, " MiB"),
        ):
            if bars := sparkline(figures, width=width, top=top):
                known = [figure for figure in figures if figure is not None]
                yield name, f"{bars}  {min(known):.0f} to {max(known):.0f}{unit}"

    def _jobs(self) -> Iterable[tuple[str, str]]:
        own = {job.job: job for job in self.desk.console.jobs if job.vm == self._key}
        past = [record for record in self._past if record.state.job not in own]
        for job in list(reversed(own.values()))[:_JOBS]:
            outcome = job.outcome.value if job.outcome else "under way"
            yield moment(job.started_at), f"{job.title}  {outcome}  {job.summary}"
        for record in past[: max(0, _JOBS - len(own))]:
            outcome = record.state.outcome.value if record.state.outcome else "not ended"
            said = f"{record.state.title}  {outcome}  {record.state.summary}"
            yield moment(record.state.started_at), f"{said}  ({record.user})"

    def _part(self, title: str, rows: Iterable[tuple[str, str]]) -> list[RenderableType]:
        listed = list(rows)
        if not listed:
            return []
        return [Text(), Text(visible(title), self.desk.style("accent")), self._pairs(listed)]

    def _pairs(
        self, rows: Iterable[tuple[str, str]], *, marked: frozenset[str] | set[str] = frozenset()
    ) -> Table:
        style = self.desk.style
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=16)
        table.add_column(ratio=1, overflow="fold")
        table.expand = True
        for name, value in rows:
            role = "warn" if name in marked else "text"
            table.add_row(
                Text(visible(name), style("dim"), overflow="fold"),
                Text(visible(value), style(role)),
            )
        return table

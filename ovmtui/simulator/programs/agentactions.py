"""What an OpenSVC agent does for start, stop, migrate and the rest, as its drivers do it."""

from __future__ import annotations

import configparser
import glob
from collections.abc import Awaitable, Callable

from ovmtui.simulator import reservations
from ovmtui.simulator.programs.agentlog import AgentOutput
from ovmtui.simulator.programs.call import Call, Ran

_STARTUP = 180.0
_SHUTDOWN = 120.0
_SEPARATOR = '-S";"'


class _Stopped(Exception):
    """The action stops here; its reason was told."""


class Action:
    """One action of the agent of one node on one service."""

    def __init__(
        self, call: Call, service: str, config: configparser.RawConfigParser, said: AgentOutput
    ) -> None:
        """Act for the service that `config` describes."""
        self._call = call
        self._config = config
        self._said = said
        self._service = service
        self._version = call.node.spec.opensvc
        self.heartbeat = self._heartbeat()
        self.container = next((s for s in config.sections() if s.startswith("container#")), "ovm")
        self.vm = self._value(self.container, "name") or config.defaults().get("vm_name", service)

    async def perform(self, verb: str, target: str) -> int:
        """Perform `verb`; return the exit code."""
        try:
            match verb:
                case "start":
                    await self._start()
                case "stop":
                    await self._stop()
                case "migrate":
                    await self._migrate(target)
                case "mount" | "startfs" | "prstart":
                    await self._reserve()
                case "prstop":
                    self._release()
                case _:
                    self._say("ERROR", "", f"action '{verb}' is not supported")
                    return 1
        except _Stopped:
            self._say("ERROR", "", f"'{verb}' action stopped on execution error")
            return 1
        return 0

    async def look(self) -> tuple[bool, str, str]:
        """Return whether the machine is up here, the heartbeat's word and what it complains of."""
        up = await self._is_up()
        if not self.heartbeat:
            return up, "n/a", ""
        info = await self._ovm("vm", "info", "-n", self.vm, "-s", await self._pool())
        on = "vailability: Enabled" in info.stdout
        return up, "up" if on else "warn", "" if on else "# HA not enabled for this VM"

    async def switch_ha(self, *, on: bool) -> None:
        """Switch high availability; only the exit code of `ovm` counts."""
        if not self.heartbeat or not self._has_heartbeat_driver():
            return
        pool = await self._pool()
        words = ("vm", "conf", "-n", self.vm, "-s", pool, "-e" if on else "-d")
        user = self._call.world.spec.manager_user
        self._say("INFO", self.heartbeat, f"ovm -u {user} -p XXXXXX {' '.join(words)}")
        ran = await self._ovm(*words)
        if "Error:" in ran.stdout:
            self._say("ERROR", self.heartbeat, ran.stdout.strip())
        else:
            self._say("INFO", self.heartbeat, ran.stdout.rstrip("\n") + "\n")
        if ran.exit_code:
            self._say("ERROR", self.heartbeat, "ovm command execution error")
            raise _Stopped

    async def _start(self) -> None:
        running = await self._is_up()
        for section in self._config.sections():
            address = self._value(section, "ipname") if section.startswith("ip#") else ""
            if not address or running:
                continue
            ran = await self._call.run("ping", "-c", "1", "-W", "5", "-w", "5", address)
            if ran.exit_code == 0:
                self._say("ERROR", section, f"{address} is already up on another host")
                raise _Stopped
        if running:
            self._say("INFO", self.container, f"container {self.vm} already started")
        else:
            await self._reserve()
            await self._vcall("xm", "create", self._vm_config())
            await self._wait("up", self._is_up, _STARTUP)
            await self._wait("ping", self._answers, _STARTUP)
            await self._wait("operational", self._logs_in, _STARTUP)
        await self.switch_ha(on=True)

    async def _stop(self) -> None:
        await self.switch_ha(on=False)
        if not await self._is_up():
            self._say("INFO", self.container, f"container {self.vm} already stopped")
        else:
            await self._vcall("xm", "shutdown", self.vm)
            try:
                await self._wait("down", self._is_down, _SHUTDOWN, "shutdown")
            except _Stopped:
                await self._vcall("xm", "destroy", self.vm)
                await self._wait("down", self._is_down, _SHUTDOWN, "shutdown")
        self._release()

    async def _migrate(self, target: str) -> None:
        nodes = self._config.defaults().get("nodes", "").split()
        if target not in nodes or target not in self._call.world.nodes:
            self._say("ERROR", "", f"destination node {target or None} is not in service node list")
            raise _Stopped
        self._release()
        await self._remotely(target, "mount")
        await self._vcall("xm", "migrate", "-l", self.vm, target)
        await self._remotely(target, "prstart")

    async def _remotely(self, target: str, verb: str) -> None:
        words = ("svcmgr", "-s", self._service, "--cluster", "--waitlock", "60", verb)
        if self._version.startswith("1"):
            text = f"exec '/usr/bin/{' '.join(words)}' on node {target}"
            self._say("INFO", "", text)
        await self._call.run(*words, on=self._call.world.nodes[target])

    async def _vcall(self, *words: str) -> None:
        self._say("INFO", self.container, " ".join(words))
        ran = await self._call.run(*words)
        self._said.output(self.container, ran.stdout if ran.exit_code == 0 else "")
        if ran.exit_code:
            self._say("ERROR", self.container, f"stderr:\n{ran.stderr}")
            if words[1] == "migrate" and reservations.wanted(self._config):
                self._say(
                    "ERROR",
                    "",
                    "scsi reservations where dropped. you have to acquire them now using the "
                    "'prstart' action either on source node or destination node, depending on "
                    "your problem analysis.",
                )
            raise _Stopped

    async def _wait(
        self,
        what: str,
        check: Callable[[], Awaitable[bool]],
        budget: float,
        why: str = "startup",
    ) -> None:
        suffix = " status" if what in {"up", "down"} else ""
        self._say("INFO", self.container, f"wait for container {what}{suffix}")
        end = self._call.world.now + budget
        while not await check():
            if self._call.world.now >= end:
                self._say("ERROR", self.container, f"Waited too long for {why}")
                raise _Stopped
            await self._call.world.timeline.sleep(1.0)

    async def _is_up(self) -> bool:
        ran = await self._call.run("xm", "list", "--state=running")
        if ran.exit_code:
            # The driver's own mistake: a list that fails reads as "down".
            return False
        rows = (line.split() for line in ran.stdout.splitlines())
        return any(len(row) >= 4 and row[0] == self.vm for row in rows)

    async def _is_down(self) -> bool:
        return not await self._is_up()

    async def _answers(self) -> bool:
        ran = await self._call.run("ping", "-c", "1", "-W", "1", "-w", "1", self.vm)
        return ran.exit_code == 0

    async def _logs_in(self) -> bool:
        ran = await self._call.run("ssh", "-n", "-o", "ConnectTimeout=1", self.vm, "pwd")
        return ran.exit_code == 0

    async def _reserve(self) -> None:
        if reservations.wanted(self._config):
            await reservations.take(self._call, self.vm)

    def _release(self) -> None:
        if reservations.wanted(self._config):
            reservations.release(self._call.world, self._call.node, self.vm)

    async def _ovm(self, *words: str) -> Ran:
        spec = self._call.world.spec
        login = ("-u", spec.manager_user, "-p", spec.manager_password, _SEPARATOR)
        return await self._call.run("ovm", *login, *words)

    async def _pool(self) -> str:
        listed = await self._ovm("svr", "ls")
        for line in listed.stdout.splitlines():
            fields = [field.strip('"') for field in line.split(";")]
            if len(fields) == 4 and fields[1] == self._call.node.name:
                return fields[3]
        self._say("ERROR", self.heartbeat or "", "can't find node's pool name")
        raise _Stopped

    def _has_heartbeat_driver(self) -> bool:
        return not self._version.startswith(("1.9", "2"))

    def _heartbeat(self) -> str:
        for section in self._config.sections():
            if (
                section.startswith("hb#")
                and self._value(section, "type") == "ovm"
                and self._value(section, "disable") != "true"
                and not self._call.node.spec.opensvc.startswith("2")
            ):
                return section
        return ""

    def _value(self, section: str, key: str) -> str:
        if not self._config.has_section(section):
            return ""
        scoped = f"{key}@{self._call.node.name.lower()}"
        return self._config.get(section, scoped, fallback="") or self._config.get(
            section, key, fallback=""
        )

    def _vm_config(self) -> str:
        pattern = f"{self._call.world.root}/var/ovs/mount/*/running_pool/*/vm.cfg"
        for path in sorted(glob.glob(pattern)):
            with open(path) as file:
                if f"'{self.vm}'" in (text := file.read()) or f'"{self.vm}"' in text:
                    return path
        self._say("ERROR", self.container, "no configuration file found in repositories")
        raise _Stopped

    def _say(self, level: str, rid: str, text: str) -> None:
        self._said.say(level, rid, text)

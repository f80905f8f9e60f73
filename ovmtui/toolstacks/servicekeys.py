"""What the keys of an OpenSVC service file mean for one node."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ovmtui.model.identity import canonical_uuid
from ovmtui.model.service import Service, ServiceAddress
from ovmtui.model.text import visible
from ovmtui.toolstacks.servicevalues import Values

ENVIRONMENTS = frozenset("PRD PPRD REC INT DEV TST TMP DRP FOR PRA PRJ STG".split())
_ORCHESTRATE = frozenset({"no", "start", "ha"})
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/+-]*")
_HOST = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:-]*")
_NEEDS_NUMBER = frozenset({"ip", "hb", "container"})


class Reader:
    """Reads one service file as one node does."""

    def __init__(self, values: Values, path: str, name: str) -> None:
        """Read `values` of the file `path` of service `name`."""
        self._values = values
        self._path = path
        self._name = name

    def service(self) -> Service:
        """Return what the file says; each mistake becomes a note."""
        self._check_sections()
        container, drives = self._machine()
        heartbeat, heartbeat_disabled, heartbeat_unclear = self._heartbeat()
        owner = container if container != "ovm" else "DEFAULT"
        uuid = self._uuid(owner)
        return Service(
            name=self._name,
            path=self._path,
            environment=self._environment(),
            nodes=self._values.nodes,
            recovery_nodes=self._values.recovery,
            orchestrate=self._orchestrate(),
            drives_machine=drives,
            container=container,
            vm_name=self._vm_name(owner),
            vm_uuid=uuid,
            guest_os=self._values.text(owner, "guestos")
            or self._values.text(owner, "guest_os")
            or self._values.text("DEFAULT", "guest_os")
            or self._values.text("DEFAULT", "guestos"),
            heartbeat=heartbeat,
            heartbeat_disabled=heartbeat_disabled,
            heartbeat_unclear=heartbeat_unclear,
            addresses=tuple(self._addresses()),
            reservations=any(
                self._values.flag(section, "scsireserv") for section in ("DEFAULT", "vmdg", owner)
            ),
            start_timeout=self._values.seconds(owner, "start_timeout"),
            stop_timeout=self._values.seconds(owner, "stop_timeout"),
            disabled=self._values.is_disabled("DEFAULT"),
        )

    def _check_sections(self) -> None:
        for section, line in self._values.sections.lines.items():
            if section in _NEEDS_NUMBER:
                self._values.note(line, f"[{section}]", f"needs a number, such as [{section}#1]")
        if "DEFAULT" not in self._values.sections.values:
            self._values.note(1, "[DEFAULT]", "there is no such section")
        elif not self._values.nodes and self._values.value("DEFAULT", "nodes") is None:
            line = self._values.sections.lines["DEFAULT"]
            self._values.note(
                line, "nodes", "is missing: only the node that has the file may have it"
            )

    def _machine(self) -> tuple[str, bool]:
        """Return the resource id of the machine, and whether there is one."""
        for section in self._values.resources("container"):
            kind = self._values.text(section, "type") or ""
            if kind == "ovm" and not self._values.is_disabled(section):
                return section, True
            if kind.lower() == "ovm" and kind != "ovm":
                self._values.complain(section, "type", f"`{kind}` is no type; write `ovm`")
        mode = self._values.text("DEFAULT", "mode") or ""
        if mode != "ovm" and mode.lower() == "ovm":
            self._values.complain("DEFAULT", "mode", f"`{visible(mode)}` is no mode; write `ovm`")
        return "ovm", mode == "ovm"

    def _heartbeat(self) -> tuple[str | None, bool, bool]:
        """Return the heartbeat that counts, and whether one is disabled, or unclear."""
        disabled, unclear = False, "hb" in self._values.sections.values
        for section in self._values.resources("hb"):
            kind = self._values.text(section, "type")
            if kind == "ovm":
                if not self._values.is_disabled(section):
                    return section, False, False
                disabled = True
            elif kind is None:
                unclear = True
                self._values.note(
                    self._values.sections.lines[section], f"[{section}] type", "is missing"
                )
            elif kind.lower() == "ovm":
                unclear = True
                self._values.complain(
                    section, "type", f"`{visible(kind)}` is no type: agents ignore it; write `ovm`"
                )
        return None, disabled, unclear

    def _environment(self) -> str | None:
        for key in ("env", "service_type"):
            if (text := self._values.text("DEFAULT", key)) is not None:
                if text.upper() not in ENVIRONMENTS:
                    self._values.complain(
                        "DEFAULT", key, f"`{visible(text, limit=40)}` is no environment"
                    )
                    return None
                return text.upper()
        return None

    def _orchestrate(self) -> str | None:
        text = self._values.text("DEFAULT", "orchestrate")
        if text is None:
            started_on = self._values.words("DEFAULT", "autostart_node")
            return "start" if started_on else None
        if text.lower() in _ORCHESTRATE:
            return text.lower()
        self._values.complain(
            "DEFAULT", "orchestrate", f"`{visible(text, limit=40)}` is none of no, start, ha"
        )
        return None

    def _vm_name(self, owner: str) -> str:
        for section, key in ((owner, "name"), (owner, "vm_name"), ("DEFAULT", "vm_name")):
            if section == "DEFAULT" and key == "name":
                continue
            if (text := self._values.text(section, key)) is not None:
                if _NAME.fullmatch(text):
                    return text
                self._values.complain(
                    section, key, f"`{visible(text, limit=60)}` is no machine's name"
                )
        return self._name

    def _uuid(self, owner: str) -> str | None:
        for section, key in ((owner, "uuid"), (owner, "vm_uuid"), ("DEFAULT", "vm_uuid")):
            if (text := self._values.text(section, key)) is not None:
                uuid = canonical_uuid(text)
                if uuid is None:
                    self._values.complain(section, key, f"`{visible(text, limit=60)}` is no UUID")
                return uuid
        return None

    def _addresses(self) -> Iterator[ServiceAddress]:
        for section in self._values.resources("ip"):
            if self._values.is_disabled(section):
                continue
            name = self._values.text(section, "ipname")
            if name is None:
                self._values.note(
                    self._values.sections.lines[section], f"[{section}] ipname", "is missing"
                )
            elif not _HOST.fullmatch(name):
                self._values.complain(
                    section, "ipname", f"`{visible(name, limit=60)}` is no address"
                )
            else:
                yield ServiceAddress(section, name, self._values.text(section, "ipdev"))

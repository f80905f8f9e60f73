"""The values of one OpenSVC service file, as one node reads them."""

from __future__ import annotations

import re

from ovmtui.model.text import visible
from ovmtui.toolstacks.serviceini import Sections, Value

_TRUE = frozenset({"true", "yes", "on", "1", "y", "t"})
_FALSE = frozenset({"false", "no", "off", "0", "n", "f"})
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0, "w": 604_800.0}
_DURATION = re.compile(r"(?:\d{1,9}[smhdw])+")
_PART = re.compile(r"(\d{1,9})([smhdw])")
_REFERENCE = re.compile(r"\{([A-Za-z0-9_.#@-]+)\}")
_RESOURCE = re.compile(r"(?P<kind>[a-z]+)#(?P<number>[A-Za-z0-9_]+)")
_DEPTH = 8
"""References within references that are followed."""
_LONGEST = 65_536
"""Characters that a value may grow to by its references."""


class Values:
    """Looks values up by their scopes and tells each mistake once, with its place."""

    def __init__(
        self, sections: Sections, path: str, name: str, *, node: str | None, notes: list[str]
    ) -> None:
        """Read `sections` as `node`, in lower case; None: as some member of `nodes`."""
        self.sections = sections
        self._path = path
        self._name = name
        self._node = node
        self._notes = notes
        self.nodes: tuple[str, ...] = ()
        self.recovery: tuple[str, ...] = ()
        self.nodes = self.words("DEFAULT", "nodes")
        self.recovery = self.words("DEFAULT", "drpnodes") or self.words("DEFAULT", "drpnode")

    def resources(self, kind: str) -> list[str]:
        """Return the sections `kind#N`, by number."""
        found = [
            (match["number"].zfill(6), section)
            for section in self.sections.values
            if (match := _RESOURCE.fullmatch(section)) and match["kind"] == kind
        ]
        return [section for _, section in sorted(found)]

    def is_disabled(self, section: str) -> bool:
        """Whether the resource of a section is disabled, or the whole service."""
        words = {word.lower() for word in self.words(section, "disable_on")}
        if "nodes" in words:
            words |= {node.lower() for node in self.nodes}
        if "drpnodes" in words:
            words |= {node.lower() for node in self.recovery}
        return self.flag(section, "disable") or (self._node or "nodes") in words

    def flag(self, section: str, key: str) -> bool:
        """Return a truth value; False where there is none."""
        text = self.text(section, key)
        if text is None:
            return False
        if text.lower() not in _TRUE | _FALSE:
            self.complain(section, key, f"`{visible(text, limit=40)}` is neither true nor false")
        return text.lower() in _TRUE

    def seconds(self, section: str, key: str) -> float | None:
        """Return a duration, such as `120` or `2m`; None where there is none."""
        text = self.text(section, key)
        if text is None:
            return None
        if text.isdecimal() and len(text) < 10:
            return float(text)
        if not _DURATION.fullmatch(text):
            self.complain(section, key, f"`{visible(text, limit=40)}` is no duration, such as 2m")
            return None
        return sum(float(count) * _UNITS[unit] for count, unit in _PART.findall(text))

    def words(self, section: str, key: str) -> tuple[str, ...]:
        """Return a list, without repetition."""
        return tuple(dict.fromkeys((self.text(section, key) or "").split()))

    def text(self, section: str, key: str) -> str | None:
        """Return a value with its references replaced; None where there is none."""
        value = self.value(section, key)
        if value is None or not value.text:
            return None
        text = value.text
        for _ in range(_DEPTH):
            replaced = _REFERENCE.sub(self._referred, text)
            if replaced == text:
                break
            text = replaced
        if _REFERENCE.search(text):
            self.complain(section, key, f"`{visible(text, limit=60)}` refers to what is not there")
            return None
        return text

    def _referred(self, match: re.Match[str]) -> str:
        word = match[1].lower()
        known = {"svcname": self._name, "name": self._name}
        if self._node is not None:
            known |= {"nodename": self._node, "short_nodename": self._node.partition(".")[0]}
        if word in known:
            return known[word]
        section, _, key = word.rpartition(".")
        found = self.value(section if section and section != "default" else "DEFAULT", key)
        return match[0] if found is None else found.text

    def value(self, section: str, key: str) -> Value | None:
        """Return a value by its scopes: `key@NODE`, `key@nodes`, `key@drpnodes`, `key`."""
        keys = self.sections.values.get(section, {})
        scopes = ["nodes"]
        if self._node is not None:
            # Whether the node is one of these is told by the plain keys alone.
            groups = (("nodes", self.nodes), ("drpnodes", self.recovery))
            scopes = [self._node] + [
                group
                for group, members in groups
                if self._node in {member.lower() for member in members}
            ]
        for scope in scopes:
            if (found := keys.get(f"{key}@{scope}")) is not None:
                return found
        return keys.get(key)

    def complain(self, section: str, key: str, problem: str) -> None:
        """Note what is wrong with the value of a key."""
        value = self.value(section, key)
        self.note(value.line if value else 1, f"[{section}] {key}", problem)

    def note(self, line: int, what: str, problem: str) -> None:
        """Note what is wrong in a line."""
        text = f"{visible(self._path, limit=200)}:{line}: {visible(what, limit=80)}: {problem}"
        if text not in self._notes:
            self._notes.append(text)

"""A host key that is not the one that was known, and where that one is written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownEntry:
    """One line of known_hosts about one host."""

    file: str
    line: int
    """Its number, from 1."""
    text: str
    """The line as it stands there, without its end."""
    kind: str
    """The key's algorithm, such as `ssh-rsa`."""
    fingerprint: str
    hashed: bool
    """Whether the line hides whose key it is."""
    since: str
    """Since when it is there, as the line itself says; empty when it does not."""

    @property
    def place(self) -> str:
        """Where it stands, as `file:line`."""
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class HostKeyChange:
    """What a host shows instead of what is known of it."""

    name: str
    """What the key is looked up by in known_hosts: `host`, or `[host]:port`."""
    fingerprint: str
    """Of the key that is shown now."""
    key: str
    """That key in OpenSSH's one-line form."""
    entries: tuple[KnownEntry, ...]
    """What known_hosts has of the host."""
    written: str = ""
    """When known_hosts was last written, whatever it was for."""
    obstacle: str = ""
    """Why the lines can only be mended by hand; empty when they can be replaced."""

    @property
    def kind(self) -> str:
        """The algorithm of the key that is shown now."""
        return self.key.partition(" ")[0]

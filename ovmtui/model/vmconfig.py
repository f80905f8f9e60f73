"""A vm.cfg as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disk:
    """One entry of `disk = […]`."""

    kind: str
    """The part before the path: `file`, `phy`, `tap:aio`; empty when absent."""
    path: str
    device: str
    mode: str
    """`r`, `w` or `w!`; only `w!` allows two writers."""

    @property
    def exclusive(self) -> bool:
        """Whether two machines that write to it destroy it."""
        return self.mode == "w"


@dataclass(frozen=True, slots=True)
class Interface:
    """One entry of `vif = […]`."""

    mac: str | None
    bridge: str | None


@dataclass(frozen=True, slots=True)
class VmConfig:
    """What a vm.cfg says, as far as it could be read without executing it."""

    name: str | None
    uuid: str | None
    """Canonical, or None."""
    memory_mib: int | None
    vcpus: int | None
    disks: tuple[Disk, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    simple_name: str | None = None
    """Oracle VM 3's friendly name, `OVM_simple_name`."""
    high_availability: bool | None = None
    """Oracle VM 3's `OVM_high_availability`; None where the key is absent."""
    settings: tuple[tuple[str, str], ...] = ()
    """Each key with its value as text, secrets masked, in the file's order."""


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A vm.cfg that was found on a node."""

    path: str
    config: VmConfig
    notes: tuple[str, ...] = ()
    """What in the file was not understood."""

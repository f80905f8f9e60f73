"""What is kept on disk about the upkeep of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ovmtui.runtime.maintenance import Maintenance
from ovmtui.runtime.origins import Origins


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Nodes in maintenance, and where their machines were."""

    origins: Origins
    maintenance: Maintenance

    @classmethod
    def at(cls, directory: Path) -> Upkeep:
        """Return what is kept in `directory`, which must exist."""
        return cls(Origins(directory / "origins.json"), Maintenance(directory / "maintenance.json"))

"""The service files of a pool's local directory."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from ovmtui.config.schema import Settings
from ovmtui.model.service import ServiceFile
from ovmtui.model.text import visible
from ovmtui.runtime.store import Store
from ovmtui.toolstacks import servicefile

_MOST = 10_000
"""Files of a directory that are read."""


class LocalServices:
    """Reads the directories of all pools and puts their files into the store."""

    def __init__(self, settings: Settings, store: Store, tell: Callable[[str], None]) -> None:
        """Know the directories of `settings`; `tell` takes what cannot be read."""
        self._directories = {
            name: pool.services for name, pool in settings.pools.items() if pool.services
        }
        self._store = store
        self._tell = tell

    async def read(self) -> None:
        """Read every directory once."""
        for pool, directory in self._directories.items():
            files, problem = await asyncio.to_thread(read_directory, directory)
            self._store.set_services(pool, files, problem)
            if problem:
                self._tell(f"service files of {pool}: {problem}")


def read_directory(directory: str) -> tuple[tuple[ServiceFile, ...], str]:
    """Return the service files of `directory`, and why it cannot be read; empty when it can."""
    folder = Path(directory).expanduser()
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        return (), f"{visible(str(folder), limit=200)}: {error.strerror}"
    files = []
    problems = []
    for name in [name for name in names if servicefile.service_name(name)][:_MOST]:
        path = folder / name
        try:
            if not path.is_file():
                continue
            with path.open("rb") as file:
                content = file.read(servicefile.MOST_BYTES + 1)
        except OSError as error:
            problems.append(f"{visible(str(path), limit=200)}: {error.strerror}")
            continue
        files.append(servicefile.parse(content.decode("utf-8", "replace"), str(path)))
    return tuple(files), "; ".join(problems[:3])

"""What belongs to the operator: preferences, keys and themes, from and to the disk."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import locale
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ovmtui.config import paths
from ovmtui.errors import ConfigurationError, JournalError
from ovmtui.model.identity import NodeKey
from ovmtui.runtime.statefile import StateFile
from ovmtui.ui.keymap import PRESETS, Keymap, preset, read_keymap
from ovmtui.ui.preferences import Personal, Preferences, merge, read_preferences

_LOOK = 2.0
"""Seconds between looks at the operator's theme files."""
_DELAY = 1.0
"""Seconds after a change before it is written: typing a filter is one change, not ten."""
_LONGEST_DELAY = 60.0
"""Seconds at most between two tries to write what could not be written."""
_LARGEST = 1_000_000


class KeptPreferences:
    """Preferences on disk; a file that makes no sense is as good as none."""

    def __init__(self, *, delay: float = _DELAY) -> None:
        """Read them; a change is written `delay` seconds later, and tried again if that fails."""
        self._file = StateFile(paths.state_directory() / "view.json")
        self.known = read_preferences(self._file.read())
        self._written = self.known
        self._delay = delay
        self._lock = threading.Lock()
        self._writing: asyncio.Task[None] | None = None

    def keep(self, preferences: Preferences) -> None:
        """Write `preferences` soon."""
        self.known = preferences
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_soon())

    async def close(self) -> None:
        """Write what was not written yet, now."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            self._writing = None
        await asyncio.to_thread(self.write)

    async def _write_soon(self) -> None:
        delay = self._delay
        while self.known is not self._written:
            await asyncio.sleep(delay)
            # A thread that writes is never left alone: two would write the same change twice.
            await asyncio.shield(asyncio.ensure_future(asyncio.to_thread(self.write)))
            delay = min(2 * delay, _LONGEST_DELAY)
        self._writing = None

    def write(self) -> None:
        """Write what this console has changed; what cannot be written stays to be written."""
        try:
            with self._lock:
                now = self.known
                if now != self._written:
                    with self._file.changing() as document:
                        merge(document, self._written, now)
                self._written = now
        except JournalError as error:
            logging.getLogger(__name__).error("preferences are not kept yet: %s", error)


def personal(options: argparse.Namespace, kept: KeptPreferences) -> Personal:
    """Return what belongs to the operator.

    Raises:
        ConfigurationError: the keymap is wrong; the text names file and line.
    """
    return Personal(
        preferences=kept.known,
        save=kept.keep,
        keymap=keymap(options.keymap),
        ascii=options.ascii or not shows_unicode(os.environ),
        themes=theme_files(paths.user_theme_directory()),
        write=_write,
    )


def with_nodes(personal: Personal, visit: Callable[[NodeKey, str], Awaitable[str]]) -> Personal:
    """Return `personal` for a console that has nodes to log in to."""
    return replace(personal, visit=visit)


def keymap(chosen: str | None) -> Keymap:
    """Return the preset or the file that is `chosen`; else the operator's file, if there is one.

    Raises:
        ConfigurationError: it cannot be read, or something in it is wrong.
    """
    if chosen is not None and chosen in PRESETS:
        return preset(chosen)
    path = Path(chosen) if chosen else paths.user_keymap_file()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if chosen is None:
            return preset("default")
        raise ConfigurationError(
            f"{path}: no such file; presets are {', '.join(PRESETS)}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: {error}") from None
    found = read_keymap(text)
    if found.mistakes:
        lines = (f"{path}:{mistake.line}: {mistake.text}" for mistake in found.mistakes)
        raise ConfigurationError(
            "\n".join((*lines, "(`ovmtui --keymap default` starts without that file)"))
        )
    return found


def shows_unicode(environment: Mapping[str, str]) -> bool:
    """Return whether the terminal is likely to show more than ASCII."""
    if environment.get("TERM", "") in {"linux", "vt100", "vt102", "vt220", "dumb"}:
        return False
    return "utf" in locale.getpreferredencoding(False).lower()


def theme_files(directory: Path) -> dict[str, str]:
    """Return path and text of each theme file of the operator's; one that fails has no text."""
    found = {}
    for path in sorted(directory.glob("*.toml")) if directory.is_dir() else ():
        try:
            with path.open(encoding="utf-8") as file:
                found[str(path)] = file.read(_LARGEST)
        except (OSError, UnicodeDecodeError) as error:
            found[str(path)] = f"# {error}"
    return found


async def watch_themes(
    changed: Callable[[Mapping[str, str]], None], *, every: float = _LOOK
) -> None:
    """Tell the theme files whenever one of them has changed; look `every` so many seconds."""
    directory = paths.user_theme_directory()
    known: dict[str, tuple[int, int]] | None = None
    with contextlib.suppress(OSError):
        known = await asyncio.to_thread(_signature, directory)
    while True:
        await asyncio.sleep(every)
        try:
            now = await asyncio.to_thread(_signature, directory)
            if now == known:
                continue
            files = await asyncio.to_thread(theme_files, directory)
        except OSError as error:
            # As when the home directory is not there for a moment: it is looked at again.
            logging.getLogger(__name__).warning("themes cannot be read: %s", error)
            continue
        known = now
        changed(files)


def _signature(directory: Path) -> dict[str, tuple[int, int]]:
    """Return what tells whether a file is another one than before."""
    found = {}
    for path in directory.glob("*.toml") if directory.is_dir() else ():
        try:
            state = path.stat()
        except OSError:
            continue
        found[path.name] = (state.st_mtime_ns, state.st_size)
    return found


async def _write(path: str, text: str) -> str:
    return await asyncio.to_thread(_write_new, path, text)


def _write_new(name: str, text: str) -> str:
    path = Path(name).expanduser()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return f"written to {path.resolve()}"

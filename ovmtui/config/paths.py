"""Where configuration, journal and log are: the XDG base directories."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import platformdirs

from ovmtui.errors import ConfigurationError

_NAME = "ovmtui"
_FILE = "ovmtui.toml"


def configuration_files() -> tuple[Path, ...]:
    """Return where the configuration is looked for: the user's place, the system's."""
    return user_configuration_file(), platformdirs.site_config_path(_NAME) / _FILE


def user_configuration_file() -> Path:
    """Return where the user's own configuration is written."""
    return platformdirs.user_config_path(_NAME) / _FILE


def user_keymap_file() -> Path:
    """Return where the operator's own keys are looked for."""
    return platformdirs.user_config_path(_NAME) / "keymap.toml"


def user_theme_directory() -> Path:
    """Return where the operator's own themes are looked for."""
    return platformdirs.user_config_path(_NAME) / "themes"


def state_directory() -> Path:
    """Return the directory of journal and log, made with mode 0700 when it is missing.

    Raises:
        ConfigurationError: it cannot be made, or belongs to another user; the text says
            how to choose another.
    """
    path = platformdirs.user_state_path(_NAME)
    try:
        _make_private(path)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the state directory cannot be made: {error.strerror}; set "
            "$XDG_STATE_HOME to a directory that can be written"
        ) from None
    if path.stat().st_uid != os.geteuid():
        raise ConfigurationError(
            f"{path}: the state directory belongs to somebody else; set $XDG_STATE_HOME to "
            "one of your own"
        )
    return path


def _make_private(path: Path) -> None:
    """Make `path`, and what it is in, for its owner alone; close it where it stands open."""
    missing = [part for part in (path, *path.parents) if not part.exists()]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
    status = path.stat()
    if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) & 0o077:
        path.chmod(0o700)


def journal_path() -> Path:
    """Return where the journal is; see `state_directory` for errors."""
    return state_directory() / "journal.sqlite3"


def log_path() -> Path:
    """Return where the program's own log is; see `state_directory` for errors."""
    return state_directory() / "ovmtui.log"


def last_seen_path() -> Path:
    """Return where the machines' last seen names are; see `state_directory` for errors."""
    return state_directory() / "last-seen.json"

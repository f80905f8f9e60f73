"""Where configuration, journal and log are: the XDG base directories."""

from __future__ import annotations

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
        ConfigurationError: it cannot be made; the text says how to choose another.
    """
    path = platformdirs.user_state_path(_NAME)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: the state directory cannot be made: {error.strerror}; set "
            "$XDG_STATE_HOME to a directory that can be written"
        ) from None
    return path


def journal_path() -> Path:
    """Return where the journal is; see `state_directory` for errors."""
    return state_directory() / "journal.sqlite3"


def log_path() -> Path:
    """Return where the program's own log is; see `state_directory` for errors."""
    return state_directory() / "ovmtui.log"


def last_seen_path() -> Path:
    """Return where the machines' last seen names are; see `state_directory` for errors."""
    return state_directory() / "last-seen.json"

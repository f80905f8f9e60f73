"""What is chosen on the command line for the screens, looked at before anything is started."""

from __future__ import annotations

import argparse

from ovmtui.errors import UsageError
from ovmtui.model.text import visible


def check_choices(options: argparse.Namespace) -> None:
    """Look at theme and keymap before anything is started.

    Raises:
        ConfigurationError: the keymap is wrong; the text names file and line.
        UsageError: there is no theme of that name.
    """
    if options.theme is None and options.keymap is None:
        return
    from ovmtui.cli.personal import keymap, theme_files
    from ovmtui.config import paths
    from ovmtui.ui.themes import load_themes

    if options.theme is not None:
        themes, _ = load_themes(theme_files(paths.user_theme_directory()))
        if options.theme not in themes:
            names = ", ".join(sorted(themes))
            raise UsageError(f"there is no theme {visible(options.theme)}: {names}")
    if options.keymap is not None:
        keymap(options.keymap)

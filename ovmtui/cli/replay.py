"""`replay`: the screens on a recording."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from ovmtui.cli.console import show
from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file
from ovmtui.errors import UsageError
from ovmtui.runtime.replay import ReplayConsole
from ovmtui.runtime.tape import Tape, read_tape


def replay(options: argparse.Namespace) -> int:
    """Show a recording until the operator quits.

    Raises:
        RecordingFailed: it cannot be read.
        UsageError: there is no terminal.
    """
    tape = read_tape(Path(options.file))
    if not os.isatty(0) or not os.isatty(1):
        raise UsageError("a replay needs a terminal")
    log_to_file()
    return asyncio.run(_show(tape, options))


async def _show(tape: Tape, options: argparse.Namespace) -> int:
    from ovmtui.ui.app import OvmtuiApp
    from ovmtui.ui.theming import DEFAULT_THEME

    console = ReplayConsole(tape, speed=options.speed, at=options.at)
    console.start()
    try:
        theme = options.theme or DEFAULT_THEME
        await show(OvmtuiApp(console, theme=theme, read_only=True, replay=console))
    finally:
        await console.close()
    return ExitCode.DONE

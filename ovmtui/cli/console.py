"""The console: the service and the screens in one event loop."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
from typing import TYPE_CHECKING

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.config.schema import Settings
from ovmtui.errors import UsageError

if TYPE_CHECKING:
    from ovmtui.ui.app import OvmtuiApp


def console(options: argparse.Namespace) -> int:
    """Open the console on the configured pools.

    Raises:
        ConfigurationError: the configuration cannot be used.
        UsageError: standard input or output is no terminal.
    """
    settings = settings_of(options)
    return open_console(settings, theme=options.theme, record=options.record)


def open_console(settings: Settings, *, theme: str | None = None, record: str | None = None) -> int:
    """Run the screens on `settings` until the operator quits."""
    if not os.isatty(0) or not os.isatty(1):
        raise UsageError("the console needs a terminal; try `ovmtui list`, or `ovmtui --help`")
    log_to_file()
    return asyncio.run(_run(settings, theme or settings.theme, record))


async def _run(settings: Settings, theme: str, record: str | None) -> int:
    from ovmtui.ui.app import OvmtuiApp

    async with service(settings, record=record) as running:
        await show(OvmtuiApp(running, theme=theme, read_only=settings.read_only))
    return ExitCode.DONE


async def show(app: OvmtuiApp) -> None:
    """Run the screens until the operator quits, or the terminal is gone."""
    # A terminal that is gone must end the program, not leave it spinning.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, app.exit)
    await app.run_async()

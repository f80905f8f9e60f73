"""The console: the service and the screens in one event loop."""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import logging
import os
import signal
from typing import TYPE_CHECKING

from ovmtui.cli.choices import check_choices
from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.config.schema import Settings
from ovmtui.errors import UsageError

if TYPE_CHECKING:
    from ovmtui.ui.app import OvmtuiApp


def console(options: argparse.Namespace) -> int:
    """Open the console on the configured pools.

    Raises:
        ConfigurationError: the configuration, or the keymap, cannot be used.
        UsageError: there is no such theme, or standard input or output is no terminal.
    """
    return open_console(settings_of(options), options, record=options.record)


def open_console(
    settings: Settings, options: argparse.Namespace, *, record: str | None = None
) -> int:
    """Run the screens on `settings` until the operator quits."""
    check_choices(options)
    if not os.isatty(0) or not os.isatty(1):
        raise UsageError("the console needs a terminal; try `ovmtui list`, or `ovmtui --help`")
    log_to_file()
    return asyncio.run(_run(settings, options, record))


async def _run(settings: Settings, options: argparse.Namespace, record: str | None) -> int:
    from ovmtui.cli import personal
    from ovmtui.cli.visiting import visit
    from ovmtui.ui.app import OvmtuiApp

    collect_seldom()
    kept = personal.KeptPreferences()
    own = personal.personal(options, kept)
    painted = asyncio.Event()
    async with service(settings, record=record, begin=painted) as running:
        own = personal.with_nodes(own, functools.partial(visit, running))
        app = OvmtuiApp(
            running,
            theme=options.theme or settings.theme,
            theme_is_asked_for=options.theme is not None,
            read_only=settings.read_only,
            personal=own,
            painted=painted.set,
        )
        watching = asyncio.create_task(personal.watch_themes(app.themes_changed))
        watching.add_done_callback(functools.partial(_tell_end, app))
        try:
            await show(app, mouse=not options.no_mouse)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await kept.close()
    return ExitCode.DONE


def collect_seldom() -> None:
    """Let the collector of garbage leave alone what stays, and come less often.

    All that is known of a pool stays until it changes, in no cycles. Going through it again
    and again for garbage held keys up for 120 ms at 2,500 machines.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 500)


def _tell_end(app: OvmtuiApp, watching: asyncio.Task[None]) -> None:
    """Say that theme files are not watched any more, when that is so by an error."""
    error = None if watching.cancelled() else watching.exception()
    if error is not None:
        logging.getLogger(__name__).error("themes are not watched any more", exc_info=error)
        app.said(f"changed themes are not seen until the next start: {error}", "warning")


async def show(app: OvmtuiApp, *, mouse: bool = True) -> None:
    """Run the screens until the operator quits, or the terminal is gone.

    An error of the screens is raised once the terminal is as it was before.
    """
    # A terminal that is gone must end the program, not leave it spinning.
    loop = asyncio.get_running_loop()
    for number in (signal.SIGHUP, signal.SIGTERM):
        loop.add_signal_handler(number, app.exit)
    await app.run_async(mouse=mouse)
    if app.failure is not None:
        raise app.failure

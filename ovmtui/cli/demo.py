"""`ovmtui demo`: the console on a simulated pool that lives in a process of its own.

The pool ends when its standard input does, so nothing is left behind whatever becomes
of the console. Journal and log of a demo go to a temporary directory, too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ovmtui.cli.choices import check_choices
from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, read_only, service
from ovmtui.config import load
from ovmtui.config.schema import Settings
from ovmtui.errors import OvmtuiError, UsageError
from ovmtui.model.text import visible

_PATIENCE = 30.0
"""Seconds that the simulated pool may take to come up, and to go."""


class DemoFailed(OvmtuiError):
    """The simulated pool did not come up."""


def demo(options: argparse.Namespace) -> int:
    """Run the console, or the self test, on a simulated pool.

    Raises:
        DemoFailed: the pool did not come up.
        ConfigurationError: the keymap is wrong.
        UsageError: there is no such theme, or no terminal for the console.
    """
    check_choices(options)
    if not options.check and not (os.isatty(0) and os.isatty(1)):
        raise UsageError("the demo needs a terminal; `ovmtui demo --check` does not")
    with simulated_pool(options) as configuration:
        settings = load.load(configuration)
        if options.read_only:
            settings = read_only(settings)
        if options.check:
            log_to_file()
            return asyncio.run(_check(settings))
        from ovmtui.cli.console import open_console

        return open_console(settings, options, record=options.record)


@contextlib.contextmanager
def simulated_pool(options: argparse.Namespace) -> Iterator[Path]:
    """Start the pool's process and give the path of its configuration; end it afterwards."""
    command = [sys.executable, "-m", "ovmtui.simulator", "--speed", str(options.speed)]
    if options.scenario:
        command += ["--scenario", options.scenario]
    if options.openssh:
        command.append("--openssh")
    with tempfile.TemporaryDirectory(prefix="ovmtui-demo-") as state:
        os.environ["XDG_STATE_HOME"] = state
        # In a session of its own: an interrupt at the terminal is the console's alone.
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        ) as pool:
            assert pool.stdin is not None
            assert pool.stdout is not None
            try:
                yield _configuration(pool, pool.stdout.readline())
            finally:
                with contextlib.suppress(BrokenPipeError):
                    pool.stdin.close()
                try:
                    pool.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    pool.kill()


def _configuration(pool: subprocess.Popen[str], line: str) -> Path:
    try:
        return Path(json.loads(line)["config"])
    except (ValueError, KeyError, TypeError):
        _, errors = pool.communicate(timeout=_PATIENCE)
        said = errors.strip().splitlines()
        reason = visible(said[-1]) if said else "it said nothing"
        raise DemoFailed(f"the simulated pool did not come up: {reason}") from None


async def _check(settings: Settings) -> int:
    async with service(settings) as running:
        await running.settled(timeout=_PATIENCE)
        snapshot = running.snapshot
    certain = sum(node.certain for node in snapshot.nodes.values())
    sys.stdout.write(
        f"{certain} of {len(snapshot.nodes)} nodes answer, {len(snapshot.vms)} machines\n"
    )
    whole = certain == len(snapshot.nodes) and bool(snapshot.vms)
    return ExitCode.DONE if whole else ExitCode.FAILED

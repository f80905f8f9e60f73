"""The pool for the tests here, which are collected only with `OVMTUI_XEN=1`."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.xen.pool import NODES, XenPool
from tests.xen.terminal import Terminal

collect_ignore_glob = [] if os.environ.get("OVMTUI_XEN") == "1" else ["test_*.py"]

Ovmtui = Callable[..., subprocess.CompletedProcess[str]]
"""Runs `ovmtui --config FILE` with the given arguments."""


@pytest.fixture(scope="session")
def booted() -> Iterator[XenPool]:
    """The pool, booted once for a run; one that is up already is used and left up."""
    pool = XenPool()
    pool.build()
    with (pool.directory / "in-use").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        left_up = pool.running
        pool.start()
        yield pool
        if not left_up:
            pool.stop()


@pytest.fixture
def pool(booted: XenPool) -> XenPool:
    """The pool with no guest running."""
    for node in NODES:
        for guest in booted.guests(node):
            booted.ssh(node, f"xl destroy {guest}")
    assert booted.placement() == set()
    return booted


@pytest.fixture
def command(pool: XenPool, tmp_path: Path) -> tuple[str, ...]:
    """`ovmtui` with a configuration of the pool."""
    config = tmp_path / "ovmtui.toml"
    config.write_text(pool.settings())
    return (sys.executable, "-m", "ovmtui", "--config", str(config))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment whose home is the test's own."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**outside, "HOME": str(tmp_path), "SSH_AUTH_SOCK": ""}


@pytest.fixture
def ovmtui(command: tuple[str, ...], environment: dict[str, str]) -> Ovmtui:
    """The program without its screen."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )

    return run


@pytest.fixture
def console(
    command: tuple[str, ...], environment: dict[str, str], tmp_path: Path
) -> Iterator[Terminal]:
    """The program on a terminal of 140 columns and 40 rows."""
    terminal = Terminal(command, environment=environment, directory=tmp_path)
    yield terminal
    terminal.close()

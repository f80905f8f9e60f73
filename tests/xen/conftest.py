"""The pool for the tests here, which are collected only with `OVMTUI_XEN=1`."""

from __future__ import annotations

import fcntl
import os
import platform
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import pytest

from ovmtui import __version__
from tests.xen.pool import XenPool
from tests.xen.record import Transcript, run_directory, write_versions
from tests.xen.rows import Row
from tests.xen.terminal import Terminal

WITHOUT_POOL = {"test_page.py"}
collect_ignore = [
    path.name
    for path in Path(__file__).parent.glob("test_*.py")
    if os.environ.get("OVMTUI_XEN") != "1" and path.name not in WITHOUT_POOL
]

_LONGEST = 1500.0
"""Seconds that one command may take, whatever its budgets."""
_OUTCOME = pytest.StashKey[pytest.TestReport]()


@dataclass(frozen=True, slots=True)
class Ovmtui:
    """The program without its screen: a call runs it with the given arguments."""

    command: tuple[str, ...]
    environment: dict[str, str]
    transcript: Transcript

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        return self.ended(self.begin(*arguments), *arguments)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Begin it, all that it says in one pipe, by line."""
        return subprocess.Popen(
            [*self.command, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if arguments[-1] == "--json" else subprocess.STDOUT,
            text=True,
        )

    def ended(
        self, process: subprocess.Popen[str], *arguments: str, said: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Wait for its end; `said` is what was read of it already."""
        # Not `communicate` with a time limit: it passes by what the pipe's buffer has.
        end = Timer(_LONGEST, process.kill)
        end.start()
        try:
            stdout, stderr = process.communicate()
        finally:
            end.cancel()
            process.kill()
        done = subprocess.CompletedProcess(
            process.args, process.returncode, said + stdout, stderr or ""
        )
        self.transcript.ran(("ovmtui", *arguments), done)
        return done

    def read_until(self, process: subprocess.Popen[str], text: str) -> str:
        """Read what the process says until a line has `text`; return it."""
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if text in line:
                return said
        raise AssertionError(f"it ended without {text!r}:\n{said}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep how a test ended where its transcript finds it."""
    report = yield
    if report.when == "call":
        item.stash[_OUTCOME] = report
    return report


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


@pytest.fixture(scope="session")
def records(booted: XenPool) -> Path:
    """Where the records of this run go."""
    directory = run_directory()
    ours = {"Python": platform.python_version(), "ovmtui": __version__}
    write_versions(directory, {**booted.versions(), **ours})
    return directory


@pytest.fixture
def pool(booted: XenPool) -> XenPool:
    """The pool with no guest running, HA off for all, and a manager that answers."""
    booted.start()
    booted.quiet()
    return booted


@pytest.fixture
def transcript(
    request: pytest.FixtureRequest, pool: XenPool, records: Path
) -> Iterator[Transcript]:
    """The transcript of the test's row."""
    marker = request.node.get_closest_marker("row")
    assert marker is not None
    (row,) = marker.args
    assert isinstance(row, Row)
    transcript = Transcript(row, request.node.name, pool)
    yield transcript
    report = request.node.stash.get(_OUTCOME, None)
    transcript.write(
        records,
        passed=report is not None and report.passed,
        why="" if report is None else report.longreprtext,
    )


@pytest.fixture
def config(pool: XenPool, tmp_path: Path) -> Path:
    """A configuration of the pool; a test may write another text to it."""
    config = tmp_path / "ovmtui.toml"
    config.write_text(pool.settings())
    return config


@pytest.fixture
def command(config: Path) -> tuple[str, ...]:
    """`ovmtui` with that configuration."""
    return (sys.executable, "-m", "ovmtui", "--config", str(config))


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment whose home is the test's own."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    return {**outside, "HOME": str(tmp_path), "SSH_AUTH_SOCK": ""}


@pytest.fixture
def ovmtui(command: tuple[str, ...], environment: dict[str, str], transcript: Transcript) -> Ovmtui:
    """The program without its screen."""
    return Ovmtui(command, environment, transcript)


@pytest.fixture
def console(
    command: tuple[str, ...], environment: dict[str, str], tmp_path: Path, transcript: Transcript
) -> Iterator[Terminal]:
    """The program on a terminal of 140 columns and 40 rows."""
    terminal = Terminal(command, environment=environment, directory=tmp_path)
    yield terminal
    transcript.note(f"the last screen\n{terminal.screen}")
    terminal.close()

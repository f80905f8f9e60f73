"""Errors that nobody foresaw: told with where the report is, and everything else goes on."""

from __future__ import annotations

import asyncio
import logging
import stat
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from ovmtui.cli import crash
from ovmtui.cli.masking import HarmlessFormatter, KnownSecrets, harmless
from ovmtui.model.identity import NodeKey
from ovmtui.model.job import Outcome
from ovmtui.model.node import Reach
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.intent import Verb
from ovmtui.runtime.clearance import Clearance
from ovmtui.runtime.interface import MessageRaised, Update
from ovmtui.runtime.prober import Prober
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import intent, summary, until
from tests.e2e.test_terminal_is_restored import CONFIG, LEFT, program
from tests.hostile.watching import offending

HOSTILE = "\x1b]0;OWNED\x07\u202e vncpasswd='canary-vnc-1'"

FAILING_TWICE = """
import os, pathlib, resource, sys
from ovmtui.config.paths import state_directory
from ovmtui.ui.screens.viewing import Viewing
def full():
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
def gone():
    state_directory().rename(state_directory().with_name("away"))
    (pathlib.Path(os.environ["XDG_STATE_HOME"]) / "ovmtui").write_text("")
def boom(self):
    {how}()
    raise RuntimeError("boom")
Viewing.do_sort = boom
from ovmtui.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def report_in(state: Path) -> str:
    (path,) = state.rglob("crash-*.txt")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    for line in text.split("\n"):
        assert offending(line) == "", line
    assert "canary" not in text
    return text


def listed(snapshot: Snapshot, node: str) -> bool:
    view = snapshot.nodes[NodeKey("pool1", node)]
    return view.reach is Reach.UP and not view.list_problem


async def test_an_error_in_a_nodes_task_is_reported_once_and_the_node_is_asked_again(
    pool: SimulatedPool, open_service: Open, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh = Prober.refresh
    told: list[str] = []

    async def failing(self: Prober, *args: object, **options: object) -> None:
        if self._key.name == "ovm2" and armed.is_set():
            armed.clear()
            raise RuntimeError(HOSTILE)
        await refresh(self, *args, **options)  # type: ignore[arg-type]

    armed, heard = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(Prober, "refresh", failing)

    def hear(update: Update) -> None:
        if isinstance(update, MessageRaised):
            told.append(update.text)
            heard.set()

    async with open_service() as service:
        service.subscribe(hear)
        armed.set()
        service.refresh()
        async with asyncio.timeout(30):
            await heard.wait()
        assert "node pool1/ovm2 failed and begins again" in told[0]
        assert "crash-" in told[0]
        # The node is asked again: only then can a machine be called down.
        await until(service, lambda now: listed(now, "ovm2"))
        job = service.run(service.plan(intent(service, Verb.STOP, "plain1")))
        assert await service.finished(job) is Outcome.DONE
    assert "RuntimeError" in report_in(state)


async def test_an_error_in_a_job_ends_that_job_and_no_other(
    pool: SimulatedPool, open_service: Open, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear = Clearance.before_step

    async def failing(self: Clearance, *args: object, **options: object) -> object:
        if self._plan.vm_name == "web01":
            raise RuntimeError(HOSTILE)
        return await clear(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Clearance, "before_step", failing)
    async with open_service() as service:
        broken = service.run(service.plan(intent(service, Verb.STOP, "web01")))
        sound = service.run(service.plan(intent(service, Verb.STOP, "plain1")))
        assert await service.finished(broken) is Outcome.UNKNOWN
        assert await service.finished(sound) is Outcome.DONE
        assert "broke off" in summary(service, broken)
        assert "crash-" in summary(service, broken)
        # It is one of those that can be gone on with.
        assert [job.state.job for job in await service.unfinished()] == [broken]
    assert "in failing" in report_in(state)


@pytest.mark.parametrize("how", ["full", "gone"])
def test_a_report_that_cannot_be_written_still_gives_the_terminal_back(
    tmp_path: Path, how: str
) -> None:
    with program(tmp_path, "-c", FAILING_TWICE.format(how=how)) as running:
        before = termios.tcgetattr(running.slave)
        running.until(b"ovm1")
        running.press(b"o")
        running.until(b"no report could be written")
        assert running.process.wait(timeout=20) == 1
        assert termios.tcgetattr(running.slave) == before
        after = running.said[running.said.rindex(LEFT) :]
        assert b"unforeseen error: RuntimeError: boom" in after
        assert b"Traceback" not in running.said


def test_an_error_of_a_command_is_one_line_and_a_private_report(tmp_path: Path) -> None:
    text = (
        "import sys\nfrom ovmtui.cli import reading, main\n"
        f"def boom(options): raise RuntimeError({HOSTILE!r})\n"
        "reading.read = boom\nsys.exit(main.main(['list']))"
    )
    (tmp_path / "ovmtui.toml").write_text(CONFIG)
    done = subprocess.run(
        [sys.executable, "-c", text],
        capture_output=True,
        text=True,
        env={"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)},
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert offending(line) == ""
    assert "unforeseen error: RuntimeError" in line
    assert "crash-" in line
    assert "canary" not in line
    assert "boom" in report_in(tmp_path / "state")


def test_an_error_that_cannot_even_be_said_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Speechless(Exception):
        def __str__(self) -> str:
            raise ValueError("no words")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert "Speechless" in crash.report(Speechless())
    assert "Speechless" in report_in(tmp_path)


def test_reports_do_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    last = [crash.report(RuntimeError(str(number))) for number in range(25)][-1]
    kept = list((tmp_path / "ovmtui").glob("crash-*"))
    assert len(kept) == 20
    assert any(str(path) in last for path in kept)


def test_a_known_secret_is_masked_as_it_is_and_as_python_quotes_it() -> None:
    known, secret = KnownSecrets(), "it's\\a\"secret"
    known.add(secret)
    text = known.mask(f"plain {secret}, quoted {secret!r}")
    assert "secret" not in text
    assert harmless("a\x1b[2J\nb") == "a␛[2J\nb"


def test_the_programs_own_log_is_masked_and_made_visible() -> None:
    try:
        raise RuntimeError(HOSTILE)
    except RuntimeError:
        record = logging.LogRecord(
            "ovmtui", logging.ERROR, "x.py", 1, "of %s", (HOSTILE,), sys.exc_info()
        )
    text = HarmlessFormatter("%(message)s").format(record)
    assert "RuntimeError" in text
    assert "canary" not in text
    assert [line for line in text.split("\n") if offending(line)] == []

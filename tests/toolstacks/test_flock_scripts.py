"""The shell text that takes, shows, keeps and gives back a machine's lock, really run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ovmtui.toolstacks import flock
from ovmtui.toolstacks.flock import LockAnswer, LockHolder

SAID = {"what": "start web01", "who": "ann", "host": "desk\x1b[2J", "since": "09:00"}
DETACHED = 'sh -c "$1"; status=$?; echo "$status" >"$OVMTUI_JOB/exit"; exit "$status"'


def answer(script: str) -> tuple[LockAnswer, str]:
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=20)
    return flock.read_answer(done.returncode), done.stdout + done.stderr


@contextlib.contextmanager
def holding(
    jobs: Path, path: Path | None, *, plan: str = "j1", grace: float = 60.0
) -> Iterator[tuple[subprocess.Popen[str], LockHolder]]:
    """Run a holder as a detached job is run: in a session and a directory of its own."""
    directory = jobs / f"{plan}-lock-a1"
    directory.mkdir(parents=True)
    script = flock.hold_script(
        None if path is None else str(path), ".ovmtui-u1.lock", plan=plan, said=SAID, grace=grace
    )
    process = subprocess.Popen(
        ["sh", "-c", DETACHED, "sh", script],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"OVMTUI_JOB": str(directory)},
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        holder = flock.read_holder("".join(process.stdout.readline() for _ in range(4)))
        assert holder is not None
        yield process, holder
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_a_second_plan_is_told_who_where_since_when_and_what(tmp_path: Path) -> None:
    path = tmp_path / "vm" / ".ovmtui-u1.lock"
    path.parent.mkdir()
    assert answer(flock.preview_script(str(path)))[0] is LockAnswer.TAKEN
    with holding(tmp_path / "jobs", path) as (_, holder):
        assert holder.file == str(path)
        for script in (
            flock.preview_script(str(path)),
            flock.hold_script(str(path), path.name, plan="j2", said={}, grace=60.0),
        ):
            how, text = answer(script)
            assert how is LockAnswer.HELD
            assert flock.who_holds(text) == ("ann at desk␛[2J since 09:00: start web01 (plan j1)")


def test_a_holder_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / ".ovmtui-u1.lock"
    with holding(tmp_path / "jobs", path) as (process, holder):
        keep = flock.keep_script(holder, plan="j1", sign="1")
        assert answer(keep) == (LockAnswer.TAKEN, "")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert answer(flock.preview_script(str(path)))[0] is LockAnswer.TAKEN
        assert "nobody holds it" in answer(keep)[1]


def test_it_is_given_back_at_once_when_no_command_of_the_plan_runs(tmp_path: Path) -> None:
    path = tmp_path / ".ovmtui-u1.lock"
    with holding(tmp_path / "jobs", path) as (process, holder):
        assert answer(flock.release_script(holder))[0] is LockAnswer.TAKEN
        assert process.wait(timeout=20) == 0
        assert answer(flock.preview_script(str(path)))[0] is LockAnswer.TAKEN


def test_it_is_held_until_the_last_command_of_the_plan_has_ended(tmp_path: Path) -> None:
    path, command = tmp_path / ".ovmtui-u1.lock", tmp_path / "jobs" / "j1-7"
    command.mkdir(parents=True)
    with subprocess.Popen(["sleep", "600"]) as work:
        (command / "leader").write_text(f"{work.pid}\n")
        with holding(tmp_path / "jobs", path, grace=1.0) as (process, holder):
            answer(flock.release_script(holder))
            assert process.poll() is None
            assert answer(flock.preview_script(str(path)))[0] is LockAnswer.HELD
            work.kill()
            work.wait()
            assert process.wait(timeout=20) == 0


def test_without_a_sign_of_life_it_ends_by_itself(tmp_path: Path) -> None:
    path = tmp_path / ".ovmtui-u1.lock"
    with holding(tmp_path / "jobs", path, grace=1.0) as (process, _):
        assert process.wait(timeout=20) == 0
        assert path.read_text() == ""


def test_a_lock_that_another_node_could_take_too_keeps_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / ".ovmtui-u1.lock"

    def seen() -> bool | None:
        done = subprocess.run(["sh", "-c", flock.witness_script(str(path))], capture_output=True)
        return flock.shared(done.returncode)

    assert seen() is False
    with holding(tmp_path / "jobs", path):
        assert seen() is True
    assert seen() is False


def test_a_place_where_nothing_can_be_written_is_told_and_never_taken(tmp_path: Path) -> None:
    path = tmp_path / "missing" / ".ovmtui-u1.lock"
    how, text = answer(flock.preview_script(str(path)))
    assert how is LockAnswer.BROKEN
    assert "nothing can be written in" in text
    hold = flock.hold_script(str(path), path.name, plan="j1", said={}, grace=60.0)
    assert answer(hold)[0] is LockAnswer.BROKEN


def test_the_pool_masters_lock_is_beside_its_jobs(tmp_path: Path) -> None:
    with holding(tmp_path / "jobs", None) as (_, holder):
        assert holder.file == str(tmp_path / "locks" / ".ovmtui-u1.lock")
        assert (tmp_path / "locks").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["a b", "$(touch pwned)", "'; touch pwned; '", "\n"])
def test_a_hostile_path_is_a_path_and_no_shell_text(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    path = folder / ".ovmtui-u1.lock"
    with holding(tmp_path / "jobs", path):
        assert answer(flock.preview_script(str(path)))[0] is LockAnswer.HELD
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("text", ["", "locked\n12\n/x", "locked\nx\n/f\n/b\n", "no\n1\n/f\n/b\n"])
def test_a_half_told_holder_is_none(text: str) -> None:
    assert flock.read_holder(text) is None


def test_a_lock_file_without_a_name_is_told_as_such() -> None:
    assert "whose name is not in" in flock.who_holds("\x00garbage")

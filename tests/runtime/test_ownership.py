"""Who works on a job: two consoles never, and a dead one no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ovmtui.errors import JournalError
from ovmtui.runtime.ownership import Ownership

CLAIM = """
import sys
from pathlib import Path
from ovmtui.runtime.ownership import Ownership
print(Ownership(Path(sys.argv[1])).claim("job"), flush=True)
sys.stdin.read()
"""


def other_console(directory: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_job_is_one_consoles_until_it_gives_it_back(tmp_path: Path) -> None:
    mine, other = Ownership(tmp_path), Ownership(tmp_path)
    assert mine.claim("job")
    assert mine.claim("job")
    assert not other.claim("job")
    assert not other.is_free("job")
    assert not mine.is_free("job")
    mine.release("job")
    assert other.is_free("job")
    assert other.claim("job")
    assert list(tmp_path.iterdir()) == [tmp_path / "job.lock"]
    other.release("job")
    assert list(tmp_path.iterdir()) == []


def test_a_console_that_was_killed_owns_nothing(tmp_path: Path) -> None:
    with other_console(tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        mine = Ownership(tmp_path)
        assert not mine.claim("job")
        process.kill()
        process.wait()
        assert mine.claim("job")


def test_a_directory_that_cannot_be_used_is_an_error_and_no_answer(tmp_path: Path) -> None:
    (tmp_path / "jobs").write_text("a file")
    with pytest.raises(JournalError, match="cannot be used"):
        Ownership(tmp_path / "jobs").claim("job")

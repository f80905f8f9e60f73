"""What each row did, as text for people, and how it ended, as a line for docs/xen.md.

Both go to `build/xen/<begin of the run>/`, or where `OVMTUI_XEN_RECORDS` says.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.xen.manager import PASSWORD
from tests.xen.pool import NODES, XenPool
from tests.xen.rows import Row

RESULTS = "results.jsonl"
_ROOT = Path(__file__).resolve().parents[2] / "build" / "xen"


def run_directory() -> Path:
    """Return a new directory for the records of one run."""
    begin = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    directory = Path(os.environ.get("OVMTUI_XEN_RECORDS") or _ROOT / begin)
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@dataclass(slots=True)
class Transcript:
    """What one test of a row does on the pool, from its first command to its last."""

    row: Row
    test: str
    pool: XenPool
    parts: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.note(f"{self.row.value}\n{self.test}, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
        self.look("before")

    def note(self, text: str) -> None:
        """Put `text` into the transcript, with the seconds since its begin."""
        self.parts.append(f"[{time.monotonic() - self._began:6.1f} s] {text.rstrip()}\n")

    def ran(self, argv: Sequence[str], done: subprocess.CompletedProcess[str]) -> None:
        """Put a command, its exit code and its output into the transcript."""
        output = "".join(
            f"    {line}\n" for line in f"{done.stdout}{done.stderr}".splitlines() if line.strip()
        )
        self.note(f"$ {shlex.join(argv)}\nexit code {done.returncode}\n{output}")

    def look(self, when: str) -> None:
        """Put what each node lists into the transcript."""
        for node in NODES:
            try:
                done = self.pool.ssh(node, "xl list", timeout=60)
                said = done.stdout if done.returncode == 0 else f"no answer: {done.stderr}"
            except subprocess.TimeoutExpired:
                said = "no answer in 60 s"
            self.note(f"{when}, {node.name}$ xl list\n{said}")

    def write(self, directory: Path, *, passed: bool, why: str) -> None:
        """Write the transcript, and add the row's line to the results of the run.

        Raises:
            AssertionError: the manager's password is in what was seen.
        """
        seconds = time.monotonic() - self._began
        self.look("after")
        self.note(f"{'passed' if passed else 'failed'} after {seconds:.0f} s\n{why}")
        text = "\n".join(self.parts)
        name = f"{self.row.name.lower()}-{self.test.partition('[')[2].rstrip(']')}".rstrip("-")
        (directory / f"{name}.txt").write_text(text.replace(PASSWORD, "(password)"))
        line = {"row": self.row.name, "test": self.test, "passed": passed}
        with (directory / RESULTS).open("a") as results:
            results.write(json.dumps({**line, "seconds": round(seconds, 1)}) + "\n")
        assert PASSWORD not in text, f"{name}.txt: the manager's password was shown"


def write_versions(directory: Path, versions: Mapping[str, str]) -> None:
    """Write down when the run was and what it ran on."""
    line = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "versions": dict(versions)}
    with (directory / RESULTS).open("a") as results:
        results.write(json.dumps(line) + "\n")

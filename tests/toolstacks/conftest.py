from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SHELLS = (("sh",), ("dash",), ("bash",), ("busybox", "sh"))

Run = Callable[..., subprocess.CompletedProcess[str]]
"""Runs a script in one real shell; `path` is put before the shell's own PATH."""


@pytest.fixture(params=SHELLS, ids=lambda shell: "-".join(shell))
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    shell: tuple[str, ...] = request.param
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")

    def run_script(script: str, *, path: Path | None = None) -> subprocess.CompletedProcess[str]:
        own = "/usr/local/bin:/usr/bin:/bin"
        done = subprocess.run(
            [*shell, "-c", script],
            env={"PATH": f"{path}:{own}" if path else own, "HOME": str(tmp_path)},
            input=b"what a section must never read\n",
            capture_output=True,
            check=False,
            timeout=30,
        )
        return subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
        )

    return run_script


@pytest.fixture
def tools(tmp_path: Path) -> Callable[[str, str], Path]:
    """Give a function that puts a program of ours into a folder, and returns the folder."""
    folder = tmp_path / "tools"
    folder.mkdir()

    def put(name: str, script: str) -> Path:
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        tool.chmod(0o755)
        return folder

    return put

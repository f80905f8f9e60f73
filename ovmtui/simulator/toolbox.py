"""A node's directory of programs, first on the PATH of every command that runs there."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib import resources
from pathlib import Path

from ovmtui.simulator.errors import SimulatorError
from ovmtui.simulator.node import BOOT_ID, LOAD_AVERAGE, XEND_LOG
from ovmtui.simulator.spec import NodeSpec, Tools
from ovmtui.simulator.vmfiles import running_pool

STUBS = ("ovm", "ping", "ssh", "nc", "brctl", "ps", "rpm", "yum", "df", "sg_persist")
"""Programs of every node that ask the world."""
_READERS = ("cat", "dd", "find", "flock", "grep", "head", "ls", "sed", "stat", "tail", "wc")
"""Real programs, with the node's own files put in the place of the host's."""
_HANGING = "storage-hangs"

_STUB = """\
#!/bin/sh
exec {python} -I -S {stub} {socket} {node} {name} "$@"
"""
_SHIM = """\
#!/bin/sh
exec xl "$@"
"""
_READER = """\
#!/bin/sh
if [ -e {hanging} ]; then
    case "$* $(readlink /proc/self/fd/0 2>/dev/null)" in
    *{repository}*) while [ -e {hanging} ]; do {sleep} 0.2; done ;;
    esac
fi
count=$#
while [ "$count" -gt 0 ]; do
    word=$1
    shift
    case $word in {own_files}) word={directory}$word ;; esac
    set -- "$@" "$word"
    count=$((count - 1))
done
exec {program} "$@"
"""


def storage_flag(directory: Path) -> Path:
    """Return the file whose presence makes the node's readers of the repository hang."""
    return directory / _HANGING


def fill(directory: Path, *, spec: NodeSpec, socket: Path, root: Path) -> Path:
    """Write the programs of the node of `spec` below its `directory`; return where they are.

    Raises:
        SimulatorError: a program of the host's is missing.
    """
    folder = directory / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    stub = Path(str(resources.files("ovmtui.simulator") / "stub.py"))
    for name in (*STUBS, *spec.tools.value, *(("svcmgr",) if spec.opensvc else ())):
        text = _STUB.format(
            python=shlex.quote(str(Path(sys.executable).resolve())),
            stub=shlex.quote(str(stub)),
            socket=shlex.quote(str(socket)),
            node=shlex.quote(spec.name),
            name=name,
        )
        _program(folder / name, text)
    if spec.tools is Tools.SHIM:
        _program(folder / "xm", _SHIM)
    for name in _READERS:
        text = _READER.format(
            own_files=" | ".join((LOAD_AVERAGE, BOOT_ID, XEND_LOG)),
            directory=shlex.quote(str(directory)),
            repository=shlex.quote(str(running_pool(root))),
            hanging=shlex.quote(str(storage_flag(directory))),
            sleep=shlex.quote(_real("sleep")),
            program=shlex.quote(_real(name)),
        )
        _program(folder / name, text)
    return folder


def _program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


def _real(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SimulatorError(f"the simulated nodes need the program `{name}` on this machine")
    return found

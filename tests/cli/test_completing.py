"""The shells' completion, asked by the real shells where they are installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ovmtui.cli.arguments import parser
from ovmtui.cli.completing import actions_of
from ovmtui.model.identity import VmKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.model.vm import Vm, VmState
from ovmtui.runtime.lastseen import LastSeen

Ask = Callable[[str], list[str]]

CONFIGURATION = """\
[pools.pool1]
nodes = ["ovm1", "ovm2"]
[pools.test]
nodes = ["node-a"]
"""
SEEN = {
    "pool1": ["oradb01", "oradb02", "web01", "$(reboot)", "two words", "--yes"],
    "test": ["web01", "zeta"],
    "removed": ["oradb77"],
}

BASH = """\
eval "$(ovmtui completion bash)"
COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9
_python_argcomplete ovmtui
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """\
compdef() { : }
_describe() { print -rl -- ${(P)2} }
eval "$(ovmtui completion zsh)"
BUFFER=$1 CURSOR=${#1} words=(${=1})
_python_argcomplete
"""
FISH = """\
ovmtui completion fish | source
complete -C $argv[1]
"""
COMMANDS = {
    "bash": lambda line: ["bash", "--norc", "-c", BASH, "bash", line],
    "zsh": lambda line: ["zsh", "-f", "-c", ZSH, "zsh", line],
    "fish": lambda line: ["fish", "--no-config", "-c", FISH, line],
}


@pytest.fixture(params=COMMANDS)
def ask(request: pytest.FixtureRequest, tmp_path: Path) -> Ask:
    """Return what one shell offers for a line."""
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    (tmp_path / "config" / "ovmtui").mkdir(parents=True)
    (tmp_path / "config" / "ovmtui" / "ovmtui.toml").write_text(CONFIGURATION)
    (tmp_path / "state" / "ovmtui").mkdir(parents=True)
    (tmp_path / "state" / "ovmtui" / "last-seen.json").write_text(json.dumps(SEEN))
    environ = {
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }

    def offered(line: str) -> list[str]:
        ended = subprocess.run(
            COMMANDS[request.param](line),
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=50,
        )
        assert not ended.stderr
        separator = "\t" if request.param == "fish" else ":"
        return sorted(
            word.partition(separator)[0].strip() for word in ended.stdout.split("\n") if word
        )

    return offered


def test_commands_are_completed(ask: Ask) -> None:
    assert ask("ovmtui mig") == ["migrate"]


def test_machines_are_those_last_seen(ask: Ask) -> None:
    assert ask("ovmtui migrate orad") == ["oradb01", "oradb02"]


def test_a_name_that_two_pools_have_is_offered_with_its_pool_and_a_hostile_one_never(
    ask: Ask,
) -> None:
    assert ask("ovmtui stop ") == ["oradb01", "oradb02", "pool1/web01", "test/web01", "zeta"]


def test_nodes_are_the_configurations(ask: Ask) -> None:
    assert ask("ovmtui migrate oradb01 --to ") == ["node-a", "ovm1", "ovm2"]


def test_an_unusable_configuration_offers_no_names_and_says_nothing(
    ask: Ask, tmp_path: Path
) -> None:
    (tmp_path / "config" / "ovmtui" / "ovmtui.toml").write_text("[pools")
    assert ask("ovmtui list --pool ") == []


def test_every_argument_says_what_it_is() -> None:
    silent = [action.dest for action in actions_of(parser()) if not action.help]
    assert set(silent) <= {"action", "command"}


def test_names_are_kept_until_their_pool_is_seen_again(tmp_path: Path) -> None:
    names = LastSeen(tmp_path / "last-seen.json")

    def seen(*labels: tuple[str, str]) -> Snapshot:
        keys = {VmKey(pool, f"id-{name}"): name for pool, name in labels}
        return Snapshot(
            vms={
                key: Vm(key=key, name=name, label=name, state=VmState.RUNNING)
                for key, name in keys.items()
            }
        )

    names.remember(seen(("a", "web"), ("b", "db")))
    names.remember(seen(("a", "web2")))
    names.remember(seen())
    assert names.machines() == {"a": ("web2",), "b": ("db",)}


def test_a_damaged_file_of_names_reads_as_empty(tmp_path: Path) -> None:
    path = tmp_path / "last-seen.json"
    path.write_text('{"a": 7, "b": ["x", 3]}')
    assert LastSeen(path).machines() == {"b": ("x",)}
    path.write_text("{")
    assert LastSeen(path).machines() == {}

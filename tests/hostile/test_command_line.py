"""The command line before a hostile pool, on a terminal and into a pipe."""

from __future__ import annotations

import json
import os
import sys
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from ovmtui.simulator.pool import SimulatedPool
from tests.hostile.corpus import SEEN
from tests.hostile.terminal import on_terminal
from tests.hostile.watching import offending

COMMANDS = (
    ("list",),
    ("list", "--ha"),
    ("nodes",),
    ("plan", "stop", "web01"),
    ("plan", "start", "down1"),
    ("plan", "destroy", "x\u202ey\u200bz"),
    ("stop", "x\x1b]0;OWNED\x07y", "--yes"),
    ("ha", "off", "web01", "--yes"),
    ("stop", "web01", "--yes"),
    ("migrate", "web01", "--to", "\x1b]0;OWNED\x07", "--yes"),
    ("evacuate", "ovm1", "--dry-run"),
    ("check",),
    ("jobs",),
    ("history",),
    ("history", "--commands"),
    ("history", "web01"),
    ("history", "--export", "-"),
    ("--theme", "\x1b]0;OWNED\x07", "list"),
    ("\x1b]0;OWNED\x07",),
    ("nodes", "--json", "x\x1b]0;OWNED\x07y"),
    ("list", "--pool", "\x1b]0;OWNED\x07"),
    ("--config", "/none/\x1b]0;OWNED\x07", "list"),
)


def judge(text: str, words: tuple[str, ...]) -> None:
    for line in text.replace("\r\n", "\n").split("\n"):
        assert offending(line) == "", (words, line)


@pytest.mark.timeout(280)
async def test_nothing_is_obeyed_on_a_terminal_or_in_a_pipe(
    pool: SimulatedPool, settings_file: Path, homes: dict[str, str]
) -> None:
    await pool.faults.manager_complains("\x1b]0;OWNED\x07\x9b2J\u202ecomplaint")
    seen = ""
    for words in COMMANDS:
        arguments = ("-m", "ovmtui", "--config", str(settings_file), *words)
        async with on_terminal(*arguments, environment=homes) as program:
            await program.process.wait()
            await program.ended.wait()
            text = program.sent.decode("utf-8", "surrogateescape")
        judge(text, words)
        seen += text
    assert SEEN in seen
    process = await create_subprocess_exec(
        *(sys.executable, "-m", "ovmtui", "--config", str(settings_file), "list"),
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, **homes},
    )
    for said in await process.communicate():
        judge(said.decode("utf-8", "surrogateescape"), ("list", "in a pipe"))


async def test_json_has_the_true_text_and_no_byte_of_it(
    pool: SimulatedPool, settings_file: Path, homes: dict[str, str]
) -> None:
    for words in (("list", "--json"), ("nodes", "--json")):
        process = await create_subprocess_exec(
            *(sys.executable, "-m", "ovmtui", "--config", str(settings_file), *words),
            stdout=PIPE,
            stderr=PIPE,
            env={**os.environ, **homes},
        )
        stdout, _ = await process.communicate()
        assert stdout.isascii()
        judge(stdout.decode(), words)
        found = json.loads(stdout)
        if words[0] == "list":
            assert "x\x1b]0;OWNED\x07y" in {vm["name"] for vm in found}

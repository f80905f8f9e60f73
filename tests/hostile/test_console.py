"""The console on a real terminal before a hostile pool: the bytes that reach the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.simulator.pool import SimulatedPool
from tests.hostile.corpus import SEEN
from tests.hostile.terminal import OnTerminal, on_terminal
from tests.hostile.watching import offending_bytes

PAGES = {
    "n": "nodes",
    "J": "jobs",
    "!": "alerts",
    "H": "history",
    "M": "messages",
    "i": "where the figures",
    "C": "check",
    ",": "settings",
    "c": "columns",
    "o": "sort by",
    "?": "help",
}
"""Key of each page, and a word that stands on it."""


def judge(program: OnTerminal) -> None:
    sent = bytes(program.sent)
    assert offending_bytes(sent) == ""
    for sequence in (b"\x1b]0;", b"\x1b]2;", b"\x1b]8;", b"\x1bP", b"\x1b_", b"\x9b2J"):
        assert sequence not in sent
    assert SEEN.encode() in sent, "no attack was ever on the screen"


@pytest.mark.timeout(240)
async def test_no_page_sends_a_byte_of_the_nodes(
    pool: SimulatedPool, settings_file: Path, homes: dict[str, str], tmp_path: Path
) -> None:
    recording = tmp_path / "hostile.ovmtui"
    arguments = ("-m", "ovmtui", "--config", str(settings_file), "--record", str(recording))
    async with on_terminal(*arguments, environment=homes) as console:
        await console.until("VMs", "Quit")
        for key, word in PAGES.items():
            await console.press(key, word)
            if key in "niM":
                await console.press("c", "copied")
            await console.out()
        judge(console)
        await console.press("G")
        for _ in range(16):
            # Machine after machine: its details, its files as the nodes have them, copied.
            await console.press("ky\r", "Leave")
            await console.press("v", "vm.cfg")
            await console.press("c")
            await console.out()
        judge(console)
        # What is completed into a line of input, and found by name.
        for line in (":start \t", ":start x\t", ":migrate down\t", "fx", "f[", "/x"):
            await console.press(line)
            await console.out()
        # Every verb's plan and questions, for a machine that is well and for one that is not.
        for name in ("web01", "y", "down1"):
            await console.press(f"/{name}\r")
            for key in "sSmRPhDFwzE":
                await console.press(key)
                await console.out()
                await console.press(f"/{name}\r")
            await console.out()
        judge(console)
        # A plan that runs: its output, its end on the desktop, its place in the history.
        await console.press("/web01\r", "web01")
        await console.press("S", "stop web01")
        # What becomes of it cannot be told: the listing of ovm2 makes no sense.
        await console.press("y", "web01 through service svc1: unknown")
        await console.out()
        await console.press("H", "stop web01")
        await console.press("\r", "Leave")
        judge(console)
    async with on_terminal("-m", "ovmtui", "replay", str(recording), environment=homes) as replay:
        await replay.until("VMs")
        await replay.press("G", SEEN)
        await replay.press("J", "jobs")
        judge(replay)

"""The console on a real terminal before a hostile pool: the bytes that reach the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.simulator.pool import SimulatedPool
from tests.hostile.corpus import SEEN
from tests.hostile.terminal import OnTerminal, on_terminal
from tests.hostile.watching import offending_bytes

ESC = "\x1b"
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
    "o": "order",
    "?": "Keys",
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
    await pool.faults.manager_complains("\x1b]0;OWNED\x07\x9b2J\u202ecomplaint")
    recording = tmp_path / "hostile.ovmtui"
    arguments = ("-m", "ovmtui", "--config", str(settings_file), "--record", str(recording))
    async with on_terminal(*arguments, environment=homes) as console:
        await console.until("web01", "OWNED")
        for key, word in PAGES.items():
            await console.press(key, word)
            await console.press("c" if key in "niM" else "r")
            await console.press(ESC, "Start")
        judge(console)
        # Machine after machine: details with its files, the plans, the dialogs, the log.
        for _ in range(12):
            await console.press("j")
            await console.press("\r", "Leave")
            await console.press("v")
            await console.press("c")
            await console.press(ESC)
            await console.press(ESC, "Start")
        judge(console)
    async with on_terminal("-m", "ovmtui", "replay", str(recording), environment=homes) as replay:
        await replay.until("OWNED")
        await replay.press("J", "jobs")
        judge(replay)

"""The console while `xm console` or a shell has its terminal: it goes on, and writes nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ovmtui.simulator.invocations import Invocation
from ovmtui.simulator.pool import SimulatedPool
from tests.hostile.terminal import PATIENCE, on_terminal

_CUTS = 6
"""Connections that break meanwhile: each is painted twice and more, and a writer that is gone
takes thirty pieces before it blocks."""


async def asked_again(pool: SimulatedPool, node: str) -> None:
    """Return once `node` was listed by a connection made anew."""
    wanted = len(_listings(pool, node)) + 1
    async with asyncio.timeout(PATIENCE * 2):
        while len(_listings(pool, node)) < wanted:  # noqa: ASYNC110  # the pool tells nobody
            await asyncio.sleep(0.05)


def _listings(pool: SimulatedPool, node: str) -> list[Invocation]:
    return [one for one in pool.invocations if one.node == node and one.argv[1:2] == ("list",)]


@pytest.mark.timeout(280)
async def test_it_goes_on_while_a_console_is_open_and_comes_back_whole(
    pool: SimulatedPool, settings_file: Path, tmp_path: Path
) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path / "state")}
    arguments = ("-m", "ovmtui", "--config", str(settings_file))
    async with on_terminal(*arguments, environment=environment) as console:
        await console.until("web01 ovm1 ● run", "Quit")
        await console.press("/web01", "web01")
        # The keys of the machines are there again: no key goes to the filter any more.
        await console.press("\r", "Stop")
        await console.press("e", "ctrl+] comes back")
        given_away = len(console.sent)
        for _ in range(_CUTS):
            await pool.faults.cut_connections("ovm4")
            await asked_again(pool, "ovm4")
        assert b"no connection" not in console.sent[given_away:]
        await console.press("\x1d", "back from", "Quit", patience=PATIENCE * 2)
        await console.press("q")
        async with asyncio.timeout(PATIENCE * 2):
            assert await console.process.wait() == 0

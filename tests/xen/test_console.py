"""The console on real Xen, driven from its keyboard and read from its screen."""

from __future__ import annotations

import re

import pytest

from tests.xen.pool import NODES, XenPool
from tests.xen.rows import Row
from tests.xen.terminal import Terminal

pytestmark = [pytest.mark.xen, pytest.mark.timeout(1800)]

OVS1, OVS2 = NODES
PATIENCE = 300.0
"""Seconds that an emulated node may take for anything but a migration."""
FEW_KEYS = 6
"""Keys that any migration here leaves time for, at one look at the screen each."""


def grid_row(name: str, *words: str) -> str:
    """Return a pattern for the row of machine `name` with `words` in this order."""
    return rf"^\W*{name}\b" + "".join(rf".*?\b{word}\b" for word in words)


def choose(console: Terminal, name: str) -> None:
    """Put the cursor on machine `name` by filtering for it."""
    console.press("/")
    console.enter(name)
    console.press("Enter")
    console.wait_for(grid_row(name), timeout=PATIENCE)


@pytest.mark.row(Row.SCREEN)
def test_every_machine_and_node_is_on_the_first_screen(pool: XenPool, console: Terminal) -> None:
    pool.create(OVS1, "stuck01")

    console.wait_for(grid_row("stuck01", "ovs1", "run"), timeout=PATIENCE)
    for name in ("web01", "db01", "slow01", "big01", "dirty01"):
        console.wait_for(grid_row(name, "down"), timeout=PATIENCE)
    screen = console.screen
    assert "ovs1" in screen
    assert "ovs2" in screen


@pytest.mark.row(Row.KEYBOARD)
def test_start_migrate_and_stop_from_the_keyboard(pool: XenPool, console: Terminal) -> None:
    console.wait_for(grid_row("web01", "down"), timeout=PATIENCE)
    choose(console, "web01")

    console.press("s")
    console.wait_for(
        r"x[ml] create /var/ovs/mount/\w+/running_pool/10_web01/vm\.cfg", timeout=PATIENCE
    )
    console.press("y")
    console.wait_for(r"Parsing config from", timeout=PATIENCE)
    console.wait_for(grid_row("web01", r"ovs[12]", "run"), timeout=PATIENCE)
    console.wait_for(r"start web01 on ovs[12] · done", timeout=2 * PATIENCE)
    (source,) = (node for node in NODES if "web01" in pool.guests(node))
    target = OVS2 if source is OVS1 else OVS1

    console.press("m")
    console.wait_for(r"FREE AFTER", timeout=PATIENCE)
    console.press("Enter")
    console.wait_for(rf"migrate.*web01 {target.name}", timeout=PATIENCE)
    console.press("y")
    console.wait_for(r"Migration successful", timeout=1200)
    console.wait_for(grid_row("web01", target.name, "run"), timeout=PATIENCE)
    console.wait_for(rf"migrate web01 → {target.name} · done", timeout=PATIENCE)
    assert pool.placement() == {("web01", target.name)}

    console.press("S")
    console.wait_for(r"x[ml] shutdown web01", timeout=PATIENCE)
    console.press("y")
    console.wait_for(r"stop web01 · done", timeout=PATIENCE)
    console.wait_for(grid_row("web01", "down"), timeout=PATIENCE)
    assert pool.placement() == set()


@pytest.mark.row(Row.SMOOTH)
def test_keys_are_answered_all_through_a_migration(pool: XenPool, console: Terminal) -> None:
    """Each key moves the cursor by one row before the next one is pressed."""
    pool.create(OVS1, "dirty01")
    console.wait_for(grid_row("dirty01", "ovs1", "run"), timeout=PATIENCE)
    console.wait_for(grid_row("db01", "down"), timeout=PATIENCE)
    while console.cursor != "dirty01":
        before = console.cursor
        console.press("Down")
        console.wait_for(rf"^▸ (?!{before}\b)\S", timeout=PATIENCE)
    console.press("m")
    console.wait_for(r"FREE AFTER", timeout=PATIENCE)
    console.press("Enter")
    console.wait_for(r"migrate.*dirty01 ovs2", timeout=PATIENCE)
    console.press("y")
    console.wait_for(r"Ready to receive domain", timeout=PATIENCE)

    answered, over = 0, r"migrate dirty01 → ovs2 · (done|failed)"
    steps = {"Down": "slow01", "Up": "dirty01"}
    while not re.search(over, console.screen):
        for key, expected in steps.items():
            console.press(key)
            console.wait_for(rf"^▸ {expected}\b", timeout=PATIENCE)
            answered += 1

    assert answered >= FEW_KEYS
    assert pool.placement() == {("dirty01", "ovs2")}

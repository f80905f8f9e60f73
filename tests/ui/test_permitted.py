"""What a pool's verbs leave of the keys, the palette and the command line."""

from __future__ import annotations

from dataclasses import replace

from ovmtui.model.snapshot import Snapshot
from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.actions.permitted import NEEDED
from ovmtui.ui.situation import Group, Scope
from tests.ui.support import pools
from tests.ui.support.driving import driving

OVMGUEST1 = 1


def allowing(*verbs: str) -> Snapshot:
    snapshot = pools.healthy()
    only = frozenset(verbs)
    return replace(snapshot, pools=tuple(replace(p, verbs=only) for p in snapshot.pools))


def test_every_verb_of_the_main_screen_is_judged() -> None:
    verbs = {a.id for a in ACTIONS if a.scope is Scope.HOME and a.group is Group.MACHINE}
    nodes = {a.id for a in ACTIONS if a.scope is Scope.HOME and a.group is Group.NODE}
    assert verbs | nodes <= NEEDED.keys()
    assert NEEDED.keys() <= {a.id for a in ACTIONS}


async def test_only_what_is_allowed_is_offered() -> None:
    async with driving(allowing("stop", "start"), size=(140, 40)) as driver:
        await driver.go_to(OVMGUEST1)
        bar = driver.line("bar")
        assert "Stop" in bar
        assert "Migrate" not in bar
        assert "Destroy" not in bar
        for key in ("m", "D", "h", "R", "P", "E", "B", "e", "at", "percent_sign"):
            await driver.press(key)
            assert driver.screen == "HomeScreen", key
            assert "the pool does not allow" in driver.said, key
        situation = driver.app.home.situation()
        offered = {a.id for a in driver.app.home.offered if a.obstacle(situation) is None}
        assert not offered & {"vm.migrate", "vm.destroy", "node.shell", "node.evacuate"}
        assert "vm.stop" in offered


async def test_the_list_of_nodes_has_no_more_keys_than_the_pool_allows() -> None:
    async with driving(allowing("stop")) as driver:
        await driver.press("n")
        for key in ("E", "B", "at", "percent_sign"):
            await driver.press(key)
            assert driver.screen == "NodesScreen", key
            assert "the pool does not allow" in driver.said, key


async def test_a_read_only_pool_lets_nobody_log_in() -> None:
    async with driving(pools.read_only()) as driver:
        await driver.go_to(OVMGUEST1)
        for key in ("e", "at"):
            await driver.press(key)
            assert driver.screen == "HomeScreen"
            assert "read-only" in driver.said

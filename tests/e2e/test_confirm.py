"""What runs a plan, by verb and pool; pools in which nothing may be changed; wrong keymaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from ovmtui.errors import PlanRefused
from ovmtui.model.identity import NodeKey
from ovmtui.plan.intent import Verb
from ovmtui.plan.plan import Confirmation
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import intent
from tests.e2e.test_cli import run


def say(path: Path, top: str, of_pool: str = "") -> None:
    """Put `top` before the first table of the settings, and `of_pool` into the pool's."""
    text = path.read_text()
    path.write_text(f"{top}\n{text}".replace("[pools.pool1]", f"[pools.pool1]\n{of_pool}"))


async def test_each_verb_is_confirmed_as_the_configuration_says(
    open_service: Open, settings_file: Path
) -> None:
    say(
        settings_file,
        'confirm = { stop = "name", destroy = "y" }',
        'confirm = { stop = "none", ha-off = "name", reboot = "name", pause = "none" }',
    )
    async with open_service() as service:
        levels = {
            verb: service.plan(intent(service, verb, "ovmguest1")).confirmation
            for verb in (
                *(Verb.STOP, Verb.DESTROY, Verb.HA_OFF, Verb.MIGRATE),
                *(Verb.REBOOT, Verb.PAUSE),
            )
        }
    assert levels == {
        # The pool's word goes before that for all.
        Verb.STOP: Confirmation.NONE,
        Verb.DESTROY: Confirmation.YES,
        Verb.HA_OFF: Confirmation.TYPE_NAME,
        Verb.MIGRATE: Confirmation.YES,
        Verb.REBOOT: Confirmation.TYPE_NAME,
        Verb.PAUSE: Confirmation.NONE,
    }


async def test_what_sets_a_guard_aside_is_always_typed(
    open_service: Open, settings_file: Path
) -> None:
    say(settings_file, 'confirm = { stop = "none" }')
    async with open_service() as service:
        wish = intent(service, Verb.STOP, "ovmguest1")
        override = service.plan(
            type(wish)(wish.verb, wish.vm, overrides=frozenset({"manager-answers"}))
        )
        assert override.confirmation is Confirmation.TYPE_NAME


async def test_nothing_is_changed_in_a_read_only_pool(
    pool: SimulatedPool, open_service: Open, settings_file: Path
) -> None:
    say(settings_file, "", "read_only = true")
    async with open_service() as service:
        assert service.snapshot.pools[0].read_only
        plan = service.plan(intent(service, Verb.STOP, "ovmguest1"))
        with pytest.raises(PlanRefused, match="pool pool1 is read-only"):
            service.run(plan)
    assert pool.changes == ()


async def test_a_level_or_a_verb_that_is_none_is_told_with_its_line(
    settings_file: Path, state: Path
) -> None:
    say(settings_file, 'confirm = { stpo = "y" }')
    code, _, stderr = await run(settings_file, "config", "check")
    assert code == 2
    assert "stpo" in stderr


async def test_the_file_of_a_node_is_read_with_its_secrets_masked(
    pool: SimulatedPool, open_service: Open
) -> None:
    async with open_service() as service:
        vm = service.snapshot.vms[intent(service, Verb.STOP, "ovmguest1").vm]
        path = vm.configs[0].path
        text = await service.read_config(NodeKey("pool1", "ovm1"), path)
        assert "ovmguest1" in text
        with pytest.raises(Exception, match="No such file"):
            await service.read_config(NodeKey("pool1", "ovm1"), "/no/such/vm.cfg")


async def test_a_wrong_keymap_is_told_before_anything_starts(
    settings_file: Path, state: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "keymap.toml"
    wrong.write_text('[keys]\n"vm.stpo" = "S"\n')
    code, _, stderr = await run(settings_file, "--keymap", str(wrong), "keys")
    assert code == 2
    assert f"{wrong}:2: vm.stpo: there is no such id; did you mean vm.stop?" in stderr


async def test_keys_lists_every_id_with_its_key(settings_file: Path, state: Path) -> None:
    code, stdout, _ = await run(settings_file, "--keymap", "vim", "keys")
    assert code == 0
    assert "vm.stop" in stdout
    assert "ctrl+d" in stdout

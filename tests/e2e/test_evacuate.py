"""A node is emptied and filled again, on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.test_cli import run


def where(pool: SimulatedPool, *names: str) -> list[tuple[str, ...]]:
    by_name = {vm.name: vm.identity for vm in pool.spec.vms}
    return [pool.truth().running.get(by_name[name], ()) for name in names]


async def test_a_node_is_emptied_and_its_machines_come_back(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings_file, "evacuate", "ovm1", "--dry-run")
    assert code == 0
    assert "xm migrate -l web01" in stdout
    assert pool.changes == ()
    code, stdout, _ = await run(settings_file, "evacuate", "ovm1", "--yes")
    assert code == 0, stdout
    assert "2 done" in stdout
    away = where(pool, "ovmguest1", "web01")
    assert ("ovm1",) not in away
    code, stdout, _ = await run(settings_file, "nodes")
    (row,) = (line for line in stdout.splitlines() if line.startswith("ovm1 "))
    assert "in maintenance" in row
    code, stdout, _ = await run(settings_file, "plan", "migrate", "web01", "--to", "ovm1")
    assert (code, "ovm1 is in maintenance" in stdout) == (3, True)
    code, stdout, _ = await run(settings_file, "bring-back", "ovm1", "--dry-run", "--json")
    moves = json.loads(stdout)
    assert {move["name"] for move in moves} == {"ovmguest1", "web01"}
    # They are planned as if the node were out of maintenance already.
    assert [(move["target"], move["reasons"]) for move in moves] == [("ovm1", [])] * 2
    code, stdout, _ = await run(settings_file, "bring-back", "ovm1", "--yes", "--parallel", "2")
    assert code == 0, stdout
    assert where(pool, "ovmguest1", "web01") == [("ovm1",), ("ovm1",)]
    code, stdout, _ = await run(settings_file, "nodes", "--json")
    assert not any(node["maintenance"] for node in json.loads(stdout))
    code, stdout, _ = await run(settings_file, "bring-back", "ovm1", "--dry-run")
    assert "no machine is to be moved" in stdout
    assert pool.truth().double_runs == {}
    assert all(pool.truth().ha[name] for name in ("ovmguest1", "web01"))


async def test_a_node_is_kept_free_of_machines_by_hand(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings_file, "maintenance", "on", "ovm2")
    assert (code, stdout) == (0, "ovm2: nothing is put on it\n")
    code, _, stderr = await run(settings_file, "migrate", "web01", "--to", "ovm2", "--yes")
    assert (code, "ovm2 is in maintenance" in stderr) == (3, True)
    code, _, stderr = await run(settings_file, "--read-only", "maintenance", "off", "ovm2")
    assert (code, "read-only" in stderr) == (3, True)
    assert (await run(settings_file, "maintenance", "off", "ovm2"))[0] == 0
    assert (await run(settings_file, "plan", "migrate", "web01", "--to", "ovm2"))[0] == 0
    assert (await run(settings_file, "maintenance", "on", "ovm9"))[0] == 2
    assert pool.changes == ()


async def test_what_cannot_move_stays_and_is_told(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings_file, "evacuate", "ovm4", "--yes", "--json")
    by_name = {moved["name"]: moved for moved in json.loads(stdout)}
    # A paused machine cannot be moved live; the other one goes all the same.
    assert by_name["frozen1"]["outcome"] == "refused"
    assert "paused" in by_name["frozen1"]["text"]
    assert by_name["plain1"]["outcome"] == "done"
    assert code == 3


async def test_a_machine_that_went_elsewhere_since_is_not_brought_back(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    assert (await run(settings_file, "evacuate", "ovm3", "--yes"))[0] == 0
    ((now,),) = where(pool, "erp2")
    other = next(name for name in ("ovm1", "ovm2", "ovm4") if name != now)
    assert (await run(settings_file, "migrate", "erp2", "--to", other, "--yes"))[0] == 0
    code, stdout, _ = await run(settings_file, "bring-back", "ovm3", "--yes")
    assert (code, f"it is on {other} now, no longer on {now}" in stdout) == (3, True)
    assert where(pool, "erp2") == [(other,)]


async def test_nothing_is_moved_without_a_confirmation_nor_from_a_node_in_doubt(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, _, stderr = await run(settings_file, "evacuate", "ovm1")
    assert (code, "--yes" in stderr) == (2, True)
    code, _, stderr = await run(settings_file, "evacuate", "ovm9", "--yes")
    assert (code, "no node is called ovm9" in stderr) == (2, True)
    await pool.faults.set_xend("ovm1", "stopped")
    code, _, stderr = await run(settings_file, "evacuate", "ovm1", "--yes")
    assert (code, "Is xend running?" in stderr) == (3, True)
    assert pool.changes == ()

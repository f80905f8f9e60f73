"""The command line as a program of its own: words, exit codes, and surviving its end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from ovmtui.model.job import Outcome
from ovmtui.plan.intent import Verb
from ovmtui.simulator.pool import SimulatedPool
from tests.e2e.conftest import Open
from tests.e2e.driving import PATIENCE, intent, key


async def begin(settings_file: Path, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ovmtui",
        "--config",
        str(settings_file),
        *arguments,
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        env=dict(os.environ),
    )


async def run(settings_file: Path, *arguments: str, typed: str = "") -> tuple[int, str, str]:
    process = await begin(settings_file, *arguments)
    async with asyncio.timeout(PATIENCE * 2):
        stdout, stderr = await process.communicate(typed.encode())
    assert process.returncode is not None
    return process.returncode, stdout.decode(), stderr.decode()


async def test_list_prints_every_machine_as_a_table_and_as_json(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings_file, "list")
    assert code == 0
    assert stdout.splitlines()[0].split()[:4] == ["NAME", "POOL", "NODE", "STATE"]
    code, stdout, _ = await run(settings_file, "list", "--json")
    assert {vm["name"]: vm["state"] for vm in json.loads(stdout)}["build7"] == "down"


async def test_a_dead_node_is_named_and_the_exit_code_says_unknown(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    await pool.faults.kill_node("ovm3")
    code, stdout, stderr = await run(settings_file, "list", "--json")
    assert code == 4
    assert "ovm3" in stderr
    states = {vm["name"]: vm["state"] for vm in json.loads(stdout)}
    assert states["build7"] == "unknown"
    assert states["ovmguest1"] == "running"


async def test_stop_prints_the_log_of_the_seed_on_stderr(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, stderr = await run(settings_file, "stop", "ovmguest1", "--yes")
    assert code == 0
    assert stdout == ""
    lines = [line[9:] for line in stderr.splitlines() if ".HB#1" in line or ".OVM" in line]
    assert lines[0] == (
        "INFO    OVMGUEST1.HB#1    ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d"
    )
    assert "INFO    OVMGUEST1.OVM     xm shutdown ovmguest1" in lines
    assert "INFO    OVMGUEST1.OVM     wait for container down status" in lines
    assert "High availability has been disabled." in stderr
    code, stdout, _ = await run(settings_file, "history", "--json")
    assert json.loads(stdout)[0]["state"]["outcome"] == "done"


async def test_an_override_of_no_guard_is_no_slip_that_goes_unseen(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    words = ("stop", "ovmguest1", "--yes", "--override", "manager-anwsers")
    code, _, stderr = await run(settings_file, *words)
    assert code == 2
    assert "no guard `manager-anwsers`" in stderr
    assert "manager-answers" in stderr
    assert pool.changes == ()


async def test_a_job_that_failed_at_its_ha_flag_is_gone_on_with_by_the_command_line(
    pool: SimulatedPool, settings_file: Path, state: Path, open_service: Open
) -> None:
    assert (await run(settings_file, "ha", "off", "ovmguest1", "--yes"))[0] == 0
    async with open_service() as service:
        await service.planner.ask_ha(key(service, "ovmguest1"))
        stop = service.plan(intent(service, Verb.STOP, "ovmguest1"))
        # Somebody else switches it between the plan and its run.
        assert (await run(settings_file, "ha", "on", "ovmguest1", "--yes"))[0] == 0
        assert await service.finished(service.run(stop)) is Outcome.FAILED
    assert (await run(settings_file, "ha", "off", "ovmguest1", "--yes"))[0] == 0
    _, stdout, _ = await run(settings_file, "history", "--json")
    states = [one["state"] for one in json.loads(stdout)]
    (job,) = (one["job"] for one in states if one["outcome"] == "failed")
    code, _, stderr = await run(settings_file, "jobs", "resume", job, "--yes")
    assert code == 0, stderr
    guest = next(vm.identity for vm in pool.spec.vms if vm.name == "ovmguest1")
    assert guest not in pool.truth().running


async def test_wrong_names_are_told_with_the_nearest_and_change_nothing(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, _, stderr = await run(settings_file, "stop", "ovmgest1", "--yes")
    assert (code, "did you mean ovmguest1?" in stderr) == (2, True)
    code, _, stderr = await run(settings_file, "migrate", "web01", "--to", "ovm9", "--yes")
    assert (code, "no node of pool pool1 is called ovm9" in stderr) == (2, True)
    code, _, stderr = await run(settings_file, "migrate", "web01", "--to", "ovm1", "--yes")
    assert (code, "on ovm1 already" in stderr) == (3, True)
    code, _, stderr = await run(settings_file, "stop", "build7", "--yes")
    assert (code, "it is down" in stderr) == (3, True)
    code, _, stderr = await run(settings_file, "destroy", "Domain-0", "--yes")
    assert (code, "never acts on it" in stderr) == (2, True)
    code, _, stderr = await run(settings_file, "stop", "$(reboot)\x1b[2J\n", "--yes")
    assert code == 2
    assert "\x1b" not in stderr
    assert pool.changes == ()


async def test_nothing_runs_without_a_confirmation(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, _, stderr = await run(settings_file, "stop", "ovmguest1")
    assert (code, "--yes" in stderr) == (2, True)
    code, stdout, _ = await run(settings_file, "plan", "stop", "ovmguest1")
    assert code == 0
    assert "xm shutdown ovmguest1" in stdout
    code, _, _ = await run(settings_file, "--read-only", "stop", "ovmguest1", "--yes")
    assert code == 3
    assert pool.changes == ()


async def test_a_migration_goes_on_when_the_console_is_killed(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    process = await begin(settings_file, "migrate", "oradb01", "--to", "ovm1", "--yes")
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        async for line in process.stderr:
            if b"Saving memory pages" in line:
                break
    process.send_signal(signal.SIGKILL)
    await process.wait()
    identity = next(vm.identity for vm in pool.spec.vms if vm.name == "oradb01")
    async with asyncio.timeout(PATIENCE):
        while pool.truth().running.get(identity) != ("ovm1",):
            await pool.world.timeline.sleep(1.0)
    assert pool.truth().double_runs == {}
    _, stdout, _ = await run(settings_file, "history", "--json")
    assert json.loads(stdout)[0]["state"]["outcome"] is None


async def test_history_filters_exports_and_tells_each_command(
    pool: SimulatedPool, settings_file: Path, state: Path, tmp_path: Path
) -> None:
    code, _, _ = await run(settings_file, "ha", "off", "web01", "--yes")
    assert code == 0
    code, _, _ = await run(settings_file, "migrate", "oradb01", "--to", "ovm1", "--yes")
    assert code == 0

    async def titles(*filters: str) -> list[str]:
        code, stdout, stderr = await run(settings_file, "history", "--json", *filters)
        assert code == 0, stderr
        return [job["state"]["title"] for job in json.loads(stdout)]

    assert await titles() == ["migrate oradb01 → ovm1", "HA off for web01"]
    assert await titles("--verb", "ha-off", "--since", "1h") == ["HA off for web01"]
    assert await titles("--node", "ovm2") == ["migrate oradb01 → ovm1"]
    assert await titles("--until", "yesterday") == []
    assert await titles("web01", "--outcome", "failed") == []
    code, stdout, _ = await run(settings_file, "history", "--commands", "oradb01")
    assert "xm migrate -l oradb01 ovm1" in stdout
    assert " ovm2 " in stdout
    target = tmp_path / "audit.csv"
    code, _, _ = await run(settings_file, "history", "--export", str(target))
    assert (code, target.stat().st_mode & 0o777) == (0, 0o600)
    lines = target.read_text().splitlines()
    assert lines[0].startswith("at,at_utc,actor,")
    assert sum("xm migrate" in line for line in lines) == 1
    assert pool.spec.manager_password not in target.read_text()
    code, _, stderr = await run(settings_file, "history", "--export", str(target))
    assert (code, "File exists" in stderr) == (2, True)
    code, _, stderr = await run(settings_file, "history", "--since", "soon")
    assert (code, "give an age" in stderr) == (2, True)


async def test_a_damaged_journal_stops_acting_and_not_looking(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    journal = state / "ovmtui" / "journal.sqlite3"
    journal.parent.mkdir(parents=True)
    journal.write_bytes(b"no database at all" * 500)
    code, stdout, _ = await run(settings_file, "list")
    assert (code, "ovmguest1" in stdout) == (0, True)
    code, _, stderr = await run(settings_file, "ha", "off", "web01", "--yes")
    assert code == 3
    assert "is damaged" in stderr
    assert "move it away" in stderr
    assert pool.changes == ()


async def test_check_tries_the_repositorys_lock_and_names_what_is_wrong(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    code, stdout, _ = await run(settings_file, "check", "--json")
    found = json.loads(stdout)
    lock = next(one for one in found if one["check"] == "lock")
    assert (code, lock["standing"], lock["seen"]) == (0, "holds", "seen by ovm2, ovm3, ovm4")
    assert not list(pool.directory.rglob(".ovmtui-check.lock"))
    await pool.faults.kill_node("ovm3")
    await pool.faults.set_xend("ovm2", "stopped")
    code, stdout, _ = await run(settings_file, "check")
    assert code == 1
    assert "Is xend running?" in stdout
    assert "refused" in stdout
    assert pool.changes == ()


def without_known_keys(settings_file: Path, pool: SimulatedPool, directory: Path) -> Path:
    """Return a configuration for `pool` that knows none of its nodes' keys."""
    strange = directory / "strange.toml"
    settings = settings_file.read_text()
    strange.write_text(settings.replace(str(pool.known_hosts), str(directory / "known_hosts")))
    return strange


async def test_an_unknown_host_key_tells_what_can_be_done(
    pool: SimulatedPool, settings_file: Path, state: Path, tmp_path: Path
) -> None:
    code, _, stderr = await run(without_known_keys(settings_file, pool, tmp_path), "list")
    assert code == 4
    assert "host key not known: SHA256:" in stderr
    assert "ovmtui hostkey ovm1" in stderr


async def test_the_machines_that_were_seen_are_kept_for_the_shells_completion(
    pool: SimulatedPool, settings_file: Path, state: Path
) -> None:
    await run(settings_file, "list")
    (seen,) = json.loads((state / "ovmtui" / "last-seen.json").read_text()).values()
    assert {"ovmguest1", "build7"} <= set(seen)

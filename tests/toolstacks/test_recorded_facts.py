"""What the recordings state, file by file: domains, outcomes, reasons, versions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ovmtui.model.domain import Domain, DomainState, Transit
from ovmtui.model.tool import Toolstack
from ovmtui.toolstacks.complaint import error_text, libxl_errors
from ovmtui.toolstacks.hypervisor import parse_info, parse_uptime
from ovmtui.toolstacks.listing import HEADER, parse_list
from ovmtui.toolstacks.longlisting import parse_list_long
from ovmtui.toolstacks.migration import MigrationEnd, migration_end
from ovmtui.toolstacks.xendlog import parse_migration_progress
from tests.toolstacks.recorded import Recorded, recordings

ROW = re.compile(r"\d+\s+\d+\s+\d+\s+[rbpscdw?-]{6}\s+\d+\.\d")


def of(file: str, command: str) -> list[Recorded]:
    """Return every run of a command that begins with `command`, in order."""
    found = [
        one
        for one in recordings()
        if f"{one.version}/{one.file}" == file and one.command.startswith(command)
    ]
    assert found, (file, command)
    return found


def listed(text: str) -> str:
    """Return the domains of a listing as `name#id memory state`, without Domain-0."""
    parsed = parse_list(text)
    assert parsed.value is not None
    return "; ".join(told(domain) for domain in parsed.value if not domain.is_domain_zero)


def told(domain: Domain) -> str:
    return f"{domain.name}#{domain.domid} {domain.memory_mib} {domain.state.value}"


def tables(file: str, command: str = "xl list") -> list[str]:
    return [
        listed(one.stdout)
        for one in of(file, command)
        if one.exit_status == 0 and " -l" not in one.command
    ]


def reasons(file: str, command: str) -> list[str]:
    return [error_text(one.stdout, one.stderr) for one in of(file, command) if one.exit_status]


def ends(file: str, command: str = "xl migrate") -> list[MigrationEnd]:
    return [migration_end(one.stderr) for one in of(file, command)]


def looks(one: Recorded) -> list[list[Domain]]:
    """Return the listings of a loop that lists again and again."""
    texts = re.split(r"^-- .*\n", one.stdout, flags=re.MULTILINE)[1:]
    parsed = [parse_list(text) for text in texts if text]
    assert not any(listing.notes for listing in parsed)
    return [list(listing.value or ()) for listing in parsed]


def test_no_recording_is_without_facts_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for one in recordings():
        assert f'"{one.version}/{one.file}"' in text


@pytest.mark.parametrize(
    "one", recordings(), ids=lambda one: f"{one.version} {one.file} {one.command}"[:60]
)
def test_every_row_of_every_table_is_read_as_it_stands(one: Recorded) -> None:
    """Rows are cut at blanks here, and nothing else is known of them."""
    rows = [line.split() for line in one.stdout.split("\n") if ROW.search(line)]
    if not any(tuple(line.split())[: len(HEADER)] == HEADER for line in one.stdout.split("\n")):
        assert parse_list(one.stdout).value is None
        return
    read = [domain for domain in parse_list(one.stdout).value or () if domain.domid is not None]
    assert [
        (d.name, str(d.domid), str(d.memory_mib), str(d.vcpus), d.letters, f"{d.cpu_seconds:.1f}")
        for d in read
    ] == [tuple(row[:6]) for row in rows]


def test_xl_create() -> None:
    file = "xl-4.17/create"
    assert tables(file) == [
        "10_web01#5 80 running",
        "10_web01#5 80 running",
        "10_web01#5 80 running; 11_db01#12 96 running; 13_slow01#13 80 running; "
        "18_pv01#14 80 paused",
        "10_web01#1 80 running",
        "10_web01#5 80 running; 11_db01#12 96 running; 13_slow01#13 80 running; "
        "18_pv01#14 80 paused",
        "11_db01#12 96 running; 13_slow01#13 80 running; 18_pv01#14 80 paused; "
        "10_web01#15 80 running; 10_web01#16 80 running",
    ]
    said = [text for verb in ("xl create", "sed") for text in reasons(file, verb)]
    for reason in (
        'Domain with name "10_web01" already exists.',
        "99_none/vm.cfg: No such file or directory",
        "is not a plain file",
        "Out of memory",
        "failed to open file '/boot/guest/none'",
        "syntax error, unexpected IDENT",
        "lexical error",
        "None.img: No such file or directory",
        "Could not find bridge device xenbr7",
        "Domain name must be specified.",
    ):
        assert sum(reason in text.partition(";")[0] for text in said) == 1, reason
    assert [libxl_errors(one.stderr) for one in of(file, "xl unpause")] == [
        "",
        "Unpausing domain: Invalid argument",
        "",
    ]
    codes = [one.exit_status for one in of(file, "xl create")]
    assert sorted(set(codes)) == [0, 3]


def test_xl_destroy_reboot_and_rename() -> None:
    file = "xl-4.17/destroy"
    assert tables(file) == [
        "10_web01#6 80 running; 18_pv01#7 80 running",
        "18_pv01#7 80 running; 10_web01#8 80 running",
        "18_pv01#7 80 running; 10_web01#8 80 running",
        "18_pv01#7 80 running; web02#8 80 running",
        "",
    ]
    assert reasons(file, "xl rename")[0].startswith('Domain with name "18_pv01" already exists.')
    assert [text.partition(";")[0] for text in reasons(file, "xl destroy")] == [
        "web02 is an invalid domain identifier (rc=-6)",
        "Not destroying domain 0",
        "Not destroying domain 0",
        "Non-existant domain",
    ]


def test_xl_devices_are_no_listing() -> None:
    for one in (recorded for recorded in recordings() if recorded.file == "devices"):
        assert parse_list(one.stdout).value is None
        assert parse_list_long(one.stdout).value is None
    (nosuch,) = of("xl-4.17/devices", "xl block-list nosuch")
    assert nosuch.exit_status == 0
    assert error_text("", nosuch.stderr) == "nosuch is an invalid domain identifier"


def test_xl_info() -> None:
    facts = [parse_info(one.stdout) for one in of("xl-4.17/info", "xl info")]
    assert [(f.value.host, f.value.free_memory_mib, f.notes) for f in facts] == [
        ("ovs1", 1043, ()),
        ("ovs2", 1384, ()),
        ("ovs1", 1043, ()),
    ]
    for facts_of_node in (parsed.value for parsed in facts):
        assert facts_of_node.total_memory_mib == 2047
        assert facts_of_node.cpus == 1
        assert facts_of_node.xen_version == "4.17.7"
        assert facts_of_node.toolstack is Toolstack.LIBXL
        assert facts_of_node.cpu_model is not None
        assert facts_of_node.cpu_model.startswith("078bf3fd:c0002001:20100800")


def test_xl_list_without_guests() -> None:
    file = "xl-4.17/list-empty"
    assert tables(file)[0] == ""
    assert reasons(file, "xl list") == [
        "nosuch is an invalid domain identifier (rc=-6)",
        "Error: Domain '99' does not exist.",
        "nosuch is an invalid domain identifier (rc=-6)",
    ]
    assert "Permission denied" in reasons(file, "su ")[0]
    assert reasons(file, "xl nosuchverb") == ["command not implemented"]


def test_xl_list_long() -> None:
    listings = [parse_list_long(one.stdout) for one in of("xl-4.17/list-long", "xl list -l")]
    db, every = (listing.value or () for listing in listings[:2])
    assert [(d.name, d.domid, d.uuid, d.memory_mib, d.vcpus) for d in db] == [
        ("11_db01", 2, "0004fb00-0006-0000-0000-000000000011", 96, 1)
    ]
    (disk,) = db[0].disks
    assert disk.path is not None
    assert (disk.path.rpartition("/")[2], disk.device, disk.mode) == ("System.img", "xvda", "w")
    assert [(i.mac, i.bridge) for i in db[0].interfaces] == [("00:16:3e:77:00:11", "xenbr0")]
    assert [(d.name, d.domid, (d.uuid or "none")[-4:], d.memory_mib) for d in every] == [
        ("Domain-0", 0, "none", 640),
        ("10_web01", 1, "0010", 80),
        ("11_db01", 2, "0011", 96),
        ("18_pv01", 3, "0018", 80),
        ("12_stuck01", 4, "0012", 80),
    ]


def test_xl_list() -> None:
    file = "xl-4.17/list"
    guests = (
        "10_web01#1 80 running; 11_db01#2 96 running; 18_pv01#3 80 running; 12_stuck01#4 80 paused"
    )
    assert tables(file) == [guests, "11_db01#2 96 running", guests]
    assert tables(file, "xm list") == [guests]
    (verbose,) = of(file, "xl list -v")
    assert [d.uuid for d in parse_list(verbose.stdout).value or ()] == [
        None,
        *(f"0004fb00-0006-0000-0000-0000000000{number}" for number in (10, 11, 18, 12)),
    ]
    (uptime,) = of(file, "xl uptime")
    assert [
        (row.name, row.domid, row.seconds) for row in parse_uptime(uptime.stdout).value or ()
    ] == [
        ("Domain-0", 0, 75),
        ("10_web01", 1, 47),
        ("11_db01", 2, 44),
        ("18_pv01", 3, 31),
        ("12_stuck01", 4, 23),
    ]


def test_xl_migrations_that_are_disturbed() -> None:
    file = "xl-4.17/migrate-cut"
    assert ends(file) == [
        MigrationEnd.SUCCESSFUL,
        MigrationEnd.RESUMED,
        MigrationEnd.NOT_SUSPENDED,
        MigrationEnd.NOT_SUSPENDED,
        MigrationEnd.SUCCESSFUL,
        MigrationEnd.RESUMED,
        MigrationEnd.RESUMED,
    ]
    said = reasons(file, "xl migrate")
    assert said[0].startswith('Domain with name "10_web01--incoming" already exists.')
    assert all("No such process" in text.partition(";")[0] for text in said[1:3])
    assert all("Broken pipe" in text for text in said[3:])
    assert tables(file)[-8:] == [
        "10_web01#26 80 running",
        "10_web01--incoming#21 39 paused",
        "10_web01#26 80 running",
        "10_web01--incoming#21 39 paused",
        "10_web01#26 80 running",
        "",
        "10_web01#27 80 running",
        "",
    ]
    assert tables(file)[:2] == ["", "10_web01#15 80 running"]
    assert "Connection refused" in reasons(file, "xl list")[0]
    (told_by_nohup,) = of(file, "tail -n 3 /tmp/mig.log")
    assert migration_end(told_by_nohup.stdout) is MigrationEnd.SUCCESSFUL


@pytest.mark.parametrize(
    ("file", "name", "full"),
    [("xl-4.17/migrate-list", "10_web01", 80), ("xl-4.17/migrate-dirty", "16_dirty01", 96)],
)
def test_xl_lists_while_a_machine_moves(file: str, name: str, full: int) -> None:
    assert ends(file) == [MigrationEnd.SUCCESSFUL]
    source, target = (looks(one) for one in of(file, "for i in"))
    arriving = [d for look in target for d in look if d.transit is Transit.INCOMING]
    sizes = [d.memory_mib for d in arriving]
    assert len(sizes) > 3
    assert sizes == sorted(sizes)
    assert sizes[-1] <= full + 1
    assert {(d.name, d.state, d.vcpus, d.plain_name) for d in arriving} == {
        (f"{name}--incoming", DomainState.PAUSED, 0, name)
    }
    leaving = [d for look in source for d in look if d.plain_name == name]
    states = [d.state for d in leaving if d.transit is Transit.NONE]
    # In its last moment it is suspended under its own name.
    assert set(states[:-1]) == {DomainState.RUNNING}
    assert states[-1] in {DomainState.RUNNING, DomainState.SUSPENDED}
    assert {d.state for d in leaving if d.transit is Transit.DEPARTED} <= {DomainState.SUSPENDED}
    assert sizes[0] < full // 2 < sizes[-1]
    assert all(d.name != name for d in source[-1])


def test_xl_migrations_that_fail() -> None:
    file = "xl-4.17/migrate-fail"
    said = [text.partition(";")[0] for text in reasons(file, "xl migrate")]
    assert said == [
        "nosuch is an invalid domain identifier (rc=-6)",
        "ssh: Could not resolve hostname ovs7: Temporary failure in name resolution",
        "ssh: connect to host ovs9 port 22: No route to host",
        "ssh: connect to host ovs2 port 2222: Connection refused",
        "Host key verification failed.",
        "root@ovs2: Permission denied (publickey).",
        "'xl migrate' requires at least 2 arguments.",
        "Failed to enable logdirty: 95,22,0 (22 = Invalid argument): Internal error",
        'Domain with name "10_web01" already exists.',
    ]
    assert ends(file)[-3:] == [
        MigrationEnd.NOT_SUSPENDED,
        MigrationEnd.REFUSED_BY_TARGET,
        MigrationEnd.SUCCESSFUL,
    ]
    assert set(ends(file)[:-3]) == {MigrationEnd.NOT_TOLD}
    (paused,) = of(file, "timeout 90 xl migrate")
    assert migration_end(paused.stderr) is MigrationEnd.NOT_SUSPENDED
    assert error_text("", paused.stderr).startswith("guest didn't acknowledge suspend")
    assert tables(file)[-2:] == ["18_pv01#17 80 running; 10_web01#18 80 paused", ""]


def test_xl_migrations_that_succeed() -> None:
    file = "xl-4.17/migrate"
    for one in recordings():
        if f"{one.version}/{one.file}" == file and " migrate " in one.command:
            # Under a terminal, and with `2>&1`, it is all on standard output.
            assert migration_end(one.stdout + one.stderr) is MigrationEnd.SUCCESSFUL, one.command
            assert libxl_errors(one.stderr) == ""
    assert tables(file) == ["10_web01#11 80 running", "", "10_web01#4 80 running"]


def test_xl_save_and_restore() -> None:
    file = "xl-4.17/save-restore"
    gone, back = of(file, "xl list")
    assert listed(gone.stdout) == ""
    assert parse_list(gone.stdout).notes, "the file's line is no row of the listing"
    assert listed(back.stdout) == "18_pv01#10 80 running"
    for verb in ("xl save", "xl restore", "xl shutdown"):
        assert [libxl_errors(one.stderr) for one in of(file, verb)] == [""]


def test_xl_takes_domain_zero_for_a_guest() -> None:
    file = "xl-4.17/shutdown-dom0"
    assert tables(file) == ["10_web01#1 80 running"] * 3
    assert [libxl_errors(one.stderr) for one in of(file, "xl pause 0")] == [
        "Pausing domain: Invalid argument"
    ]
    assert ends(file) == [MigrationEnd.NOT_SUSPENDED]
    assert reasons(file, "xl destroy") == ["Not destroying domain 0; use -f to force."] * 2
    assert [one.exit_status for one in of(file, "xl shutdown 0")] == [0]
    assert len(reasons(file, "xl list")) == 11
    assert all("onnection" in text for text in reasons(file, "xl list"))
    assert "Connection timed out" in reasons(file, "ssh ")[0]


def test_xl_shutdowns_that_are_ignored() -> None:
    file = "xl-4.17/shutdown-ignored"
    assert tables(file) == [
        "12_stuck01#2 80 running; 19_pvstuck01#5 80 running",
        "19_pvstuck01#5 80 running",
        "",
    ]
    accepted = [one.exit_status for one in of(file, "xl shutdown 1")]
    assert accepted == [0, 0]
    assert of(file, "timeout 20 xl shutdown -w")[0].exit_status == 124


def test_xl_shutdowns_that_are_obeyed() -> None:
    file = "xl-4.17/shutdown"
    assert tables(file)[0].startswith("10_web01#1 80 running; 12_stuck01#2 80 running")
    assert tables(file)[-1] == "12_stuck01#2 80 running; 19_pvstuck01#5 80 running"
    assert reasons(file, "xl shutdown") == [
        "10_web01 is an invalid domain identifier (rc=-6)",
        "nosuch is an invalid domain identifier (rc=-6)",
    ]


def test_xl_vcpu_list_and_xentop_are_no_listings() -> None:
    for file, verb in (("xl-4.17/vcpu-list", "xl"), ("xl-4.17/xentop", "")):
        for one in of(file, verb):
            assert parse_list(one.stdout).value is None
            assert parse_uptime(one.stdout).value is None
    assert reasons("xl-4.17/vcpu-list", "xl vcpu-list") == [
        "nosuch is an invalid domain identifier (rc=-6)"
    ]
    assert reasons("xl-4.17/vcpu-list", "xl vcpu-pin")[0].startswith("Setting vcpu affinity")
    assert reasons("xl-4.17/xentop", "xentop -i 1") == ["Error opening terminal: unknown."]


def test_xm_create_and_double_start() -> None:
    said = reasons("xm-3.4/create", "xm create")
    for reason in (
        "Error: Domain 'ovmguest1' already exists with ID '2'",
        "I need 33685504 KiB but only have",
        "Error: Disk isn't accessible",
        "Error: Kernel image does not exist: /boot/vmlinuz-missing",
        "Error: name 'lots' is not defined",
        "Error: Invalid VM Name",
        "Error: Unable to open config file: xmdefconfig",
    ):
        assert sum(reason in text for text in said) == 1, reason
    assert tables("xm-3.4/double-start", "xm list") == [
        "ovmguest1#2 1024 running",
        "ovmguest1#5 1024 running",
        "ovmguest1#5 1024 running; ovmguest1#6 1024 running",
        "ovmguest1#5 1024 running",
    ]


def test_xm_info_and_uptime() -> None:
    # The hypervisor below all of them was one that says 3.4.
    for file in ("xm-3.4/info-uptime-vcpu", "xm-4.1/all", "xm-4.4/all"):
        facts = parse_info(of(file, "xm info")[0].stdout).value
        assert facts.toolstack is Toolstack.XEND
        assert (facts.host, facts.xen_version, facts.cpus) == ("ovm1", "3.4.0", 8)
        rows = parse_uptime(of(file, "xm uptime")[0].stdout).value
        assert rows is not None
        assert any(row.name == "Domain-0" and row.domid == 0 for row in rows)
    assert reasons("xm-3.4/info-uptime-vcpu", "xm domname") == [
        "Error: Domain '999' does not exist."
    ]


def test_xm_lists() -> None:
    (whole, *_) = of("xm-3.4/list", "xm list")
    rows = {d.name: d for d in parse_list(whole.stdout).value or ()}
    assert rows["managed1"].state is DomainState.HALTED
    assert rows["managed1"].domid is None
    long = {
        d.name: (d.domid, (d.uuid or "")[-4:], d.memory_mib)
        for one in of("xm-3.4/list-long", "xm list -")
        for d in parse_list_long(one.stdout).value or ()
    }
    assert long["ovmguest1"] == (2, "0101", 1024)
    assert long["managed1"] == (None, "0707", 256)
    assert long["Domain-0"] == (0, "0000", 553)
    assert long["winsrv"][0] == 3


def test_xm_migrations() -> None:
    file = "xm-3.4/migrate"
    said = reasons(file, "xm migrate")
    assert "Error: can't connect: [Errno 113] No route to host" in said
    assert "Error: Cannot migrate privileged domain Domain-0" in said
    assert "Error: Domain is not running" in said
    under_way = [
        {told(d) for d in parse_list(one.stdout).value or ()} for one in of(file, "xm list")
    ]
    assert any("migrating-stuck1#5 256 running" in rows for rows in under_way)
    assert any("stuck1#11 256 paused" in rows for rows in under_way)
    assert parse_migration_progress("Saving memory pages: iter 1   0%") == 0


def test_xm_pauses_saves_and_ends() -> None:
    file = "xm-3.4/pause-save"
    assert tables(file, "xm pause ovmguest1; echo") == ["ovmguest1#2 1024 paused"]
    assert tables(file, "xm unpause ovmguest1; echo") == ["ovmguest1#2 1024 running"]
    assert "Error: Domain 'managed1' is not started" in reasons(file, "xm unpause")
    file = "xm-3.4/shutdown-reboot-destroy"
    assert "Error: Domain 0 cannot be shutdown" in reasons(file, "xm shutdown")
    assert "Error: (3, 'No such process')" in reasons(file, "xm destroy")
    assert "managed1#None 256 halted" in tables(file, "xm list")[0]
    for text in reasons("xm-3.4/xend-down", "xm list"):
        assert text.startswith("Error: Unable to connect to xend: ")
        assert text.endswith("Is xend running?")


@pytest.mark.parametrize(("file", "domid"), [("xm-4.1/all", 2), ("xm-4.4/all", 3)])
def test_xm_of_later_versions(file: str, domid: int) -> None:
    name = "0004fb00000600003114ee2da8afa5b7"
    assert f"{name}#{domid} 1024 running" in tables(file, "xm list")[0]
    (detail,) = parse_list_long(of(file, "xm list -l")[0].stdout).value or ()
    assert (detail.name, detail.domid, detail.uuid) == (
        name,
        domid,
        "0004fb00-0006-0000-3114-ee2da8afa5b7",
    )
    said = reasons(file, "xm migrate")
    assert "Error: can't connect: [Errno 111] Connection refused" in said

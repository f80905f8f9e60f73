from __future__ import annotations

from collections.abc import Callable

import pytest

from ovmtui.model.command import Command
from ovmtui.toolstacks import guest, ovmcli, xm


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (xm.list_command(), "xm list"),
        (xm.list_long_command(), "xm list -l"),
        (xm.info_command(), "xm info"),
        (xm.uptime_command(), "xm uptime"),
        (xm.create_command("/OVS/running_pool/v/vm.cfg"), "xm create /OVS/running_pool/v/vm.cfg"),
        (xm.create_command("/OVS/a b;reboot/vm.cfg"), "xm create '/OVS/a b;reboot/vm.cfg'"),
        (xm.shutdown_command("ovmguest1"), "xm shutdown ovmguest1"),
        (xm.shutdown_command("$(reboot)"), "xm shutdown '$(reboot)'"),
        (xm.reboot_command("ovmguest1"), "xm reboot ovmguest1"),
        (xm.pause_command("ovmguest1"), "xm pause ovmguest1"),
        (xm.unpause_command("7"), "xm unpause 7"),
        (xm.destroy_command(7), "xm destroy 7"),
        (xm.rename_command(7, "ovmguest1"), "xm rename 7 ovmguest1"),
        (xm.migrate_command("ovmguest1", "ovm1"), "xm migrate -l ovmguest1 ovm1"),
        (xm.migrate_command("ovmguest1", "ovm1", libxl=True), "xm migrate ovmguest1 ovm1"),
        (guest.ping_command("192.0.2.1"), "ping -c 1 -W 1 -w 1 192.0.2.1"),
        (guest.ping_command("2001:db8::1"), "ping6 -c 1 -W 1 -w 1 2001:db8::1"),
        (
            guest.login_command("ovmguest1"),
            "ssh -o StrictHostKeyChecking=no -o ForwardX11=no -o BatchMode=yes -n "
            "-o ConnectTimeout=1 ovmguest1 pwd",
        ),
        (
            ovmcli.ha_command(("ovm",), "admin", "pool1", "ovmguest1", False),
            "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -d",
        ),
        (
            ovmcli.ha_command(("ovm",), "admin", "pool1", "ovmguest1", True),
            "ovm -u admin -p XXXXXX vm conf -n ovmguest1 -s pool1 -e",
        ),
        (
            ovmcli.vm_info_command(("ovm",), "admin", "pool1", "ovmguest1"),
            "ovm -u admin -p XXXXXX vm info -n ovmguest1 -s pool1",
        ),
        (
            ovmcli.server_list_command(("sudo", "ovm"), "admin"),
            "sudo ovm -u admin -p XXXXXX '-S\";\"' svr ls",
        ),
        (
            ovmcli.vm_list_command(("ovm",), "admin", "pool 1"),
            "ovm -u admin -p XXXXXX '-S\";\"' vm ls -l -s 'pool 1'",
        ),
    ],
)
def test_what_is_run_is_what_is_shown(command: Command, shown: str) -> None:
    assert command.shown == shown


@pytest.mark.parametrize("name", ["Domain-0", "0", "00", " 0", "+0", "-0", "", "-w", "--all"])
@pytest.mark.parametrize(
    "build",
    [
        xm.shutdown_command,
        xm.reboot_command,
        xm.pause_command,
        xm.unpause_command,
        lambda name: xm.migrate_command(name, "ovm2"),
    ],
)
def test_the_control_domain_and_options_are_refused(
    build: Callable[[str], Command], name: str
) -> None:
    with pytest.raises(ValueError, match=r"control domain|not a name"):
        build(name)


@pytest.mark.parametrize("domid", [0, -1])
def test_no_domain_but_a_guest_is_destroyed(domid: int) -> None:
    with pytest.raises(ValueError, match="not the id"):
        xm.destroy_command(domid)


@pytest.mark.parametrize("path", ["", "-c", "vm.cfg", "../vm.cfg"])
def test_a_machine_is_started_from_an_absolute_path_only(path: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        xm.create_command(path)


@pytest.mark.parametrize("word", ["", "-oProxyCommand=reboot"])
def test_addresses_that_are_options_are_refused(word: str) -> None:
    for build in (guest.ping_command, guest.login_command):
        with pytest.raises(ValueError, match="not an address"):
            build(word)
    with pytest.raises(ValueError, match="not a name"):
        xm.migrate_command("v", word)
    for vm, pool in ((word, "pool1"), ("v", word)):
        with pytest.raises(ValueError, match="not a name"):
            ovmcli.ha_command(("ovm",), "admin", pool, vm, True)
        with pytest.raises(ValueError, match="not a name"):
            ovmcli.vm_info_command(("ovm",), "admin", pool, vm)
    with pytest.raises(ValueError, match="not a name"):
        ovmcli.vm_list_command(("ovm",), "admin", word)

from __future__ import annotations

from collections.abc import Callable

import pytest

from ovmtui.model.command import Command
from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.toolstacks import guest, ovmcli
from ovmtui.toolstacks.domaintool import DomainTool

xm = DomainTool(Tool(Program.XM, Toolstack.XEND))
xl = DomainTool(Tool(Program.XL, Toolstack.LIBXL))
shim = DomainTool(Tool(Program.XM, Toolstack.LIBXL))


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (xm.list(), "xm list"),
        (xm.list_long(), "xm list -l"),
        (xm.info(), "xm info"),
        (xm.uptime(), "xm uptime"),
        (xm.create("/OVS/running_pool/v/vm.cfg"), "xm create /OVS/running_pool/v/vm.cfg"),
        (xm.create("/OVS/a b;reboot/vm.cfg"), "xm create '/OVS/a b;reboot/vm.cfg'"),
        (xm.shutdown("ovmguest1"), "xm shutdown ovmguest1"),
        (xm.shutdown("$(reboot)"), "xm shutdown '$(reboot)'"),
        (xm.reboot("ovmguest1"), "xm reboot ovmguest1"),
        (xm.pause("ovmguest1"), "xm pause ovmguest1"),
        (xm.unpause("7"), "xm unpause 7"),
        (xm.destroy(7), "xm destroy 7"),
        (xm.rename(7, "ovmguest1"), "xm rename 7 ovmguest1"),
        (xm.migrate("ovmguest1", "ovm1"), "xm migrate -l ovmguest1 ovm1"),
        (xm.console("7"), "xm console 7"),
        (shim.migrate("ovmguest1", "ovm1"), "xm migrate ovmguest1 ovm1"),
        (shim.list(), "xm list"),
        (xl.list(), "xl list"),
        (xl.list_long(), "xl list -l"),
        (xl.info(), "xl info"),
        (xl.uptime(), "xl uptime"),
        (xl.create("/OVS/a b;reboot/vm.cfg"), "xl create '/OVS/a b;reboot/vm.cfg'"),
        (xl.shutdown("web"), "xl shutdown web"),
        (xl.reboot("web"), "xl reboot web"),
        (xl.pause("web"), "xl pause web"),
        (xl.unpause("web"), "xl unpause web"),
        (xl.destroy(7), "xl destroy 7"),
        (xl.rename(7, "web"), "xl rename 7 web"),
        (xl.migrate("web", "ovm1"), "xl migrate web ovm1"),
        (xl.console("7"), "xl console 7"),
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


@pytest.mark.parametrize(
    "name", ["Domain-0", "domain-0", "0", "00", " 0", "0L", "+0", "-0", "", "-w", "--all"]
)
@pytest.mark.parametrize(
    "build",
    [
        xm.shutdown,
        xm.reboot,
        xm.pause,
        xm.unpause,
        lambda name: xm.rename(7, name),
        lambda name: xm.migrate(name, "ovm2"),
        xl.shutdown,
        xl.reboot,
        xl.pause,
        xl.unpause,
        lambda name: xl.rename(7, name),
        lambda name: xl.migrate(name, "ovm2"),
    ],
)
def test_the_control_domain_and_options_are_refused(
    build: Callable[[str], Command], name: str
) -> None:
    with pytest.raises(ValueError, match=r"control domain|not a name"):
        build(name)


@pytest.mark.parametrize("domid", [0, -1])
def test_no_domain_but_a_guest_is_destroyed(domid: int) -> None:
    for tool in (xm, xl, shim):
        with pytest.raises(ValueError, match="not the id"):
            tool.destroy(domid)
        with pytest.raises(ValueError, match="not the id"):
            tool.rename(domid, "web")


def test_a_migration_is_worded_for_a_known_toolstack_only() -> None:
    with pytest.raises(ValueError, match="not known"):
        DomainTool(Tool(Program.XM)).migrate("web", "ovm2")


def test_only_libxl_lists_the_hypervisors_uuids() -> None:
    assert xm.list_uuids() is None
    assert xl.list_uuids() == Command(("xl", "list", "-v"))
    assert shim.list_uuids() == Command(("xm", "list", "-v"))


@pytest.mark.parametrize("path", ["", "-c", "vm.cfg", "../vm.cfg"])
def test_a_machine_is_started_from_an_absolute_path_only(path: str) -> None:
    with pytest.raises(ValueError, match="absolute"):
        xm.create(path)


@pytest.mark.parametrize("word", ["", "-oProxyCommand=reboot"])
def test_addresses_that_are_options_are_refused(word: str) -> None:
    for build in (guest.ping_command, guest.login_command):
        with pytest.raises(ValueError, match="not an address"):
            build(word)
    with pytest.raises(ValueError, match="not a name"):
        xm.migrate("v", word)
    for vm, pool in ((word, "pool1"), ("v", word)):
        with pytest.raises(ValueError, match="not a name"):
            ovmcli.ha_command(("ovm",), "admin", pool, vm, True)
        with pytest.raises(ValueError, match="not a name"):
            ovmcli.vm_info_command(("ovm",), "admin", pool, vm)
    with pytest.raises(ValueError, match="not a name"):
        ovmcli.vm_list_command(("ovm",), "admin", word)

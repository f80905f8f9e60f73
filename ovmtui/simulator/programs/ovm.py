"""`ovm`, the command line of an Oracle VM 2.2 manager.

Its words are those that OpenSVC's driver and other programs rely on. The guide is not
public: where no program tells a text (errors above all), the text is ours.
"""

from __future__ import annotations

import getopt
from collections.abc import Sequence

from ovmtui.simulator.manager import ManagedVm, Manager
from ovmtui.simulator.node import Plug
from ovmtui.simulator.programs.call import Call

_WIZARD = """\
This is a wizard for configuring the Oracle VM Manager Command Line Interface. 
CTRL-C to exit.

"""  # noqa: W291
_QUESTIONS = (
    "Oracle VM Manager hostname: ",
    "Oracle VM Manager port number: ",
    "Deploy path (leave blank for default): ",
    "Location of vncviewer (leave blank to skip): ",
    "Enable HTTPS support? (Y/n): ",
)
_CONFIGURED = """
Configuration complete.
Please rerun the Oracle VM Manager Command Line Interface.
"""
_VM_TITLES = ("Name", "Size", "Mem", "VCPUs", "Status", "Server", "Server Pool")
_SERVER_TITLES = ("Server Type", "Server Name", "Status", "Server Pool")
_DISK_MIB = 10240


class _Refused(Exception):
    """The manager does not do it; the text follows `Error: `."""

    def __init__(self, text: str, code: int = 1) -> None:
        super().__init__(text)
        self.code = code


async def ovm(call: Call) -> int:
    """Log in to the manager and run one verb; failures are told on standard output."""
    if not call.node.has_ovmcli:
        call.err("sh: ovm: command not found\n")
        return 127
    if call.arguments == ("config",):
        return await _configure(call)
    if not call.node.knows_manager:
        call.out("Error: the command line is not configured. Please run: ovm config\n")
        return 1
    manager = call.world.manager
    try:
        options, words = getopt.getopt(list(call.arguments), "u:p:S:")
        await manager.log_in()
        _authenticate(manager, dict(options))
        if len(words) < 2:
            raise _Refused("no such command")
        chosen = _options(words[2:])
        match words[0], words[1]:
            case "svr", "ls":
                _table(call, _SERVER_TITLES, _servers(call), dict(options).get("-S"))
            case "vm", "ls":
                _check_pool(manager, chosen)
                _table(call, _VM_TITLES, _machines(manager), dict(options).get("-S"))
            case "vm", "stat":
                call.out(f"{_vm(manager, chosen).status}\n")
            case "vm", "info":
                _info(call, manager, _vm(manager, chosen))
            case "vm", "conf":
                _switch(call, manager, chosen)
            case _:
                raise _Refused(f'command "{words[0]} {words[1]}" is not known')
    except getopt.GetoptError as error:
        call.out(f"Error: {error}\n")
        return 1
    except _Refused as error:
        call.out(f"Error: {error}\n")
        return error.code
    return 0


async def _configure(call: Call) -> int:
    call.out(_WIZARD)
    answers = []
    questions = list(_QUESTIONS)
    if call.world.manager.surprise:
        questions.insert(2, call.world.manager.surprise)
    for question in questions:
        call.out(question)
        answer = await call.read_line()
        if not answer:
            return 1
        answers.append(answer.strip())
    call.node.wizard_answers = tuple(answers)
    call.node.knows_manager = bool(answers[0])
    call.out(_CONFIGURED)
    return 0


def _authenticate(manager: Manager, options: dict[str, str]) -> None:
    spec = manager.world.spec
    if not manager.is_up:
        raise _Refused("Unable to connect to Oracle VM Manager: Connection refused")
    if (options.get("-u"), options.get("-p")) != (spec.manager_user, spec.manager_password):
        raise _Refused("Login failed: invalid username or password")
    if manager.complaint:
        raise _Refused(manager.complaint, code=0)


def _options(words: Sequence[str]) -> dict[str, str]:
    options, rest = getopt.getopt(list(words), "n:s:c:m:ledf")
    if rest:
        raise _Refused(f'argument "{rest[0]}" is not known')
    return dict(options)


def _check_pool(manager: Manager, options: dict[str, str]) -> None:
    if options.get("-s") != manager.pool:
        raise _Refused(f'Server pool "{options.get("-s", "")}" does not exist')


def _vm(manager: Manager, options: dict[str, str]) -> ManagedVm:
    _check_pool(manager, options)
    name = options.get("-n", "")
    known = manager.vm(name)
    if known is None:
        raise _Refused(f'Virtual machine "{name}" does not exist')
    return known


def _switch(call: Call, manager: Manager, options: dict[str, str]) -> None:
    known = _vm(manager, options)
    if ("-e" in options) == ("-d" in options):
        raise _Refused("nothing to configure")
    on = "-e" in options
    manager.set_ha(known.vm, on)
    call.out(f"High availability has been {'enabled' if on else 'disabled'}.\n\n")


def _info(call: Call, manager: Manager, known: ManagedVm) -> None:
    vm = known.vm
    values = {
        "Virtual Machine Name": vm.name,
        "Memory(MB)": str(vm.memory_mib),
        "Number of VCPUs": str(vm.vcpus),
        # The manager's own spelling.
        "Hign Availability": "Enabled" if manager.world.ha[vm.identity] else "Disabled",
        "Status": known.status,
        "Server": known.server,
        "Server Pool": manager.pool,
    }
    call.out("".join(f"{key}: {value}\n" for key, value in values.items()))


def _machines(manager: Manager) -> list[tuple[str, ...]]:
    return [
        (
            known.vm.name,
            str(_DISK_MIB),
            str(known.vm.memory_mib),
            str(known.vm.vcpus),
            known.status,
            known.server,
            manager.pool,
        )
        for known in manager.vms()
    ]


def _servers(call: Call) -> list[tuple[str, ...]]:
    return [
        (
            "Pool Master" if number == 0 else "Virtual Machine",
            node.name,
            "Inactive" if node.plug is Plug.DEAD else "Active",
            call.world.spec.name,
        )
        for number, node in enumerate(call.world.nodes.values())
    ]


def _table(
    call: Call, titles: tuple[str, ...], rows: list[tuple[str, ...]], separator: str | None
) -> None:
    lines = [titles, *rows]
    if separator is not None:
        # The separator is printed as it was given, quotes included.
        call.out("".join(separator.join(line) + "\n" for line in lines))
        return
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    for line in lines:
        cells = (f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True))
        call.out("  ".join(cells).rstrip() + "\n")

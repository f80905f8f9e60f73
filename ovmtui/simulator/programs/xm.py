"""`xm`, the command line of xend, as Xen 3.4 has it."""

from __future__ import annotations

import getopt
from collections.abc import Awaitable, Callable
from functools import cache, partial
from importlib import resources

from ovmtui.simulator import migration, vmfiles, xend
from ovmtui.simulator.domain import Condition, Domain
from ovmtui.simulator.errors import XendError, unknown_domain
from ovmtui.simulator.node import Xend
from ovmtui.simulator.programs import xm_tables
from ovmtui.simulator.programs.call import Call
from ovmtui.simulator.programs.sxp import pretty
from ovmtui.simulator.programs.xm_console import console
from ovmtui.simulator.programs.xm_long import expression, long_listing

GARBAGE = "\x1b[2J\x00\udcff\udcfe (most rec\r\n  -b- 12 x\ty 4096\n\udc9b31mNam"
"""No table: controls, bytes that are no UTF-8, a cut line."""
_PACE = 1.0
_GONE = "Unable to connect to xend: {reason}. Is xend running?"


@cache
def _usage(name: str) -> str:
    return (resources.files("ovmtui.simulator") / "usage" / f"{name}.txt").read_text()


async def xm(call: Call) -> int:
    """Run one sub-command."""
    name, arguments = (call.arguments or ("",))[0], call.arguments[1:]
    command = _COMMANDS.get(name)
    if command is None:
        call.out(_usage("xm"))
        call.err(f"Error: Subcommand {name} not found!\n")
        return 1
    try:
        await command(call, list(arguments))
    except XendError as error:
        if error.usage and name in _WITH_USAGE:
            call.out(_usage(name))
        call.err(f"Error: {error}\n")
        return error.code
    except getopt.GetoptError as error:
        if name in _WITH_USAGE:
            call.out(_usage(name))
        call.err(f"Error: {error}\n")
        return 1
    return 0


async def _reach_xend(call: Call) -> None:
    """Return when xend answers; a hanging one is waited for.

    Raises:
        XendError: it is down.
    """
    boots = call.node.boots
    while call.node.xend is Xend.HANGING:
        await call.world.timeline.sleep(_PACE)
    if call.node.boots != boots:
        raise XendError(_GONE.format(reason=Xend.DYING.value), usage=False)
    if call.node.xend in {Xend.STOPPED, Xend.CRASHED, Xend.DYING}:
        raise XendError(_GONE.format(reason=call.node.xend.value), usage=False)


async def _list(call: Call, arguments: list[str]) -> None:
    options, names = getopt.gnu_getopt(arguments, "lv", ["long", "label", "state="])
    chosen = dict(options)
    state = chosen.get("--state")
    if state is not None and names:
        # The client prints its usage with a further empty line here.
        call.out(_usage("list") + "\n")
        raise XendError(
            "You may specify either a state or a particular VM, but not both", usage=False
        )
    await _reach_xend(call)
    node, now = call.node, call.world.now
    if node.xend is Xend.GARBLED:
        call.out(GARBAGE)
        return
    domains = [xend.find(node, name) for name in names] or list(node.domains)
    if state is not None:
        wanted = _STATES.get(state, frozenset())
        domains = [domain for domain in domains if domain.condition in wanted]
    domains = xm_tables.in_order(domains)
    if "-v" in chosen:
        call.err("xm list -v is deprecated.  Please use xm vcpu-list.\n")
        call.out(xm_tables.vcpus(domains, now))
    elif chosen.keys() & {"-l", "--long"}:
        call.out("".join(long_listing(domain, now) for domain in domains))
    else:
        call.out(xm_tables.domain_list(domains, now, labels="--label" in chosen))


async def _uptime(call: Call, arguments: list[str]) -> None:
    call.out(xm_tables.uptimes(await _domains(call, arguments), call.world.now))


async def _vcpu_list(call: Call, arguments: list[str]) -> None:
    call.out(xm_tables.vcpus(await _domains(call, arguments), call.world.now))


async def _info(call: Call, arguments: list[str]) -> None:
    await _reach_xend(call)
    call.out(xm_tables.facts(call.node))


async def _domid(call: Call, arguments: list[str]) -> None:
    word = _one(call, "domid", arguments)
    await _reach_xend(call)
    call.out(f"{xend.find(call.node, word).domid}\n")


async def _domname(call: Call, arguments: list[str]) -> None:
    word = _one(call, "domname", arguments)
    await _reach_xend(call)
    for domain in call.node.domains:
        if word.isdigit() and domain.domid == int(word):
            call.out(f"{domain.name}\n")
            return
    raise unknown_domain(word)


async def _create(call: Call, arguments: list[str]) -> None:
    options, words = getopt.gnu_getopt(arguments, "qpnc", ["quiet", "paused", "dryrun"])
    chosen = {option for option, _ in options}
    if not words:
        raise XendError("Unable to open config file: xmdefconfig")
    path = words[0]
    if not vmfiles.is_there(path):
        raise XendError(f"Unable to open config file: {path}")
    quiet = bool(chosen & {"-q", "--quiet"})
    if not quiet:
        call.out(f'Using config file "{path}".\n')
    machine = vmfiles.read_machine(path)
    if chosen & {"-n", "--dryrun"}:
        halted = Domain(
            machine=machine,
            guest=call.world.guest_of(machine),
            name=machine.name,
            domid=None,
            built_at=0.0,
            guest_started_at=0.0,
            condition=Condition.HALTED,
        )
        call.out(pretty(("vm", *expression(halted, 0.0)[1:])) + "\n")
        return
    await _reach_xend(call)
    paused = bool(chosen & {"-p", "--paused"})
    domain = await xend.create(call.world, call.node, machine, paused=paused)
    if not quiet:
        call.out(f"Started domain {domain.name} (id={domain.domid})\n")


async def _stop(verb: str, call: Call, arguments: list[str]) -> None:
    if not 1 <= len(arguments) <= 4:
        raise XendError(f"'xm {verb}' requires between 1 and 4 arguments.\n")
    options, words = getopt.gnu_getopt(arguments, "waRH")
    if len(words) != 1:
        raise XendError("No multiple domain parameters allowed", usage=False)
    await _reach_xend(call)
    ask = xend.shutdown if verb == "shutdown" else xend.reboot
    domain = ask(call.world, call.node, words[0])
    if "-w" not in dict(options):
        return
    while call.node.holds(domain):
        await call.world.timeline.sleep(_PACE)
    if verb == "shutdown":
        call.out(f"Domain {domain.name} terminated\nAll domains terminated\n")
        return
    await call.world.timeline.sleep(call.world.spec.latencies.rebuild + _PACE)
    how = "rebooted" if call.node.find(domain.name) else "destroyed for failing to reboot"
    call.out(f"Domain {domain.name} {how}\nAll domains rebooted\n")


async def _destroy(call: Call, arguments: list[str]) -> None:
    word = _one(call, "destroy", arguments)
    await _reach_xend(call)
    xend.destroy(call.world, call.node, word)


async def _pause(call: Call, arguments: list[str]) -> None:
    word = _one(call, "pause", arguments)
    await _reach_xend(call)
    xend.pause(call.world, call.node, word)


async def _unpause(call: Call, arguments: list[str]) -> None:
    word = _one(call, "unpause", arguments)
    await _reach_xend(call)
    xend.unpause(call.world, call.node, word)


async def _migrate(call: Call, arguments: list[str]) -> None:
    options, words = getopt.gnu_getopt(arguments, "lsp:n:", ["live", "ssl", "port=", "node="])
    chosen = dict(options)
    if len(words) != 2:
        # The client prints its usage with a further empty line here.
        call.out(_usage("migrate") + "\n")
        raise XendError("Invalid number of arguments", usage=False)
    await _reach_xend(call)
    port = int(chosen.get("-p", chosen.get("--port", "8002")))
    await migration.migrate(call.world, call.node, *words, port=port)


async def _rename(call: Call, arguments: list[str]) -> None:
    if len(arguments) != 2:
        raise XendError("'xm rename' requires 2 arguments.\n")
    await _reach_xend(call)
    xend.rename(call.node, *arguments)


async def _domains(call: Call, names: list[str]) -> list[Domain]:
    await _reach_xend(call)
    return xm_tables.in_order([xend.find(call.node, name) for name in names] or call.node.domains)


def _one(call: Call, verb: str, arguments: list[str]) -> str:
    if len(arguments) != 1:
        raise XendError(f"'xm {verb}' requires 1 arguments.\n")
    return arguments[0]


_STATES = {
    "running": frozenset({Condition.RUNNING}),
    "paused": frozenset({Condition.PAUSED}),
    "halted": frozenset({Condition.HALTED, Condition.SHUTDOWN}),
    "crashed": frozenset({Condition.CRASHED}),
}
_COMMANDS: dict[str, Callable[[Call, list[str]], Awaitable[None]]] = {
    "list": _list,
    "uptime": _uptime,
    "vcpu-list": _vcpu_list,
    "info": _info,
    "domid": _domid,
    "domname": _domname,
    "create": _create,
    "shutdown": partial(_stop, "shutdown"),
    "reboot": partial(_stop, "reboot"),
    "destroy": _destroy,
    "pause": _pause,
    "unpause": _unpause,
    "migrate": _migrate,
    "rename": _rename,
    "console": console,
}
_WITH_USAGE = frozenset("list create shutdown reboot destroy pause unpause migrate".split())

"""`xl`, the command line of libxl, as Xen 4.17 has it: what it says goes to standard error."""

from __future__ import annotations

import getopt
from collections.abc import Awaitable, Callable

from ovmtui.simulator import libxl, vmfiles, xl_migration
from ovmtui.simulator.domain import Domain
from ovmtui.simulator.errors import LibxlError
from ovmtui.simulator.node import Xend
from ovmtui.simulator.programs import xl_tables
from ovmtui.simulator.programs.call import Call
from ovmtui.simulator.programs.xm import GARBAGE
from ovmtui.simulator.spec import Tools

_PACE = 1.0
_BESIDE_XEND = (
    "xend is running, which may cause unpredictable results when using",
    "this xl command.  Please shut down xend before continuing.",
    "",
    "(This check can be overridden with the -f option.)",
)
_CHANGING = frozenset("create shutdown reboot destroy pause unpause migrate rename".split())


async def xl(call: Call) -> int:
    """Run one sub-command."""
    name, arguments = (call.arguments or ("",))[0], call.arguments[1:]
    command = _COMMANDS.get(name)
    if command is None:
        call.err("command not implemented\n")
        return 1
    boots = call.node.boots
    # Without its store libxl waits for ever, and so does every command.
    while call.node.spec.tools.are_libxl and call.node.xend not in {Xend.UP, Xend.GARBLED}:
        await call.world.timeline.sleep(_PACE)
        if call.node.boots != boots:
            return 137
    try:
        if name in _CHANGING and call.node.spec.tools is Tools.BOTH:
            raise LibxlError(*_BESIDE_XEND)
        await command(call, list(arguments))
    except LibxlError as error:
        call.err("".join(f"{line}\n" for line in error.lines))
        return error.code
    except getopt.GetoptError as error:
        call.err(f"{error}\n")
        return 2
    return 0


async def _list(call: Call, arguments: list[str]) -> None:
    options, names = getopt.gnu_getopt(arguments, "lvZ", ["long", "verbose"])
    chosen = {option for option, _ in options}
    node = call.node
    if node.xend is Xend.GARBLED:
        call.out(GARBAGE)
        return
    if names and names[0].isdigit() and all(d.domid != int(names[0]) for d in node.domains):
        raise LibxlError(f"Error: Domain '{names[0]}' does not exist.")
    domains = [libxl.find(node, name) for name in names] or list(node.domains)
    if chosen & {"-l", "--long"}:
        call.out(xl_tables.long_list(domains))
    else:
        verbose = bool(chosen & {"-v", "--verbose"})
        call.out(xl_tables.domain_list(domains, call.world.now, verbose=verbose))


async def _info(call: Call, arguments: list[str]) -> None:
    call.out(xl_tables.facts(call.node))


async def _uptime(call: Call, arguments: list[str]) -> None:
    domains = [libxl.find(call.node, name) for name in arguments] or call.node.domains
    call.out(xl_tables.uptimes(domains, call.world.now))


async def _domid(call: Call, arguments: list[str]) -> None:
    call.out(f"{_found(call, 'domid', arguments).domid}\n")


async def _create(call: Call, arguments: list[str]) -> None:
    options, words = getopt.gnu_getopt(arguments, "qp", ["quiet"])
    chosen = {option for option, _ in options}
    path = words[0] if words else ""
    if not vmfiles.is_there(path):
        raise LibxlError(f"Failed to read config file: {path}: No such file or directory", code=3)
    if not chosen & {"-q", "--quiet"}:
        call.err(f"Parsing config from {path}\n")
    machine = vmfiles.read_machine(path)
    await libxl.create(call.world, call.node, machine, paused="-p" in chosen)


async def _shutdown(call: Call, arguments: list[str]) -> None:
    options, words = getopt.gnu_getopt(arguments, "waF")
    domain = libxl.shutdown(call.world, call.node, _one("shutdown", words))
    call.err(f"Shutting down domain {domain.domid}\n")
    if "-w" not in dict(options):
        return
    call.err("Waiting for 1 domains\n")
    while call.node.holds(domain):
        await call.world.timeline.sleep(_PACE)
    call.err(f"Domain {domain.domid} has been shut down, reason code 0\n")


async def _reboot(call: Call, arguments: list[str]) -> None:
    domain = libxl.reboot(call.world, call.node, _one("reboot", arguments))
    call.err(f"Rebooting domain {domain.domid}\n")


async def _destroy(call: Call, arguments: list[str]) -> None:
    libxl.destroy(call.world, call.node, _one("destroy", arguments))


async def _pause(call: Call, arguments: list[str]) -> None:
    libxl.pause(call.world, call.node, _one("pause", arguments))


async def _unpause(call: Call, arguments: list[str]) -> None:
    libxl.unpause(call.world, call.node, _one("unpause", arguments))


async def _rename(call: Call, arguments: list[str]) -> None:
    if len(arguments) != 2:
        raise LibxlError("'xl rename' requires at least 2 arguments.", "", code=2)
    libxl.rename(call.node, *arguments)


async def _migrate(call: Call, arguments: list[str]) -> None:
    _, words = getopt.gnu_getopt(arguments, "C:s:epD", ["debug", "live"])
    if len(words) != 2:
        raise LibxlError("'xl migrate' requires at least 2 arguments.", "", code=2)

    def say(line: str) -> None:
        call.err(f"{line}\n")

    await xl_migration.migrate(call.world, call.node, words[0], words[1], say)


async def _console(call: Call, arguments: list[str]) -> None:
    domain = _found(call, "console", arguments)
    prompt = f"\r\n{domain.name} login: "
    call.out(f"\r\nDebian GNU/Linux 12 {domain.name} hvc0\r\n{prompt}")
    while await call.read_line():
        call.out(f"Password: \r\nLogin incorrect\r\n{prompt}")


def _found(call: Call, verb: str, words: list[str]) -> Domain:
    return libxl.find(call.node, _one(verb, words))


def _one(verb: str, words: list[str]) -> str:
    if len(words) != 1:
        raise LibxlError(f"'xl {verb}' requires at least 1 argument.", "", code=2)
    return words[0]


_COMMANDS: dict[str, Callable[[Call, list[str]], Awaitable[None]]] = {
    "list": _list,
    "info": _info,
    "uptime": _uptime,
    "domid": _domid,
    "create": _create,
    "shutdown": _shutdown,
    "reboot": _reboot,
    "destroy": _destroy,
    "pause": _pause,
    "unpause": _unpause,
    "rename": _rename,
    "migrate": _migrate,
    "console": _console,
}

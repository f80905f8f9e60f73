"""The command line's grammar and its help; light, so that `--help` answers at once."""

from __future__ import annotations

import argparse
from typing import TypeAlias

from ovmtui.cli import past_arguments
from ovmtui.cli.complaining import HarmlessParser
from ovmtui.cli.playing import SCENARIOS, speed
from ovmtui.cli.versions import Versions

_EXIT_CODES = """\
exit codes:
  0  done                          3  refused by a guard, nothing was changed
  1  a step failed                 4  not known: a node was lost or cannot be asked
  2  wrong arguments, unknown name 5  stopped by the operator's choice
     or wrong configuration      130  interrupted

Without a command the console is opened. `ovmtui demo` shows it on a simulated pool.
"""

VERBS = (
    "start",
    "stop",
    "migrate",
    "reboot",
    "pause",
    "unpause",
    "ha-on",
    "ha-off",
    "mend-ha",
    "destroy",
    "repair",
    "freeze",
    "thaw",
    "reserve",
)
"""What `plan` takes."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    top = HarmlessParser(
        prog="ovmtui",
        description="A live terminal console for Oracle VM and Xen server pools.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument(
        "--version", action=Versions, nargs=0, help="show the versions of what matters, and end"
    )
    top.add_argument(
        "--config", metavar="FILE", help="configuration file (default: $OVMTUI_CONFIG, then XDG)"
    )
    top.add_argument("--read-only", action="store_true", help="look, and never change anything")
    top.add_argument(
        "--record", metavar="FILE", help="keep what the nodes say and the screens show"
    )
    top.add_argument("--theme", metavar="NAME", help="colour theme of the console")
    top.add_argument(
        "--keymap", metavar="PRESET|FILE", help="keys: default, vim, or a file (default: XDG)"
    )
    top.add_argument("--ascii", action="store_true", help="draw with ASCII characters only")
    top.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    commands.add_parser("console", help="open the console (the default)")
    _reading(commands)
    _acting(commands)
    _evacuation(commands)
    _maintenance(commands)
    _setup(commands)
    _hostkey(commands)
    past_arguments.add(commands, VERBS)
    _other(commands)
    return top


_Commands: TypeAlias = "argparse._SubParsersAction[HarmlessParser]"


def _reading(commands: _Commands) -> None:
    listing = commands.add_parser("list", help="list the machines of every pool")
    listing.add_argument("--pool", help="only this pool")
    listing.add_argument(
        "--ha", action="store_true", help="ask the manager for each HA flag first (slow)"
    )
    nodes = commands.add_parser("nodes", help="list the nodes of every pool")
    nodes.add_argument("--pool", help="only this pool")
    check = commands.add_parser(
        "check", help="check everything that plans need, and say what mends it"
    )
    check.add_argument("--pool", help="only this pool")
    for command in (listing, nodes, check):
        command.add_argument("--json", action="store_true", help="print JSON")
    plan = commands.add_parser("plan", help="print the plan of a verb, run nothing")
    plan.add_argument("verb", choices=VERBS, help="what is to be done")
    plan.add_argument("vm", help="name, UUID, or POOL/NAME")
    plan.add_argument(
        "--to", "--on", dest="node", metavar="NODE", help="where to (default: the best one)"
    )
    plan.add_argument("--json", action="store_true", help="print JSON")
    plan.add_argument("--no-checks", action="store_true", help="do not look anew and run no checks")


def _acting(commands: _Commands) -> None:
    start = commands.add_parser("start", help="start a machine")
    start.add_argument("--on", dest="node", metavar="NODE", help="default: the best one")
    flag = start.add_mutually_exclusive_group()
    flag.add_argument(
        "--ha", dest="want_ha", action="store_true", default=None, help="HA on when it is up"
    )
    flag.add_argument("--no-ha", dest="want_ha", action="store_false", help="leave HA off")
    stop = commands.add_parser("stop", help="stop a machine: HA off, shutdown, wait")
    stop.add_argument(
        "--force-after",
        type=float,
        metavar="SECONDS",
        help="destroy a guest that is still there after this time (default: ask)",
    )
    migrate = commands.add_parser("migrate", help="move a running machine, live")
    migrate.add_argument("--to", dest="node", metavar="NODE", required=True, help="its new node")
    reboot = commands.add_parser("reboot", help="ask the guest to reboot, wait until it is back")
    pause = commands.add_parser("pause", help="stop executing a machine, keep it in memory")
    unpause = commands.add_parser("unpause", help="let a paused machine go on")
    switch = commands.add_parser("ha", help="switch a machine's HA")
    switch.add_argument("switch", choices=("on", "off"), help="what it is to be")
    destroy = commands.add_parser("destroy", help="cut a machine's power")
    destroy.add_argument("--on", dest="node", metavar="NODE", help="which copy, of several")
    repair = commands.add_parser("repair", help="mend what a failed migration left behind")
    repair.add_argument("--on", dest="node", metavar="NODE", help="which leftover, of several")
    mend = commands.add_parser("mend-ha", help="switch HA to what its service wants")
    mend.add_argument(
        "--all", action="store_true", help="every machine whose HA is known not to be as wanted"
    )
    mend.add_argument("vm", nargs="?", help="name, UUID, or POOL/NAME")
    freeze = commands.add_parser("freeze", help="keep OpenSVC agents from acting on its service")
    thaw = commands.add_parser("thaw", help="let OpenSVC agents act on its service again")
    reserve = commands.add_parser(
        "reserve", help="take its SCSI reservations for the node on which it runs"
    )
    for command in (start, stop, migrate, reboot, unpause):
        command.add_argument(
            "--freeze-first",
            action="store_true",
            help="keep OpenSVC agents from acting on its service meanwhile",
        )
    running = (start, stop, migrate, reboot, pause, unpause)
    for command in (*running, switch, destroy, repair, freeze, thaw, reserve):
        command.add_argument("vm", help="name, UUID, or POOL/NAME")
    for command in (*running, switch, mend, destroy, repair, freeze, thaw, reserve):
        command.add_argument("--yes", action="store_true", help="run without asking")
        command.add_argument(
            "--override",
            action="append",
            default=[],
            metavar="GUARD",
            help="override this guard, by its name (see `plan`)",
        )


def _setup(commands: _Commands) -> None:
    setup = commands.add_parser(
        "setup", help="install and configure the manager's command line on nodes"
    )
    setup.add_argument("nodes", nargs="+", metavar="NODE", help="its name, or POOL/NODE")
    setup.add_argument("--reconfigure", action="store_true", help="run `ovm config` anew")
    setup.add_argument("--dry-run", action="store_true", help="show it, run nothing")
    setup.add_argument("--yes", action="store_true", help="run without asking")


def _hostkey(commands: _Commands) -> None:
    key = commands.add_parser(
        "hostkey", help="show a node's host key, and what is known of it; trust a new one"
    )
    key.add_argument("node", metavar="NODE", help="its name, or POOL/NODE")
    key.add_argument(
        "--accept",
        metavar="FINGERPRINT",
        help="trust the key that it shows now, if this is its fingerprint (SHA256:…)",
    )
    key.add_argument("--json", action="store_true", help="print JSON")


def _evacuation(commands: _Commands) -> None:
    away = commands.add_parser("evacuate", help="move every machine away from a node")
    back = commands.add_parser("bring-back", help="move back what `evacuate` moved away")
    for command in (away, back):
        command.add_argument("node", metavar="NODE", help="its name, or POOL/NODE")
        command.add_argument(
            "--parallel", type=int, default=1, metavar="N", help="moves at a time (default: 1)"
        )
        command.add_argument("--dry-run", action="store_true", help="show it, run nothing")
        command.add_argument("--yes", action="store_true", help="run without asking")
        command.add_argument("--json", action="store_true", help="print JSON")


def _maintenance(commands: _Commands) -> None:
    keep = commands.add_parser("maintenance", help="keep machines off a node, or let them on again")
    keep.add_argument("switch", choices=("on", "off"), help="`on`: no plan puts a machine there")
    keep.add_argument("node", metavar="NODE", help="its name, or POOL/NODE")


def _other(commands: _Commands) -> None:
    demo = commands.add_parser("demo", help="open the console on an embedded simulated pool")
    demo.add_argument("--check", action="store_true", help="start it, list it, end: a self test")
    demo.add_argument(
        "--scenario",
        choices=SCENARIOS,
        metavar="NAME",
        help=f"play a fault, or another pool: {', '.join(SCENARIOS)}",
    )
    demo.add_argument("--speed", type=speed, default=1.0, metavar="FACTOR", help="default: 1")
    demo.add_argument("--openssh", action="store_true", help="nodes behind OpenSSH's sshd")
    replay = commands.add_parser("replay", help="show a recording again, on the same screens")
    replay.add_argument("file", metavar="FILE", help="made with `ovmtui --record FILE …`")
    replay.add_argument("--speed", type=speed, default=1.0, metavar="FACTOR", help="default: 1")
    replay.add_argument("--at", type=float, default=0.0, metavar="SECONDS", help="begin there")
    keys = commands.add_parser("keys", help="list every key with the id that a keymap file names")
    keys.add_argument("--json", action="store_true", help="print JSON")
    shell = commands.add_parser("completion", help="print what completes names at your shell")
    shell.add_argument("shell", choices=("bash", "zsh", "fish"), help="for which one")
    config = commands.add_parser("config", help="write or check the configuration")
    what = config.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = what.add_parser("init", help="write a first configuration from host names")
    init.add_argument("hosts", nargs="+", metavar="HOST", help="[NAME=][USER@]HOST[:PORT]")
    init.add_argument("--pool", default="pool1", metavar="NAME", help="default: pool1")
    init.add_argument("--print", action="store_true", help="print it, write nothing")
    what.add_parser("check", help="check the configuration file")
    what.add_parser("path", help="print where the configuration is looked for")

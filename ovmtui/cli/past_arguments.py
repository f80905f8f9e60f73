"""The grammar of the commands that look back: `history` and `jobs`; light, for `--help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TypeAlias

from ovmtui.cli.complaining import HarmlessParser

Commands: TypeAlias = "argparse._SubParsersAction[HarmlessParser]"

_OUTCOMES = ("done", "failed", "refused", "unknown", "cancelled")


def add(commands: Commands, verbs: Sequence[str]) -> None:
    """Add them to `commands`; `verbs` are what the journal's jobs are called."""
    _history(commands, verbs)
    _jobs(commands)


def _history(commands: Commands, verbs: Sequence[str]) -> None:
    history = commands.add_parser("history", help="who did what, newest first; export the audit")
    history.add_argument("vm", nargs="?", help="only this machine: its name or identity")
    history.add_argument("--pool", help="only this pool")
    history.add_argument("--node", help="only what worked on this node")
    history.add_argument("--verb", choices=(*verbs, "setup", "mend"), help="only this verb")
    history.add_argument("--user", metavar="NAME", help="only what this person began")
    history.add_argument("--outcome", choices=_OUTCOMES, help="only what ended so")
    when = "an age (45m, 2h, 3d), today, yesterday, or a date"
    history.add_argument("--since", metavar="WHEN", help=when)
    history.add_argument("--until", metavar="WHEN", help=when)
    history.add_argument("--limit", type=int, default=50, metavar="N", help="default: 50")
    history.add_argument("--commands", action="store_true", help="a line for each command")
    history.add_argument("--job", metavar="ID", help="print one job's log")
    history.add_argument("--json", action="store_true", help="print JSON")
    history.add_argument(
        "--export", metavar="FILE", help="every command, to FILE.csv or JSON lines; - is stdout"
    )


def _jobs(commands: Commands) -> None:
    jobs = commands.add_parser(
        "jobs", help="list jobs that a break has stopped; go on with them, or close them"
    )
    jobs.add_argument("--json", action="store_true", help="print JSON")
    actions = jobs.add_subparsers(dest="action", metavar="ACTION")
    resume = actions.add_parser("resume", help="go on from where they stand, failed ones too")
    close = actions.add_parser("close", help="leave them as they stand; nothing is undone")
    for action in (resume, close):
        action.add_argument("job", nargs="*", help="a job's id, as `jobs` and `history` list it")
        action.add_argument("--all", action="store_true", help="all that have stopped")
        action.add_argument("--yes", action="store_true", help="do not ask first")

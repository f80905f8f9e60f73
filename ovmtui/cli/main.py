"""Entry: reads the arguments, chooses the command, turns errors into words and codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ovmtui.cli.arguments import VERBS, parser
from ovmtui.cli.exitcodes import ExitCode
from ovmtui.errors import ConfigurationError, OvmtuiError, PlanRefused, UsageError
from ovmtui.model.text import visible


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: the process's) name; return its exit code.

    One of the three places that catch everything: an unforeseen error is reported in one
    line, with where its details are.
    """
    grammar = parser()
    if "_ARGCOMPLETE" in os.environ:
        from ovmtui.cli.completing import complete

        complete(grammar)
    options = grammar.parse_args(arguments)
    try:
        return _dispatch(options)
    except PlanRefused as error:
        for reason in error.reasons:
            _complain(f"refused: {reason}")
        return ExitCode.REFUSED
    except (ConfigurationError, UsageError) as error:
        _complain(str(error))
        return ExitCode.USAGE
    except OvmtuiError as error:
        _complain(str(error))
        return ExitCode.FAILED
    except KeyboardInterrupt:
        _complain("interrupted; what runs on the nodes goes on")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone: nobody is left to tell.
        sys.stderr.close()
        return ExitCode.FAILED
    except Exception as error:
        from ovmtui.cli.crash import report

        _complain(report(error))
        return ExitCode.FAILED


def _dispatch(options: argparse.Namespace) -> int:
    """Import what the command needs, and nothing else, so that small commands start fast."""
    match options.command:
        case None | "console":
            from ovmtui.cli.console import console

            return console(options)
        case "list" | "nodes":
            from ovmtui.cli.reading import read

            return read(options)
        case "plan":
            from ovmtui.cli.acting import show_plan

            return show_plan(options)
        case command if command in VERBS or command == "ha":
            from ovmtui.cli.acting import act

            return act(options)
        case "setup":
            from ovmtui.cli.setting_up import setup

            return setup(options)
        case "check":
            from ovmtui.cli.checking import check

            return check(options)
        case "hostkey":
            from ovmtui.cli.hostkey import hostkey

            return hostkey(options)
        case "history":
            from ovmtui.cli.history import history

            return history(options)
        case "evacuate" | "bring-back":
            from ovmtui.cli.evacuating import evacuate

            return evacuate(options)
        case "maintenance":
            from ovmtui.cli.evacuating import maintain

            return maintain(options)
        case "jobs":
            from ovmtui.cli.jobs import jobs

            return jobs(options)
        case "keys":
            from ovmtui.cli.keys import keys

            return keys(options)
        case "completion":
            from ovmtui.cli.completing import completion

            return completion(options)
        case "replay":
            from ovmtui.cli.replay import replay

            return replay(options)
        case "demo":
            from ovmtui.cli.demo import demo

            return demo(options)
        case _:
            from ovmtui.cli.configuring import configure

            return configure(options)


def _complain(text: str) -> None:
    for line in text.splitlines():
        sys.stderr.write(f"ovmtui: {visible(line)}\n")

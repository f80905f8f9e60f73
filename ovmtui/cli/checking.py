"""`check`: whether everything that the plans need is there, node by node."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.cli.tables import print_json, print_table
from ovmtui.errors import UsageError
from ovmtui.model.node import NodeView, Reach
from ovmtui.model.text import visible
from ovmtui.plan.verdict import Finding, Standing, Verdict, fails, holds, unknown

_SKEW = 30.0
"""Seconds by which a node's clock may differ before it is told."""


def check(options: argparse.Namespace) -> int:
    """Check every pool, or one; return the exit code.

    Raises:
        ConfigurationError: the configuration cannot be used.
        UsageError: the pool is unknown.
    """
    log_to_file()
    return asyncio.run(_check(options))


async def _check(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    if options.pool is not None and options.pool not in settings.pools:
        raise UsageError(f"no pool is called {visible(options.pool)}")
    timeouts = settings.timeouts
    found: list[tuple[str, Finding]] = []
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        for pool in running.snapshot.pools:
            if options.pool not in {None, pool.name}:
                continue
            for node in running.snapshot.nodes_of(pool.name):
                found += [(f"{pool.name}/{node.key.name}", finding) for finding in _node(node)]
            if not settings.read_only:
                locks = await running.check_locks(pool.name)
                found += [(pool.name, finding) for finding in locks]
    _print(found, as_json=options.json)
    standings = {finding.verdict.standing for _, finding in found}
    if Standing.FAILS in standings:
        return ExitCode.FAILED
    return ExitCode.UNKNOWN if Standing.UNKNOWN in standings else ExitCode.DONE


def _node(node: NodeView) -> Iterator[Finding]:
    reached = node.reach is Reach.UP
    login = holds("logged in") if reached else fails(node.problem or "no answer yet")
    yield Finding("login", "SSH login", login)
    if not reached:
        return
    listing = holds(f"{len(node.domains or ())} domains, {node.facts.toolstack.value}")
    if not node.certain:
        listing = fails(node.list_problem or "not listed yet")
    yield Finding("list", "xm list", listing)
    yield Finding("repositories", "vm.cfg files", _files(node))
    yield Finding("clock", "its clock", _clock(node))


def _files(node: NodeView) -> Verdict:
    if node.scan_problem:
        return fails(node.scan_problem)
    if node.configs is None:
        return unknown("not searched yet")
    count = len(node.configs)
    return holds(f"{count} found") if count else fails("none found: are the repositories mounted?")


def _clock(node: NodeView) -> Verdict:
    if node.clock_skew_s is None:
        return unknown("not told")
    if abs(node.clock_skew_s) > _SKEW:
        return fails(f"{node.clock_skew_s:+.0f} s against this machine's")
    return holds(f"{node.clock_skew_s:+.0f} s against this machine's")


def _print(found: list[tuple[str, Finding]], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "where": where,
                    "check": finding.name,
                    "subject": finding.subject,
                    "standing": finding.verdict.standing.value,
                    "seen": finding.verdict.text,
                }
                for where, finding in found
            ]
        )
        return
    marks = {Standing.HOLDS: "ok", Standing.FAILS: "NO", Standing.UNKNOWN: "??"}
    rows = [
        (where, marks[finding.verdict.standing], finding.subject, finding.verdict.text)
        for where, finding in found
    ]
    print_table(("WHERE", "", "WHAT", "SEEN"), rows)
    bad = sum(mark != "ok" for _, mark, _, _ in rows)
    sys.stdout.write(
        f"\n{bad} of {len(rows)} not as they should be\n" if bad else "\nall is well\n"
    )

"""`check`: whether everything that the plans need is there, node by node, and what mends it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import log_to_file, service, settings_of
from ovmtui.cli.tables import print_json, print_table
from ovmtui.errors import UsageError
from ovmtui.model.text import visible
from ovmtui.plan.checkup.diagnosis import Diagnosis, worst
from ovmtui.plan.verdict import Standing

_MARKS = {Standing.HOLDS: "ok", Standing.FAILS: "NO", Standing.UNKNOWN: "??"}
_EXITS = {Standing.FAILS: ExitCode.FAILED, Standing.UNKNOWN: ExitCode.UNKNOWN}


def check(options: argparse.Namespace) -> int:
    """Check every pool, or one; return the exit code, which says the worst that was found.

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
    found: list[Diagnosis] = []
    async with service(settings, record=options.record) as running:
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        for pool in running.snapshot.pools:
            if options.pool in {None, pool.name}:
                found += await running.checkup.pool(pool.name, locks=not settings.read_only)
    if options.json:
        print_json([_record(one) for one in found])
    else:
        _print(found)
    return _EXITS.get(worst(tuple(found)), ExitCode.DONE)


def _record(one: Diagnosis) -> dict[str, object]:
    return {
        "pool": one.pool,
        "node": one.node.name if one.node is not None else None,
        "check": one.name,
        "subject": one.subject,
        "standing": one.verdict.standing.value,
        "seen": one.verdict.text,
        "why": one.why,
        "fix": one.fix.text if one.fix is not None else None,
    }


def _print(found: Sequence[Diagnosis]) -> None:
    rows = [
        (one.place, _MARKS[one.verdict.standing], one.subject, one.verdict.text) for one in found
    ]
    print_table(("WHERE", "", "WHAT", "SEEN"), rows)
    bad = [one for one in found if not one.is_well]
    if not bad:
        sys.stdout.write("\nall is well\n")
        return
    sys.stdout.write(f"\n{len(bad)} of {len(found)} not as they should be\n")
    for one in bad:
        said = visible(f"{one.place}: {one.subject}: {one.verdict.text}")
        sys.stdout.write(f"\n{said}\n")
        if one.why:
            sys.stdout.write(f"  why:  {visible(one.why)}\n")
        if one.fix is not None:
            sys.stdout.write(f"  mend: {visible(one.fix.text)}\n")

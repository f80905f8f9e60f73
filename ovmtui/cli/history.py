"""`history`: who did what, when, where, and how it ended."""

from __future__ import annotations

import argparse
import asyncio
import csv
import io
import json
import os
import sys
from datetime import datetime
from typing import Any

from ovmtui.cli.exitcodes import ExitCode, exit_code_of
from ovmtui.cli.tables import local_time, print_json, print_table
from ovmtui.config import paths
from ovmtui.errors import UsageError
from ovmtui.model.job import Outcome
from ovmtui.model.text import visible
from ovmtui.plan.logformat import LogWriter
from ovmtui.plan.moments import moment
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.journal_search import AUDIT_COLUMNS, AuditRow
from ovmtui.runtime.journal_tables import JobRecord
from ovmtui.runtime.wanted import Wanted

_EVERYTHING = 1_000_000


def history(options: argparse.Namespace) -> int:
    """Print or export what the journal has; return the exit code.

    Raises:
        JournalError: it cannot be read.
        UsageError: a filter makes no sense, a job is unknown, or the file cannot be written.
    """
    return asyncio.run(_history(options, _wanted(options)))


def _wanted(options: argparse.Namespace) -> Wanted:
    now = datetime.now().astimezone()
    return Wanted(
        pool=options.pool,
        vm=options.vm,
        verb=options.verb and options.verb.replace("-", " "),
        user=options.user,
        node=options.node,
        outcome=Outcome(options.outcome) if options.outcome else None,
        since=moment(options.since, now) if options.since else None,
        until=moment(options.until, now) if options.until else None,
    )


async def _history(options: argparse.Namespace, wanted: Wanted) -> int:
    journal = await Journal.open(paths.journal_path())
    try:
        if options.job:
            return await _print_job(journal, options.job, as_json=options.json)
        if options.export:
            rows = await journal.audit(wanted, limit=_EVERYTHING)
            await asyncio.to_thread(_export, options.export, rows)
            return ExitCode.DONE
        if options.commands:
            _print_commands(await journal.audit(wanted, limit=options.limit), as_json=options.json)
        else:
            _print_jobs(await journal.history(wanted, limit=options.limit), as_json=options.json)
    finally:
        await journal.close()
    return ExitCode.DONE


def _print_jobs(records: list[JobRecord], *, as_json: bool) -> None:
    if as_json:
        print_json([_job_record(record) for record in records])
        return
    rows = [
        (
            local_time(record.state.started_at),
            record.state.job,
            record.state.title,
            record.state.outcome.value if record.state.outcome else "not ended",
            record.operator.user,
            record.state.summary,
        )
        for record in records
    ]
    print_table(("WHEN", "JOB", "WHAT", "OUTCOME", "WHO", "WHERE IT STANDS"), rows)


def _print_commands(rows: list[AuditRow], *, as_json: bool) -> None:
    if as_json:
        print_json(rows)
        return
    print_table(
        ("WHEN", "WHO", "NODE", "LOGIN", "OUTCOME", "EXIT", "SECONDS", "COMMAND"),
        [
            (
                local_time(row["at"]),
                row["actor"],
                _cell(row["node"]),
                row["login"] or "-",
                row["outcome"] or "not ended",
                _cell(row["exit_code"]),
                "-" if row["seconds"] is None else f"{row['seconds']:.1f}",
                row["command"],
            )
            for row in rows
        ],
    )


async def _print_job(journal: Journal, job: str, *, as_json: bool) -> int:
    events = await journal.events(job)
    if not events:
        raise UsageError(f"no job is called {visible(job)}")
    if as_json:
        import msgspec

        sys.stdout.write(json.dumps(msgspec.to_builtins(events)) + "\n")
    else:
        zone = datetime.now().astimezone().tzinfo
        writer = LogWriter(zone=zone)
        for event in events:
            for line in writer.lines(event):
                sys.stdout.write(line + "\n")
    return exit_code_of(events[-1].outcome)


def _export(target: str, rows: list[AuditRow]) -> None:
    """Write `rows`, oldest first, to a file that is made, or to stdout for `-`.

    Raises:
        UsageError: the file is there already, or cannot be written.
    """
    text = _as_csv(rows[::-1]) if target.endswith(".csv") else _as_lines(rows[::-1])
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{visible(target)} cannot be written: {error.strerror}") from None
    sys.stderr.write(f"{len(rows)} rows are in {visible(target)}\n")


def _as_lines(rows: list[AuditRow]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def _as_csv(rows: list[AuditRow]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(AUDIT_COLUMNS)
    for row in rows:
        writer.writerow([_harmless(row[column]) for column in AUDIT_COLUMNS])
    return out.getvalue()


def _harmless(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if shown[:1] in {"=", "+", "-", "@"} else shown


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _job_record(record: JobRecord) -> dict[str, Any]:
    import msgspec

    fields: dict[str, Any] = msgspec.to_builtins(record)
    return fields

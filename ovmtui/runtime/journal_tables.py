"""The journal's tables, and how jobs and events become rows and come back."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Level, Outcome, Stream, advance
from ovmtui.runtime.operator import Operator

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE jobs (
            job TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            verb TEXT NOT NULL,
            pool TEXT NOT NULL,
            vm TEXT NOT NULL,
            vm_name TEXT NOT NULL,
            steps TEXT NOT NULL,
            plan TEXT NOT NULL,
            user TEXT NOT NULL,
            host TEXT NOT NULL,
            terminal TEXT NOT NULL,
            origin TEXT NOT NULL,
            pid INTEGER NOT NULL,
            started_at REAL NOT NULL,
            ended_at REAL,
            outcome TEXT,
            seconds REAL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE events (
            job TEXT NOT NULL REFERENCES jobs (job),
            sequence INTEGER NOT NULL,
            at REAL NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            step INTEGER,
            node TEXT,
            level TEXT NOT NULL,
            label TEXT NOT NULL,
            stream TEXT,
            outcome TEXT,
            exit_code INTEGER,
            seconds REAL,
            choices TEXT NOT NULL,
            PRIMARY KEY (job, sequence)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX jobs_by_time ON jobs (started_at)",
        # For auditors with the sqlite3 program: one row for each command or wait.
        """
        CREATE VIEW audit AS
        SELECT datetime(begun.at, 'unixepoch') AS at_utc, jobs.user, jobs.host,
               jobs.terminal, jobs.origin, jobs.verb, jobs.pool, jobs.vm_name, jobs.vm,
               begun.node, begun.text AS command, ended.outcome, ended.exit_code,
               ended.seconds, jobs.job, begun.step
        FROM jobs JOIN events AS begun ON begun.job = jobs.job AND begun.kind = 'step'
        LEFT JOIN events AS ended ON ended.job = jobs.job AND ended.sequence = (
            SELECT min(later.sequence) FROM events AS later
            WHERE later.job = begun.job AND later.kind = 'step end'
              AND later.step = begun.step AND later.sequence > begun.sequence)
        ORDER BY begun.at
        """,
    ),
    (
        "ALTER TABLE jobs ADD COLUMN recipe TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE events ADD COLUMN remote TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE events ADD COLUMN login TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE events ADD COLUMN actor TEXT NOT NULL DEFAULT ''",
        "DROP VIEW audit",
        """
        CREATE VIEW audit AS
        SELECT datetime(begun.at, 'unixepoch') AS at_utc,
               coalesce(nullif(begun.actor, ''), jobs.user || '@' || jobs.host) AS actor,
               jobs.terminal, jobs.origin, begun.login, jobs.verb, jobs.pool, jobs.vm_name,
               jobs.vm, begun.node, begun.text AS command, ended.outcome, ended.exit_code,
               ended.seconds, jobs.job, begun.step, begun.at, jobs.user, jobs.host
        FROM jobs JOIN events AS begun ON begun.job = jobs.job AND begun.kind = 'step'
        LEFT JOIN events AS ended ON ended.job = jobs.job AND ended.sequence = (
            SELECT min(later.sequence) FROM events AS later
            WHERE later.job = begun.job AND later.kind = 'step end'
              AND later.step IS begun.step AND later.sequence > begun.sequence)
        ORDER BY begun.at
        """,
    ),
)
"""Statements that lead from each `user_version` to the next one; never changed, only added to."""

JOB_COLUMNS = (
    "job, title, verb, pool, vm, vm_name, steps, plan, user, host, terminal, origin, pid, "
    "started_at, recipe"
)
EVENT_COLUMNS = (
    "job, sequence, at, kind, text, step, node, level, label, stream, outcome, exit_code, "
    "seconds, choices, remote, login, actor"
)

Value = str | bytes | int | float | None
"""What SQLite stores."""
Row = tuple[Any, ...]
"""What SQLite gives back, in the order of the columns asked for."""


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job as the journal has it."""

    state: JobState
    """What its events add up to."""
    operator: Operator
    plan_text: str
    """The plan as it was shown to the operator."""
    recipe: str = ""
    """The plan as data (`plan.archive`), to go on with; empty where an older version wrote it."""


def job_row(
    job: str, state: JobState, plan_text: str, operator: Operator, recipe: str
) -> tuple[Value, ...]:
    """Return the values of `JOB_COLUMNS`."""
    return (
        job,
        storable(state.title),
        storable(state.verb),
        storable(state.vm.pool),
        storable(state.vm.identity),
        storable(state.vm_name),
        json.dumps(state.steps),
        storable(plan_text),
        storable(operator.user),
        storable(operator.host),
        storable(operator.terminal),
        storable(operator.origin),
        operator.pid,
        state.started_at,
        storable(recipe),
    )


def job_record(row: Row, *, events: Iterable[JobEvent], last_sequence: int) -> JobRecord:
    """Return the job of a row of `JOB_COLUMNS`, with the state that `events` add up to."""
    job, title, verb, pool, vm, vm_name, steps, plan, user, host, terminal, origin = map(
        restored, row[:12]
    )
    begun = JobState(
        job=job,
        title=title,
        verb=verb,
        vm=VmKey(pool=pool, identity=vm),
        vm_name=vm_name,
        steps=tuple(json.loads(steps)),
        started_at=row[13],
    )
    state = functools.reduce(advance, events, begun)
    return JobRecord(
        # Output lines change nothing else, so `events` need not hold them.
        state=replace(state, last_sequence=last_sequence),
        operator=Operator(user=user, host=host, terminal=terminal, origin=origin, pid=row[12]),
        plan_text=plan,
        recipe=restored(row[14]),
    )


def event_row(event: JobEvent) -> tuple[Value, ...]:
    """Return the values of `EVENT_COLUMNS`."""
    return (
        event.job,
        event.sequence,
        event.at,
        event.kind.value,
        storable(event.text),
        event.step,
        None if event.node is None else storable(event.node),
        event.level.value,
        storable(event.label),
        event.stream and event.stream.value,
        event.outcome and event.outcome.value,
        event.exit_code,
        event.seconds,
        json.dumps(event.choices),
        event.remote,
        storable(event.login),
        storable(event.actor),
    )


def job_event(row: Row) -> JobEvent:
    """Return the event of a row of `EVENT_COLUMNS`, equal to the one that was stored."""
    job, sequence, at, kind, text, step, node, level, label, stream, outcome = row[:11]
    return JobEvent(
        job=job,
        sequence=sequence,
        at=at,
        kind=EventKind(kind),
        text=restored(text),
        step=step,
        node=None if node is None else restored(node),
        level=Level(level),
        label=restored(label),
        stream=None if stream is None else Stream(stream),
        outcome=None if outcome is None else Outcome(outcome),
        exit_code=row[11],
        seconds=row[12],
        choices=tuple(json.loads(row[13])),
        remote=row[14],
        login=restored(row[15]),
        actor=restored(row[16]),
    )


def storable(text: str) -> str | bytes:
    """Return `text` as SQLite can hold it.

    Names from this machine's file system and environment may carry lone surrogates,
    which no SQLite text can hold; such a text is kept as bytes.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def restored(value: str | bytes) -> str:
    """Return the text that `storable` was given."""
    return value.decode("utf-8", "surrogatepass") if isinstance(value, bytes) else value

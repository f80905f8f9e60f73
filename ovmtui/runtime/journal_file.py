"""The journal's SQLite file, as its one thread uses it: transactions and their failures."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ovmtui.errors import JournalError
from ovmtui.model.job import EventKind, JobEvent, JobState
from ovmtui.runtime.journal_search import AUDIT_COLUMNS
from ovmtui.runtime.journal_tables import (
    EVENT_COLUMNS,
    JOB_COLUMNS,
    MIGRATIONS,
    JobRecord,
    Row,
    Value,
    event_row,
    job_event,
    job_record,
    job_row,
    storable,
)
from ovmtui.runtime.operator import Operator

DURABLE = frozenset(
    {
        EventKind.PLAN,
        EventKind.LOCK,
        EventKind.STEP,
        EventKind.ANSWER,
        EventKind.STEP_END,
        EventKind.PLAN_END,
    }
)
"""Kinds that are on the disk itself when they have been appended."""
BUSY_TIMEOUT = 10.0
"""Seconds to wait for another console's write."""


class JournalFile:
    """An open file. Each method raises JournalError when the file cannot be used."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, make it when it is missing, bring it up to date."""
        self._path = path
        with self._telling("opened"):
            _make_private(path)
            self._database = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
        try:
            with self._telling("opened"):
                self._prepare()
        except BaseException:
            self._database.close()
            raise

    def begin(
        self, job: str, state: JobState, plan_text: str, operator: Operator, recipe: str
    ) -> None:
        """Store a job."""
        row = job_row(job, state, plan_text, operator, recipe)
        with self._telling("written"), self._transaction(durable=True):
            self._database.execute(f"INSERT INTO jobs ({JOB_COLUMNS}) VALUES ({_marks(row)})", row)

    def append(self, events: tuple[JobEvent, ...]) -> None:
        """Store one or more events, all or none."""
        rows = [event_row(event) for event in events]
        insert = f"INSERT INTO events ({EVENT_COLUMNS}) VALUES ({_marks(rows[0])})"
        # A plan that is opened again has not ended.
        ends = [
            (
                event.at if event.outcome else None,
                event.outcome and event.outcome.value,
                event.seconds,
                event.job,
            )
            for event in events
            if event.kind in {EventKind.PLAN, EventKind.PLAN_END}
        ]
        durable = any(event.kind in DURABLE for event in events)
        with self._telling("written"), self._transaction(durable=durable):
            self._database.executemany(insert, rows)
            self._database.executemany(
                "UPDATE jobs SET ended_at = ?, outcome = ?, seconds = ? WHERE job = ?", ends
            )

    def history(self, filters: Mapping[str, str | float], limit: int) -> list[JobRecord]:
        """Return the jobs that fit all `filters` (a condition on `?` each), newest first."""
        where = " AND ".join(filters) or "TRUE"
        values = [
            storable(value) if isinstance(value, str) else value for value in filters.values()
        ]
        with self._telling("read"):
            rows = self._database.execute(
                f"SELECT {JOB_COLUMNS} FROM jobs WHERE {where} "
                "ORDER BY started_at DESC, job DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
            return [self._record(row) for row in rows]

    def audit(self, filters: Mapping[str, str | float], limit: int) -> list[Row]:
        """Return the rows of `AUDIT_COLUMNS` that fit all `filters`, newest first."""
        where = " AND ".join(filters) or "TRUE"
        with self._telling("read"):
            return self._database.execute(
                f"SELECT {', '.join(AUDIT_COLUMNS)} FROM audit WHERE {where} "
                "ORDER BY at DESC, job DESC LIMIT ?",
                (*filters.values(), limit),
            ).fetchall()

    def events(self, job: str, after: int) -> list[JobEvent]:
        """Return the events of `job` with a higher sequence than `after`, in order."""
        with self._telling("read"):
            return self._events("job = ? AND sequence > ?", (job, after))

    def close(self) -> None:
        """Close the file."""
        with self._telling("closed"):
            self._database.close()

    def _record(self, row: Row) -> JobRecord:
        job = row[0]
        (last,) = self._database.execute(
            "SELECT coalesce(max(sequence), 0) FROM events WHERE job = ?", (job,)
        ).fetchone()
        events = self._events("job = ? AND kind <> ?", (job, EventKind.OUTPUT.value))
        return job_record(row, events=events, last_sequence=last)

    def _events(self, where: str, values: tuple[Value, ...]) -> list[JobEvent]:
        rows = self._database.execute(
            f"SELECT {EVENT_COLUMNS} FROM events WHERE {where} ORDER BY sequence", values
        )
        return [job_event(row) for row in rows]

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA foreign_keys = ON")
        (verdict,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        if self._version() < len(MIGRATIONS):
            with self._transaction(durable=True):
                # Another console may have done it while this one waited for its turn.
                for version in range(self._version(), len(MIGRATIONS)):
                    for statement in MIGRATIONS[version]:
                        self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        if self._version() > len(MIGRATIONS):
            raise JournalError(
                f"the journal {self._path} was written by a newer ovmtui; use that one, or "
                "choose another place with $XDG_STATE_HOME"
            )

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def _transaction(self, *, durable: bool) -> Iterator[None]:
        # Kept apart from the transaction: inside of one SQLite ignores it.
        self._database.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise

    @contextmanager
    def _telling(self, act: str) -> Iterator[None]:
        """Raise each failure as a JournalError that says what to do."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise JournalError(
                f"the journal {self._path} has another record in that place ({error}); does "
                "another console run the same job?"
            ) from error
        except sqlite3.Error as error:
            raise JournalError(f"the journal {self._path} {_explained(error, act)}") from error
        except OSError as error:
            raise JournalError(
                f"the journal {self._path} cannot be {act}: {error.filename}: {error.strerror}"
            ) from error


def _explained(error: sqlite3.Error, act: str) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_FULL:
        return "cannot be written: the disk is full; make room and try again"
    if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, None}:
        return f"is damaged ({error}); move it away to begin a new one, and keep it"
    if code == sqlite3.SQLITE_BUSY:
        return f"cannot be {act}: another console has held it for {BUSY_TIMEOUT:.0f} s"
    return f"cannot be {act}: {error}"


def _make_private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        # Not by opening it: closing it again would drop the locks that this process may
        # hold on it already.
        path.chmod(0o600)


def _marks(row: tuple[Value, ...]) -> str:
    return ", ".join("?" * len(row))

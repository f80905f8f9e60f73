"""The journal: what was appended is there afterwards, whatever happens in between."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ovmtui.errors import JournalError
from ovmtui.model.identity import VmKey
from ovmtui.model.job import EventKind, JobEvent, JobState, Level, Outcome, Stream
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.journal_tables import MIGRATIONS, event_row, job_event
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.wanted import Wanted

UUID = "6a17b0b2-25c6-485d-8e2d-03275fd3b842"
ALICE = Operator(user="alice", host="desk", terminal="/dev/pts/3", origin="192.0.2.7", pid=4711)


def job_state(job: str = "job-1", **changes: Any) -> JobState:
    """Return a job that has just begun."""
    values: dict[str, Any] = {
        "title": "stop ovmguest1",
        "verb": "stop",
        "vm": VmKey("pool1", UUID),
        "vm_name": "ovmguest1",
        "steps": ("xm shutdown ovmguest1", "wait for container down status"),
        "started_at": 1000.5,
    }
    return JobState(job=job, **(values | changes))


def event(sequence: int, kind: EventKind, *, job: str = "job-1", **values: Any) -> JobEvent:
    """Return an event at a time that follows from its number."""
    return JobEvent(job, sequence, 1000.5 + sequence, kind, **values)


STORY = (
    event(1, EventKind.PLAN, text="stop ovmguest1"),
    event(2, EventKind.STEP, text="xm shutdown ovmguest1", step=0, node="ovm1", label="X.OVM"),
    event(3, EventKind.OUTPUT, text="a\tb\x1b[31m\x00", stream=Stream.STDERR, node="ovm1"),
    event(
        4, EventKind.STEP_END, step=0, node="ovm1", outcome=Outcome.DONE, exit_code=0, seconds=0.1
    ),
    event(5, EventKind.STEP, text="wait for container down status", step=1),
    event(6, EventKind.PROGRESS, text="12 s"),
    event(7, EventKind.QUESTION, text="It is up still.", choices=("destroy", "wait", "abort")),
    event(8, EventKind.ANSWER, text="abort", level=Level.WARNING),
    event(9, EventKind.STEP_END, step=1, outcome=Outcome.CANCELLED, seconds=120.25),
    event(
        10, EventKind.PLAN_END, text="It runs on ovm1.", outcome=Outcome.CANCELLED, seconds=121.0
    ),
)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "state" / "journal.sqlite3")
    yield journal
    await journal.close()


async def test_events_come_back_as_they_were(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "plan", ALICE)
    await journal.append(STORY[:4])
    await journal.append(STORY[4:])
    assert await journal.events("job-1") == list(STORY)
    assert await journal.events("job-1", after=8) == list(STORY[8:])
    assert await journal.events("other") == []


texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(
    st.builds(
        JobEvent,
        job=st.just("job-1"),
        sequence=st.integers(1, 2**40),
        at=st.floats(allow_nan=False),
        kind=st.sampled_from(EventKind),
        text=texts,
        step=st.none() | st.integers(0, 1000),
        node=st.none() | texts,
        level=st.sampled_from(Level),
        label=texts,
        stream=st.none() | st.sampled_from(Stream),
        outcome=st.none() | st.sampled_from(Outcome),
        exit_code=st.none() | st.integers(-(2**31), 2**32),
        seconds=st.none() | st.floats(allow_nan=False),
        choices=st.lists(texts, max_size=3).map(tuple),
    )
)
@settings(max_examples=200, deadline=None)
def test_any_event_survives_the_database(given_event: JobEvent) -> None:
    row = event_row(given_event)
    database = sqlite3.connect(":memory:")
    stored = database.execute(f"SELECT {', '.join('?' * len(row))}", row).fetchone()
    database.close()
    assert job_event(stored) == given_event


async def test_history_says_who_did_what_and_how_it_ended(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "1. xm shutdown ovmguest1", ALICE)
    await journal.append(STORY)
    (record,) = await journal.history()
    assert record.operator == ALICE
    assert record.plan_text == "1. xm shutdown ovmguest1"
    assert record.state.outcome is Outcome.CANCELLED
    assert record.state.summary == "It runs on ovm1."
    assert record.state.outcomes == (Outcome.DONE, Outcome.CANCELLED)
    assert record.state.vm == VmKey("pool1", UUID)
    assert (record.state.started_at, record.state.ended_at) == (1000.5, 1010.5)
    assert record.state.last_sequence == 10


async def test_an_unfinished_job_is_found_with_the_step_it_was_in(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    await journal.append(STORY[:3])
    (record,) = await journal.history(Wanted(running=True))
    assert record.state.running
    assert record.state.current == 0
    # The next event must be numbered after the output line, which is not replayed.
    assert record.state.last_sequence == 3
    assert await journal.history(Wanted(running=False)) == []


async def test_history_filters_and_orders(journal: Journal) -> None:
    await journal.begin("a", job_state("a", started_at=10.0), "", ALICE)
    await journal.begin("b", job_state("b", started_at=30.0, verb="start"), "", ALICE)
    other = VmKey("pool2", "name:web")
    await journal.begin("c", job_state("c", started_at=20.0, vm=other, vm_name="web"), "", ALICE)
    await journal.append([event(1, EventKind.PLAN_END, job="c", outcome=Outcome.FAILED)])

    async def found(limit: int = 200, **filters: Any) -> str:
        records = await journal.history(Wanted(**filters), limit=limit)
        return "".join(record.state.job for record in records)

    assert await found() == "bca"
    assert await found(limit=2) == "bc"
    assert await found(pool="pool2") == "c"
    assert await found(vm="ovmguest1") == "ba"
    assert await found(vm=UUID) == "ba"
    assert await found(verb="start") == "b"
    assert await found(user="alice") == "bca"
    assert await found(user="mallory' OR 1") == ""
    assert await found(outcome=Outcome.FAILED) == "c"
    assert await found(running=True) == "ba"
    assert await found(running=False) == "c"
    assert await found(since=20.0) == "bc"
    assert await found(until=20.0) == "a"


async def test_the_audit_tells_who_ran_which_command_as_whom(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    first: dict[str, Any] = {"step": 0, "node": "ovm1", "login": "root", "actor": "alice@desk"}
    await journal.append(
        [
            event(1, EventKind.STEP, text="xm shutdown x", **first),
            event(2, EventKind.STEP_END, step=0, outcome=Outcome.UNKNOWN),
            event(3, EventKind.STEP, text="xm shutdown x", **first | {"actor": "bob@tower"}),
            event(4, EventKind.STEP_END, step=0, outcome=Outcome.DONE, exit_code=0, seconds=1.5),
        ]
    )
    rows = await journal.audit()
    assert {(r["actor"], r["login"], r["outcome"], r["exit_code"]) for r in rows} == {
        ("alice@desk", "root", "unknown", None),
        ("bob@tower", "root", "done", 0),
    }
    assert len(await journal.audit(Wanted(node="ovm1", user="bob@tower"))) == 1
    assert await journal.audit(Wanted(node="ovm2")) == []
    assert len(await journal.history(Wanted(node="ovm1"))) == 1
    assert await journal.history(Wanted(node="ovm2")) == []


async def test_a_journal_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database:
        for statement in MIGRATIONS[0]:
            database.execute(statement)
        database.execute(
            "INSERT INTO jobs VALUES ('old', 'stop x', 'stop', 'pool1', 'name:x', 'x', '[]', '', "
            "'alice', 'desk', '', '', 1, 10.0, 20.0, 'done', 10.0)"
        )
        database.execute(
            "INSERT INTO events VALUES ('old', 1, 11.0, 'step', 'xm shutdown x', 0, 'ovm1', "
            "'INFO', '', NULL, NULL, NULL, NULL, '[]')"
        )
        database.execute("PRAGMA user_version = 1")
        database.commit()
    journal = await Journal.open(path)
    try:
        (record,) = await journal.history()
        (row,) = await journal.audit()
    finally:
        await journal.close()
    assert (record.state.title, record.recipe) == ("stop x", "")
    assert (row["actor"], row["login"], row["command"]) == ("alice@desk", "", "xm shutdown x")


async def test_an_auditor_reads_commands_with_plain_sql(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    await journal.append(STORY)
    database = sqlite3.connect(journal.path)
    rows = database.execute(
        "SELECT user, origin, terminal, pool, vm_name, vm, node, command, exit_code, seconds "
        "FROM audit"
    ).fetchall()
    database.close()
    who = ("alice", "192.0.2.7", "/dev/pts/3", "pool1", "ovmguest1", UUID)
    assert rows == [
        (*who, "ovm1", "xm shutdown ovmguest1", 0, 0.1),
        (*who, None, "wait for container down status", None, 120.25),
    ]


async def test_a_batch_is_stored_whole_or_not_at_all(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    await journal.append(STORY[:2])
    with pytest.raises(JournalError, match="does another console run the same job"):
        await journal.append([event(3, EventKind.NOTE), event(2, EventKind.NOTE)])
    assert await journal.events("job-1") == list(STORY[:2])
    await journal.append(STORY[2:])
    assert await journal.events("job-1") == list(STORY)


async def test_events_need_their_job(journal: Journal) -> None:
    with pytest.raises(JournalError):
        await journal.append(STORY[:1])


async def test_a_job_begins_once(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    with pytest.raises(JournalError):
        await journal.begin("job-1", job_state(), "", ALICE)


async def test_a_cancelled_append_is_written_all_the_same(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    task = asyncio.create_task(journal.append(STORY))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await journal.events("job-1") == list(STORY)


async def test_only_the_owner_may_read_it(journal: Journal) -> None:
    await journal.begin("job-1", job_state(), "", ALICE)
    directory = journal.path.parent
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()}
    assert modes["journal.sqlite3"] == 0o600
    assert set(modes.values()) == {0o600}


async def test_it_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = await Journal.open(path)
    await journal.begin("job-1", job_state(), "plan", ALICE)
    await journal.append(STORY)
    await journal.close()
    await journal.close()
    with pytest.raises(JournalError, match="closed"):
        await journal.append(STORY)
    again = await Journal.open(path)
    assert await again.events("job-1") == list(STORY)
    await again.close()


async def test_a_file_that_is_no_journal_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    path.write_bytes(b"not a database, but long enough to look like one " * 100)
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"damaged.*move it away"):
        await Journal.open(path)
    assert path.read_bytes() == before


async def test_a_damaged_page_is_noticed_at_opening(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = await Journal.open(path)
    await journal.begin("job-1", job_state(), "x" * 100_000, ALICE)
    await journal.append(STORY)
    await journal.close()
    content = bytearray(path.read_bytes())
    # Page 1 is the header; the pages behind it are the tables.
    content[4096:20480] = b"\xff" * 16384
    path.write_bytes(content)
    with pytest.raises(JournalError, match="damaged"):
        await Journal.open(path)


async def test_a_newer_journal_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    await (await Journal.open(path)).close()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(JournalError, match="newer ovmtui"):
        await Journal.open(path)


async def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match=r"cannot be opened: .*/file: File exists"):
        await Journal.open(tmp_path / "file" / "journal.sqlite3")
    (tmp_path / "directory").mkdir()
    with pytest.raises(JournalError):
        await Journal.open(tmp_path / "directory")


PRELUDE = """
    import asyncio, resource, sys
    from pathlib import Path
    from ovmtui.errors import JournalError
    from ovmtui.model.identity import VmKey
    from ovmtui.model.job import EventKind, JobEvent, JobState
    from ovmtui.runtime.journal import Journal
    from ovmtui.runtime.operator import Operator

    async def begin(job):
        journal = await Journal.open(Path(sys.argv[1]))
        state = JobState(job, job, "stop", VmKey("p", "u"), "v", (), 1.0)
        await journal.begin(job, state, "", Operator("alice", "desk"))
        return journal
"""


def start(program: str, path: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a console-like process that uses the journal at `path`."""
    source = textwrap.dedent(PRELUDE) + textwrap.dedent(program)
    return subprocess.Popen(
        [sys.executable, "-c", source, str(path), *arguments], stdout=subprocess.PIPE, text=True
    )


async def test_nothing_that_was_acknowledged_is_lost_by_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    writer = start(
        """
        async def main():
            journal = await begin("job-1")
            for sequence in range(1, 1_000_000):
                kind = EventKind.STEP if sequence % 7 == 0 else EventKind.OUTPUT
                await journal.append([JobEvent("job-1", sequence, 1.0, kind, f"line {sequence}")])
                print(sequence, flush=True)

        asyncio.run(main())
        """,
        path,
    )
    assert writer.stdout is not None
    acknowledged = 0
    for line in writer.stdout:
        acknowledged = int(line)
        if acknowledged == 200:
            writer.send_signal(signal.SIGKILL)
    writer.stdout.close()
    assert writer.wait() == -signal.SIGKILL
    assert acknowledged >= 200

    journal = await Journal.open(path)
    sequences = [found.sequence for found in await journal.events("job-1")]
    await journal.close()
    assert sequences[:acknowledged] == list(range(1, acknowledged + 1))
    assert len(sequences) <= acknowledged + 1


async def test_two_consoles_write_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "state" / "journal.sqlite3"
    program = """
        async def main():
            job = sys.argv[2]
            journal = await begin(job)
            for sequence in range(1, 101):
                await journal.append([JobEvent(job, sequence, 1.0, EventKind.STEP)])
            await journal.close()

        asyncio.run(main())
        """
    consoles = [start(program, path, f"job-{number}") for number in range(3)]
    for console in consoles:
        output, _ = console.communicate()
        assert (console.returncode, output) == (0, "")
    journal = await Journal.open(path)
    assert len(await journal.history()) == 3
    for number in range(3):
        assert len(await journal.events(f"job-{number}")) == 100
    await journal.close()


def test_a_full_disk_stops_acting_and_leaves_a_sound_journal(tmp_path: Path) -> None:
    writer = start(
        """
        async def main():
            journal = await begin("job-1")
            note = JobEvent("job-1", 1, 1.0, EventKind.NOTE)
            await journal.append([note])
            # No file of this process may grow further: a full disk, for SQLite.
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
            try:
                for sequence in range(2, 1000):
                    await journal.append(
                        [JobEvent("job-1", sequence, 1.0, EventKind.NOTE, "x" * 5000)]
                    )
            except JournalError as error:
                print(error)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            await journal.append([JobEvent("job-1", sequence, 1.0, EventKind.STEP)])
            found = [event.sequence for event in await journal.events("job-1")]
            print(found == list(range(1, sequence + 1)))
            await journal.close()

        asyncio.run(main())
        """,
        tmp_path / "journal.sqlite3",
    )
    output, _ = writer.communicate()
    complaint, sound = output.splitlines()
    assert "cannot be written" in complaint
    assert sound == "True"


def test_the_operator_is_told_apart_from_root(monkeypatch: pytest.MonkeyPatch) -> None:
    remote = {"SSH_CONNECTION": "192.0.2.7 5050 192.0.2.1 22", "SUDO_USER": "alice"}
    operator = Operator.current(remote)
    assert operator.origin == "192.0.2.7"
    assert operator.user.startswith("alice as ")
    assert operator.host
    assert operator.pid
    assert Operator.current({}).origin == ""

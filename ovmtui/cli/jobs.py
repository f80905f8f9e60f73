"""`jobs`: what a break has stopped, going on with it, or leaving it as it stands."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from ovmtui.cli.conversation import Conversation, read_line
from ovmtui.cli.exitcodes import ExitCode, exit_code_of, worst
from ovmtui.cli.opening import log_to_file, ownership, service, settings_of
from ovmtui.cli.tables import local_time, print_json, print_table
from ovmtui.config import paths
from ovmtui.errors import PlanRefused, UsageError
from ovmtui.model.text import visible
from ovmtui.plan.statement import where_it_stopped
from ovmtui.runtime.interface import OpenJob
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.service import Service
from ovmtui.runtime.unfinished import UnfinishedJobs


def jobs(options: argparse.Namespace) -> int:
    """List the jobs without an end, go on with some, or close some; return the exit code.

    Raises:
        JournalError: the journal cannot be used.
        UsageError: a job is unknown, or nobody can be asked.
    """
    log_to_file()
    if options.action is None:
        return asyncio.run(_list(as_json=options.json))
    if not options.all and not options.job:
        raise UsageError("name the jobs, or add --all; `ovmtui jobs` lists them")
    if not options.yes and not sys.stdin.isatty():
        raise UsageError("nobody can be asked here; add --yes to go ahead without asking")
    return asyncio.run(_act(options))


async def _list(*, as_json: bool) -> int:
    journal = await Journal.open(paths.journal_path())
    try:
        found = await UnfinishedJobs(journal, ownership()).records()
    finally:
        await journal.close()
    if as_json:
        print_json([_record(job) for job in found])
        return ExitCode.DONE
    if not found:
        sys.stdout.write("every job has ended\n")
        return ExitCode.DONE
    rows = [
        (
            job.state.job,
            local_time(job.state.started_at),
            job.state.title,
            f"{job.user}@{job.host}",
            "under way in a console" if job.owned else "stopped",
            where_it_stopped(job.state),
        )
        for job in found
    ]
    print_table(("JOB", "BEGAN", "WHAT", "WHO", "NOW", "WHERE IT STANDS"), rows)
    if any(not job.owned for job in found):
        sys.stdout.write("\n`ovmtui jobs resume --all` goes on with those that have stopped.\n")
    return ExitCode.DONE


def _record(job: OpenJob) -> dict[str, object]:
    return {
        "job": job.state.job,
        "title": job.state.title,
        "verb": job.state.verb,
        "vm": str(job.state.vm),
        "name": job.state.vm_name,
        "started_at": job.state.started_at,
        "user": job.user,
        "host": job.host,
        "under_way": job.owned,
        "where": where_it_stopped(job.state),
    }


async def _act(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    async with service(settings, record=options.record) as running:
        chosen = await _chosen(running, options)
        if not chosen:
            sys.stderr.write("no job has stopped\n")
            return ExitCode.DONE
        for job, title in chosen:
            sys.stderr.write(f"{visible(title)} ({job})\n")
        question = "go on with it" if options.action == "resume" else "leave it as it stands"
        if not options.yes:
            answer = await read_line(f"{question}? [y/N] ")
            if answer.lower() not in {"y", "yes"}:
                raise PlanRefused(("not confirmed, nothing was done",))
        timeouts = settings.timeouts
        # Each plan needs a first look at its pool; a node that is silent holds nothing up.
        await running.settled(timeout=timeouts.connect + timeouts.login + timeouts.probe)
        names = [job for job, _ in chosen]
        if options.action == "close":
            return await _close(running, names)
        return await _resume(running, names, asks=not options.yes)


async def _chosen(running: Service, options: argparse.Namespace) -> list[tuple[str, str]]:
    """Return the jobs that are meant, with what each is and where it stands."""
    stopped = await running.unfinished()
    titles = {job.state.job: f"{job.state.title}: {where_it_stopped(job.state)}" for job in stopped}
    if options.all:
        return list(titles.items())
    # One that has failed can be gone on with, too; the service knows whether.
    return [(job, titles.get(job, "ended, not as planned")) for job in dict.fromkeys(options.job)]


async def _resume(running: Service, names: Sequence[str], *, asks: bool) -> int:
    conversation = Conversation(running, asks=asks)
    stop_listening = running.subscribe(conversation.hear)
    codes: list[ExitCode] = []
    begun: list[str] = []
    for name in names:
        if await _refused(name, partial(running.resume, name)):
            codes.append(ExitCode.REFUSED)
        else:
            begun.append(name)
    codes += [exit_code_of(await running.finished(name)) for name in begun]
    await conversation.settle()
    stop_listening()
    return worst(codes)


async def _close(running: Service, names: Sequence[str]) -> int:
    codes = [
        ExitCode.REFUSED if await _refused(name, partial(running.give_up, name)) else ExitCode.DONE
        for name in names
    ]
    return worst(codes)


async def _refused(name: str, attempt: Callable[[], Awaitable[None]]) -> bool:
    """Return whether `attempt` was refused, saying why; other jobs are not held up by it."""
    try:
        await attempt()
    except PlanRefused as error:
        for reason in error.reasons:
            sys.stderr.write(f"ovmtui: {visible(name)}: refused: {visible(reason)}\n")
        return True
    return False

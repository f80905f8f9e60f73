"""From the arguments to a running service: settings, journal, connector, log."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import functools
import logging
import logging.handlers
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from ovmtui.cli.crash import report
from ovmtui.cli.masking import KNOWN, HarmlessFormatter, log_stray_errors
from ovmtui.cli.passwords import sudo_password_of, typed_passwords
from ovmtui.config import load, paths
from ovmtui.config.schema import Manager, Settings
from ovmtui.config.secrets import manager_password
from ovmtui.errors import ConfigurationError, JournalError
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange
from ovmtui.runtime.journal import Journal
from ovmtui.runtime.lastseen import LastSeen
from ovmtui.runtime.memory import Memory
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.ownership import Ownership
from ovmtui.runtime.recording import Recording
from ovmtui.runtime.service import Service
from ovmtui.runtime.upkeep import Upkeep
from ovmtui.runtime.wiring import node_of
from ovmtui.transport.commandline import AnyConnector
from ovmtui.transport.late import LateConnector
from ovmtui.transport.recording import RecordingConnector


def settings_of(options: argparse.Namespace) -> Settings:
    """Return the settings that `options` choose.

    Raises:
        ConfigurationError: there are none, or they are wrong.
    """
    path = load.find(options.config, os.environ)
    if path is None:
        raise ConfigurationError(
            "no configuration yet\n"
            "write one from your servers' names:   ovmtui config init ovm1 ovm2 …\n"
            "or look at a simulated pool first:    ovmtui demo"
        )
    return read_only(load.load(path)) if options.read_only else load.load(path)


def read_only(settings: Settings) -> Settings:
    """Return `settings` with acting switched off."""
    import msgspec

    return msgspec.structs.replace(settings, read_only=True)


def log_to_file() -> None:
    """Send the program's own log to its rotating file; nothing of it reaches the screen."""
    handler = logging.handlers.RotatingFileHandler(
        paths.log_path(), maxBytes=1_000_000, backupCount=3, delay=True, encoding="utf-8"
    )
    handler.setFormatter(HarmlessFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    # A log that cannot be written, on a full disk say, must not print so into the screen.
    logging.raiseExceptions = False
    log_stray_errors()
    os.umask(0o077)


@contextlib.asynccontextmanager
async def service(
    settings: Settings, *, record: str | None = None, begin: asyncio.Event | None = None
) -> AsyncIterator[Service]:
    """Open the service for `settings`, started; close it at the end.

    With `record` what it hears and shows is kept in that file. A manager's password that
    the operator types is asked for first. With `begin` no node is connected to before it
    is set, and the SSH library is loaded after that.

    Raises:
        ConfigurationError: the state directory or a key file cannot be used.
        RecordingFailed: the file is there already, or cannot be made.
    """
    passwords, of_sudo = await asyncio.to_thread(typed_passwords, settings)
    recording = _recording(record) if record else None
    # The journal opens while the SSH library, the slowest import of all, is loaded.
    journal = asyncio.create_task(open_journal())
    make = functools.partial(_ssh_connector, settings)
    connector = await asyncio.to_thread(make) if begin is None else LateConnector(make, begin)
    if recording is not None:
        connector = RecordingConnector(connector, recording.note, KNOWN.mask)
    opened = Service(
        settings,
        connector=connector,
        journal=await journal,
        memory=Memory(paths.state_directory() / "ha.json"),
        upkeep=Upkeep.at(paths.state_directory()),
        ownership=ownership(),
        password=functools.partial(_password, passwords),
        sudo_password=functools.partial(sudo_password_of, settings, of_sudo),
        trust=functools.partial(trust, known_hosts_path(settings), settings),
        report=report,
    )
    last_seen = LastSeen(paths.last_seen_path())
    opened.start()
    try:
        async with _recorded(opened, recording):
            yield opened
    finally:
        # Completion of names is no reason to complain.
        with contextlib.suppress(JournalError):
            await asyncio.to_thread(last_seen.remember, opened.snapshot)
        await opened.close()


def _recording(path: str) -> Recording:
    return Recording(Path(path), SystemClock(), tell=logging.getLogger(__name__).error)


@contextlib.asynccontextmanager
async def _recorded(opened: Service, recording: Recording | None) -> AsyncIterator[None]:
    """Keep what `opened` shows, if it is to be kept."""
    if recording is None:
        yield
        return
    stop = recording.begin(opened)
    writing = asyncio.create_task(recording.write_for_ever(), name="recording")
    try:
        yield
    finally:
        stop()
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)


def ownership() -> Ownership:
    """Return who tells which console works on a job, for all of this user's."""
    return Ownership(paths.state_directory() / "jobs")


async def open_journal() -> Journal:
    """Open the journal; one that cannot be used stops acting, not looking."""
    path = paths.journal_path()
    try:
        return await Journal.open(path)
    except JournalError as error:
        return Journal.unusable(path, str(error))


def known_hosts_path(settings: Settings) -> Path:
    """Return the known_hosts file of `settings`."""
    return Path(settings.known_hosts or "~/.ssh/known_hosts").expanduser()


def _ssh_connector(settings: Settings) -> AnyConnector:
    from ovmtui.transport.ssh import SshConnector

    return SshConnector(
        identities=settings.identities,
        ssh_config=settings.ssh_config,
        known_hosts=known_hosts_path(settings),
    )


async def _password(typed: Mapping[Manager, str], manager: Manager) -> str:
    return KNOWN.add(await manager_password(manager, os.environ, typed=typed))


def trust(known_hosts: Path, settings: Settings, question: HostKeyQuestion | KeyChange) -> None:
    """Write a node's key to known_hosts, in place of the old one if there is one.

    Raises:
        OSError: it cannot be written.
        ValueError: it may not be, with the reason.
    """
    from ovmtui.transport.hostkeys import add_host_key
    from ovmtui.transport.knownlines import comment_of, replace_host_key

    now, who = SystemClock().wall(), Operator.current().user
    if isinstance(question, KeyChange):
        replace_host_key(known_hosts, question.change, now=now, who=who)
        return
    port = node_of(question.node, settings).port or 22
    comment = comment_of(now, who)
    add_host_key(known_hosts, question.host, port, question.key, comment=comment)

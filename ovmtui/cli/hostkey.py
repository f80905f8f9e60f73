"""`hostkey`: what a node shows and what is known of it; trusting it, by its fingerprint."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.opening import (
    known_hosts_path,
    log_to_file,
    open_journal,
    settings_of,
    trust,
)
from ovmtui.cli.tables import print_json
from ovmtui.config.schema import Settings
from ovmtui.errors import (
    ConnectFailed,
    HostKeyChanged,
    HostKeyUnknown,
    LoginRefused,
    PlanRefused,
    UsageError,
)
from ovmtui.model.hostkey import KnownEntry
from ovmtui.model.identity import NodeKey
from ovmtui.model.text import visible
from ovmtui.runtime.clock import SystemClock
from ovmtui.runtime.interface import HostKeyQuestion, KeyChange
from ovmtui.runtime.keychanges import replace_key
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.wiring import address_of, no_sudo_password

_KNOWN, _UNKNOWN, _CHANGED, _REFUSED, _UNTOLD = "known", "unknown", "changed", "refused", "not told"


def hostkey(options: argparse.Namespace) -> int:
    """Show a node's host key, or trust the one whose fingerprint is given.

    Raises:
        ConfigurationError: the configuration cannot be used.
        UsageError: no node is called that.
        PlanRefused: the key may not be trusted.
        JournalError: it cannot be noted, so nothing was done.
    """
    log_to_file()
    return asyncio.run(_hostkey(options))


async def _hostkey(options: argparse.Namespace) -> int:
    settings = settings_of(options)
    key = _find(settings, options.node)
    question, seen = await _look(settings, key)
    if options.accept is None:
        _show(key, seen, as_json=options.json)
        codes = {_KNOWN: ExitCode.DONE, _UNTOLD: ExitCode.UNKNOWN}
        return codes.get(str(seen["state"]), ExitCode.REFUSED)
    return await _accept(settings, key, question, seen, options.accept)


async def _look(
    settings: Settings, key: NodeKey
) -> tuple[HostKeyQuestion | KeyChange | None, dict[str, object]]:
    from ovmtui.transport.ssh import SshConnector

    address = address_of(key, settings, no_sudo_password)
    connector = SshConnector(
        identities=settings.identities,
        ssh_config=settings.ssh_config,
        known_hosts=known_hosts_path(settings),
    )
    try:
        known = await connector.known_entries(address)
    except (OSError, ValueError) as error:
        raise UsageError(f"what is known cannot be read: {visible(str(error))}") from error
    seen: dict[str, object] = {"node": str(key), "host": address.host, "known": known}
    try:
        session = await connector.connect(replace(address, elevation=None))
    except HostKeyUnknown as error:
        asked = HostKeyQuestion(key, address.host, error.fingerprint, error.key)
        return asked, seen | {"state": _UNKNOWN, "shown": error.fingerprint}
    except HostKeyChanged as error:
        if error.change is None:
            return None, seen | {"state": _REFUSED, "why": str(error)}
        change = KeyChange(key, address.host, error.change)
        return change, seen | {"state": _CHANGED, "shown": error.change.fingerprint}
    except LoginRefused as error:
        # The key is looked at before the login; a jump host's is not the node's.
        state = _UNTOLD if error.what.startswith("jump host ") else _KNOWN
        return None, seen | {"state": state, "why": str(error)}
    except ConnectFailed as error:
        return None, seen | {"state": _UNTOLD, "why": str(error)}
    await session.close()
    return None, seen | {"state": _KNOWN}


async def _accept(
    settings: Settings,
    key: NodeKey,
    question: HostKeyQuestion | KeyChange | None,
    seen: dict[str, object],
    fingerprint: str,
) -> int:
    if question is None:
        if seen["state"] == _KNOWN:
            sys.stdout.write(f"{key.name}: its host key is known already, nothing was changed\n")
            return ExitCode.DONE
        raise PlanRefused((f"{key.name}: {seen['why']}; no key is trusted",))
    shown = str(seen["shown"])
    if fingerprint != shown:
        raise PlanRefused(
            (f"{key.name} shows {shown}, and not {visible(fingerprint)}: it is not trusted",)
        )
    path = known_hosts_path(settings)
    try:
        if isinstance(question, KeyChange):
            await _replace(settings, question)
        else:
            await asyncio.to_thread(trust, path, settings, question)
    except (OSError, ValueError) as error:
        raise PlanRefused((f"{key.name}: it is not trusted: {visible(str(error))}",)) from error
    sys.stdout.write(f"{key.name}: {shown} is trusted, in {visible(str(path))}\n")
    return ExitCode.DONE


async def _replace(settings: Settings, question: KeyChange) -> None:
    journal = await open_journal()
    path = known_hosts_path(settings)
    try:
        await replace_key(
            question,
            journal=journal,
            operator=Operator.current(),
            clock=SystemClock(),
            write=lambda change: trust(path, settings, change),
        )
    finally:
        await journal.close()


def _show(key: NodeKey, seen: dict[str, object], *, as_json: bool) -> None:
    known = seen["known"]
    assert isinstance(known, tuple)
    if as_json:
        print_json(seen | {"known": [_record(entry) for entry in known]})
        return
    lines = [f"{key.name} ({seen['host']}): its host key is {seen['state']}"]
    for entry in known:
        lines += [f"  known  {entry.kind} {entry.fingerprint}", f"         {_place(entry)}"]
    if "shown" in seen:
        lines.append(f"  now    {seen['shown']}")
    if seen["state"] == _CHANGED:
        lines.append("somebody may be in between, unless the node got new keys")
    if "shown" in seen:
        lines += [
            "once the node itself, on its console, says that this is its key:",
            f"  ovmtui hostkey {key} --accept {seen['shown']}",
        ]
    if "why" in seen:
        lines.append(f"  {seen['why']}")
    for line in lines:
        sys.stdout.write(f"{visible(line)}\n")


def _record(entry: KnownEntry) -> dict[str, object]:
    return {
        "file": entry.file,
        "line": entry.line,
        "kind": entry.kind,
        "fingerprint": entry.fingerprint,
        "hashed": entry.hashed,
        "since": entry.since or None,
    }


def _place(entry: KnownEntry) -> str:
    hashed = " (hashed)" if entry.hashed else ""
    since = f"since {entry.since}" if entry.since else "since when is not told"
    return f"{entry.place}{hashed}, {since}"


def _find(settings: Settings, name: str) -> NodeKey:
    keys = [NodeKey(pool, node.name) for pool, of in settings.pools.items() for node in of.members]
    found = [key for key in keys if name in {key.name, str(key)}]
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(map(str, found))
        raise UsageError(f"several nodes are called {visible(name)}: {several}")
    raise UsageError(f"no node is called {visible(name)}")

"""Whether a repository's file system knows a working `flock`, tried for real."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Mapping, Sequence

from ovmtui.errors import TransportError
from ovmtui.model.identity import NodeKey
from ovmtui.model.snapshot import Snapshot
from ovmtui.plan.verdict import Finding, Verdict, fails, holds, unknown
from ovmtui.runtime.lockholder import hear
from ovmtui.runtime.operator import Operator
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks import flock, xm

_FILE = ".ovmtui-check.lock"
_TIMEOUT = 15.0
"""Seconds for each word with a node: storage that hangs must not hold us up."""
_GRACE = 10.0
"""Seconds after which the lock ends by itself when this console is gone."""


async def check_locks(
    pool: str, snapshot: Snapshot, watchers: Mapping[NodeKey, NodeWatcher], operator: Operator
) -> Sequence[Finding]:
    """Take a lock in each repository of `pool` on its first node, and ask the others for it.

    The file is hidden, lies beside the machines' directories, and is removed again.
    """
    nodes = [node.key for node in snapshot.nodes_of(pool) if node.certain]
    directories = sorted(
        {
            file.path.rpartition("/")[0].rpartition("/")[0]
            for node in snapshot.nodes_of(pool)
            for file in node.configs or ()
        }
    )
    found = []
    for directory in directories:
        if nodes and directory:
            first, *others = (watchers[key] for key in nodes)
            verdict = await _tried(f"{directory}/{_FILE}", first, others, operator)
            found.append(Finding("lock", f"flock in {directory}", verdict))
    return found


async def _tried(
    path: str, first: NodeWatcher, others: Iterable[NodeWatcher], operator: Operator
) -> Verdict:
    plan = f"check-{secrets.token_hex(4)}"
    remote = f"{plan}-lock-{secrets.token_hex(3)}"
    said = {"what": "check of the lock", "who": operator.user, "host": operator.host}
    script = flock.hold_script(path, _FILE, plan=plan, said=said, grace=_GRACE)
    try:
        session = first.session
        heard = await hear(session, remote, script, start=True, timeout=_TIMEOUT)
        if heard.holder is None:
            await session.forget_detached(remote)
            return fails(f"{first.key.name}: {heard.text}; the pool's first node holds locks")
        try:
            return await _seen(path, others)
        finally:
            await session.run(flock.release_script(heard.holder), timeout=_TIMEOUT)
            await session.run(flock.remove_script(path), timeout=_TIMEOUT)
            await session.forget_detached(remote)
    except TransportError as error:
        return unknown(f"{first.key.name}: {error}")


async def _seen(path: str, others: Iterable[NodeWatcher]) -> Verdict:
    """Return whether the other nodes see the lock that is held."""
    seen, silent = [], []
    for other in others:
        name = other.key.name
        with contextlib.suppress(TransportError):
            result = await other.session.run(flock.witness_script(path), timeout=_TIMEOUT)
            shared = flock.shared(result.exit_status)
            if shared is False:
                why = xm.error_text(result.stdout, result.stderr)
                return fails(f"{name} does not see it ({why}); the pool's first node holds locks")
            if shared:
                seen.append(name)
                continue
        silent.append(name)
    if silent:
        return unknown(f"not told by {', '.join(silent)}")
    return holds(f"seen by {', '.join(seen)}" if seen else "it works; no other node could be asked")

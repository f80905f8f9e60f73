"""A vm.cfg as a node has it at this moment."""

from __future__ import annotations

import shlex

from ovmtui.errors import CommandTimeout, UsageError
from ovmtui.model.text import visible
from ovmtui.runtime.watcher import NodeWatcher
from ovmtui.toolstacks.redaction import redact

_LONGEST = 65_536
"""Bytes of a file that are read."""


async def read_config(watcher: NodeWatcher, path: str, *, timeout: float) -> str:
    """Return the file at `path`, its secrets masked.

    Raises:
        UsageError: the node cannot read it; its own words.
        CommandTimeout: it took longer than `timeout` seconds.
        NodeLost: there is no connection.
    """
    script = f"head -c {_LONGEST} -- {shlex.quote(path)}"
    try:
        result = await watcher.session.run(script, timeout=timeout)
    except CommandTimeout:
        raise CommandTimeout(f"no answer in {timeout:g} s: does its storage hang?") from None
    if result.exit_status != 0:
        raise UsageError(visible(result.stderr.strip() or f"exit code {result.exit_status}"))
    return redact(result.stdout)

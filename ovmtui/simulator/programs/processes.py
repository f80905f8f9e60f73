"""`ps` of a node: the daemons, and xend's helpers of the migrations that are under way."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.simulator.programs.call import Call

_WORDS = ("-e", "-ww", "-o", "pid=", "-o", "args=")
_DAEMONS = ("init [5]", "/usr/sbin/sshd", "/usr/bin/python /usr/sbin/xend start")


async def ps(call: Call) -> int:
    """List every process with its words: `ps -e -ww -o pid= -o args=`, nothing else."""
    if call.arguments != _WORDS:
        call.err("ERROR: Unsupported option (BSD syntax)\n")
        return 1
    for number, line in enumerate((*_DAEMONS, *_helpers(call)), 1):
        call.out(f"{number:5d} {line}\n")
    return 0


def _helpers(call: Call) -> Iterator[str]:
    for migration in call.world.migrations:
        if migration.source is call.node:
            yield f"/usr/lib64/xen/bin/xc_save 16 {migration.domain.domid} 0 0 1"
        if migration.target is call.node and migration.copy is not None:
            yield f"/usr/lib64/xen/bin/xc_restore 7 {migration.copy.domid} 9 10 0 0 0 0"

"""`ps` of a node: the daemons, and the helpers of the migrations that are under way."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.simulator.programs.call import Call

_WORDS = ("-e", "-ww", "-o", "pid=", "-o", "args=")
_DAEMONS = ("init [5]", "/usr/sbin/sshd")
_XEND = "/usr/bin/python /usr/sbin/xend start"
_LIBXL = "/usr/lib/xen-4.17/bin"
_XENSTORED = "/usr/sbin/xenstored --pid-file /var/run/xen/xenstored.pid"


async def ps(call: Call) -> int:
    """List every process with its words: `ps -e -ww -o pid= -o args=`, nothing else."""
    if call.arguments != _WORDS:
        call.err("ERROR: Unsupported option (BSD syntax)\n")
        return 1
    libxl = call.node.spec.tools.are_libxl
    own = _XENSTORED if libxl else _XEND
    helpers = _of_libxl(call) if libxl else _of_xend(call)
    for number, line in enumerate((*_DAEMONS, own, *helpers), 1):
        call.out(f"{number:5d} {line}\n")
    return 0


def _of_xend(call: Call) -> Iterator[str]:
    for migration in call.world.migrations:
        if migration.source is call.node:
            yield f"/usr/lib64/xen/bin/xc_save 16 {migration.domain.domid} 0 0 1"
        if migration.target is call.node and migration.copy is not None:
            yield f"/usr/lib64/xen/bin/xc_restore 7 {migration.copy.domid} 9 10 0 0 0 0"


def _of_libxl(call: Call) -> Iterator[str]:
    for migration in call.world.migrations:
        if migration.source is call.node:
            name, domid = migration.domain.machine.name, migration.domain.domid
            yield f"{_LIBXL}/xl migrate {name} {migration.target.name}"
            yield f"ssh {migration.target.name} xl migrate-receive"
            yield f"{_LIBXL}/libxl-save-helper --save-domain 15 {domid}"
        if migration.target is call.node and migration.copy is not None:
            yield f"{_LIBXL}/xl migrate-receive"
            yield f"{_LIBXL}/libxl-save-helper --restore-domain 0 11"

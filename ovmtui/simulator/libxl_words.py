"""What `xl` says when something fails: many lines, of which one gives the reason."""

from __future__ import annotations

from ovmtui.simulator.domain import Domain
from ovmtui.simulator.errors import LibxlError

NOT_SUSPENDED = "Migration failed, failed to suspend at sender."
RESUMING = "Migration failed, resuming at sender."
AT_TARGET = "Migration failed due to problems at target."
_PROCESS = 1225
"""Id of xl's transport process, which it tells."""


def taken(name: str, domid: int) -> str:
    """Return what libxl says of a name that is taken."""
    return (
        f'libxl: error: libxl_domain.c:81:libxl__domain_rename: Domain {domid}:Domain with name "'
        f'{name}" already exists.'
    )


def cleared_away(domid: int | None) -> tuple[str, ...]:
    """Return what libxl says while it clears away what it could not build."""
    start = "libxl: error: libxl_domain.c"
    return (
        f"{start}:1183:libxl__destroy_domid: Domain {domid}:Non-existant domain",
        f"{start}:1137:domain_destroy_callback: Domain {domid}:Unable to destroy guest",
        f"{start}:1064:domain_destroy_cb: Domain {domid}:Destruction of domain failed",
    )


def transport(reason: str, *, status: int) -> LibxlError:
    """Return the failure of the SSH connection that carries a migration."""
    return LibxlError(
        reason,
        "libxl: error: libxl_utils.c:505:libxl_read_exactly: file/stream truncated reading banner "
        "from migration receiver stream",
        ended(status),
    )


def ended(status: int) -> str:
    """Return how the process that carries a migration ended."""
    return (
        "libxl: info: libxl_exec.c:117:libxl_report_child_exitstatus: migration transport process "
        f"[{_PROCESS}] exited with error status {status}"
    )


def broken_pipe(domain: Domain) -> LibxlError:
    """Return the failure of a migration whose other end is gone."""
    helper = f"domain {domain.domid} save/restore helper"
    return LibxlError(
        "libxl: error: libxl_utils.c:505:libxl_read_exactly: file/stream truncated reading ipc "
        f"msg header from {helper} stdout pipe",
        f"libxl: error: libxl_exec.c:127:libxl_report_child_exitstatus: {helper} [1845] died due "
        "to fatal signal Broken pipe",
        "migration sender: libxl_domain_suspend failed (rc=-3)",
        ended(255),
        RESUMING,
    )


def not_saved(domain: Domain, copy: Domain | None, reason: str = "") -> LibxlError:
    """Return the failure of a migration whose source cannot be saved."""
    domid = None if copy is None else copy.domid
    return LibxlError(
        reason
        or "xc: error: Failed to get types for pfn batch (3 = No such process): Internal error",
        "xc: error: Save failed (3 = No such process): Internal error",
        "libxl: error: libxl_stream_write.c:347:libxl__xc_domain_save_done: Domain "
        f"{domain.domid}:saving domain: domain did not respond to suspend request: No such process",
        "migration sender: libxl_domain_suspend failed (rc=-8)",
        "libxl: error: libxl_create.c:1640:domcreate_rebuild_done: Domain "
        f"{domid}:cannot (re-)build domain: -3",
        *cleared_away(domid),
        "migration target: Domain creation failed (code -3).",
        ended(1),
        NOT_SUSPENDED,
    )

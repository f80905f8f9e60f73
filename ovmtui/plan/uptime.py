"""How long a domain has been up, and whether that is long enough for a reboot."""

from __future__ import annotations

from ovmtui.plan.verdict import Verdict, fails, holds, unknown
from ovmtui.toolstacks import xm

SHORTEST = 60
"""Seconds that a domain must have been up for xend to build it anew after a reboot.

xend counts until the guest is down; here it is counted until the guest is asked, which is
earlier. A domain that is younger then is destroyed, and only xend.log says so.
"""
_INSTEAD = "stop it and start it instead"


def judge_uptime(stdout: str, problem: str, domid: int | None) -> Verdict:
    """Return whether the domain with id `domid` may be rebooted, by what its tool printed.

    `problem` is why the command's answer is not to be believed; empty when it is. An age that
    cannot be told refuses: a stop and a start do the same, and lose nothing.
    """
    if problem:
        return unknown(f"how long it has been up cannot be told: {problem}; {_INSTEAD}")
    parsed = xm.parse_uptime(stdout)
    rows = [row for row in parsed.value or () if row.domid == domid]
    if domid is None or len(rows) != 1:
        why = parsed.notes[0] if parsed.notes else f"domain {domid} is not among the uptimes"
        return unknown(f"how long it has been up cannot be told: {why}; {_INSTEAD}")
    seconds = rows[0].seconds
    if seconds < SHORTEST:
        return fails(
            f"up for {seconds} s: xend does not restart what was up less than {SHORTEST} s, and "
            f"the machine would be gone; wait {SHORTEST - seconds} s, or {_INSTEAD}"
        )
    return holds(f"up for {_spoken(seconds)}")


def _spoken(seconds: int) -> str:
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if days:
        return f"{days} d"
    return f"{hours} h" if hours else f"{minutes} min"

"""Shell text for commands that outlive the console. Pure.

A job is a directory of the node, `${OVMTUI_JOBS}/JOB`, by default below
`/var/lib/ovmtui/jobs` for root and `~/.ovmtui/jobs` for others, with mode 0700. Making
the directory is what starts the job, so that it starts once however often it is asked
for. It holds `command`, `leader` (process id and start time of the session leader),
`out`, `err`, and at the end `exit`, which is renamed into place and so whole or absent.
Only tools that an Oracle VM 2.2 dom0 has (coreutils 5.97, bash 3.2) are used.
"""

from __future__ import annotations

import re
import shlex

from ovmtui.transport.bound import ENVIRONMENT, GIVE_SECRET, READ_SECRET

_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_DIRECTORY = """\
if [ -n "$OVMTUI_JOBS" ]; then jobs=$OVMTUI_JOBS
elif [ "$(id -u)" = 0 ]; then jobs=/var/lib/ovmtui/jobs
else jobs=$HOME/.ovmtui/jobs; fi
job=$jobs/{job}"""

# The name in field 2 may hold blanks and parentheses; field 22 is counted from its end.
_STARTED = 'sed "s/.*) //" "/proc/$1/stat" 2>/dev/null | cut -d" " -f20'

_LEADER = """\
started() {{ {started}; }}
printf '%s %s\\n' "$$" "$(started $$)" >"$job/leader.new"
mv "$job/leader.new" "$job/leader"
{read}(
{script}
) >"$job/out" 2>"$job/err" </dev/null
printf '%s\\n' "$?" >"$job/exit.new"
mv "$job/exit.new" "$job/exit"
"""

# Whoever does not want the job started takes its name, so that no starter that is merely
# late can start it after all.
_CLAIM = """\
umask 077
mkdir -p "$jobs"
if mkdir "$job" 2>/dev/null; then : >"$job/void"; fi
"""

_FOLLOW = """\
[ ! -e "$job/void" ] || {{ printf '\\036{nonce} absent\\n' >&2; exit 0; }}
[ -d "$job" ] || {{ printf '\\036{nonce} absent\\n' >&2; exit 0; }}
tries=0
while [ ! -s "$job/leader" ] && [ "$tries" -lt 600 ]; do sleep 0.1; tries=$((tries + 1)); done
read -r leader since <"$job/leader" || leader=
started() {{ {started}; }}
alive() {{ [ -n "$leader" ] && [ "$(started "$leader")" = "$since" ]; }}
if alive; then
    tail -s 0.1 --pid="$leader" -f -c +{out} "$job/out" &
    first=$!
    tail -s 0.1 --pid="$leader" -f -c +{err} "$job/err" >&2 &
    second=$!
    (
        while read -r line; do :; done <&3
        kill "$first" "$second"
    ) >/dev/null 2>&1 &
    watcher=$!
    wait "$first"
    wait "$second"
    kill "$watcher" 2>/dev/null
else
    tail -c +{out} "$job/out"
    tail -c +{err} "$job/err" >&2
fi
status=lost
[ -s "$job/exit" ] && read -r status <"$job/exit"
printf '\\036{nonce} %s\\n' "$status" >&2
exit 0
"""


def checked_job(job: str) -> str:
    """Return `job` when it can be the name of a directory.

    Raises:
        ValueError: it cannot.
    """
    if not _JOB.fullmatch(job):
        raise ValueError(f"not a job's name: {job!r}")
    return job


def detached_script(
    job: str,
    script: str,
    *,
    secret: bool,
    start: bool,
    offsets: tuple[int, int],
    nonce: str,
) -> str:
    """Return the text that starts `script` as `job`, or attaches to it, and follows it.

    It prints what comes on each stream from `offsets` bytes on, and at the very end of
    standard error a line with `nonce` and the exit status, `lost` or `absent`: see
    `read_trailer`.
    """
    directory = _DIRECTORY.format(job=shlex.quote(checked_job(job)))
    leader = _LEADER.format(
        started=_STARTED, read=f"{READ_SECRET}\n" if secret else "", script=script
    )
    feed = f"{GIVE_SECRET} " if secret else ""
    source = "" if secret else "</dev/null "
    begin = f"""\
umask 077
mkdir -p "$jobs"
if mkdir "$job" 2>/dev/null; then
    : >"$job/out"; : >"$job/err"
    printf '%s\\n' {shlex.quote(script)} >"$job/command"
    export job
    {feed}setsid sh -c {shlex.quote(leader)} {source}>/dev/null 2>&1 3<&- &
fi
"""
    follow = _FOLLOW.format(started=_STARTED, nonce=nonce, out=offsets[0] + 1, err=offsets[1] + 1)
    take = f"{READ_SECRET}\n" if secret else ""
    first = begin if start else _CLAIM
    return f"{ENVIRONMENT}\n{take}exec 3<&0\n{directory}\n{first}{follow}"


def forget_script(job: str) -> str:
    """Return the text that removes what is left of `job` on the node."""
    return f'{_DIRECTORY.format(job=shlex.quote(checked_job(job)))}\nrm -rf "$job"\n'


class TrailerFilter:
    """Passes standard error on, and keeps the trailer back, however it is cut up.

    The script begins the trailer with a record separator, which hardly ever is output: so
    hardly ever is the end of a line held back until more comes.
    """

    def __init__(self, nonce: str) -> None:
        """Know the trailer by `nonce`."""
        self._start = f"\x1e{nonce} ".encode()
        self._held = b""
        self.status: str | None = None
        """`lost`, `absent` or the exit status; None while there is no whole trailer."""

    def feed(self, data: bytes) -> bytes:
        """Take a piece; return the bytes that are output for certain."""
        self._held += data
        index = self._held.find(self._start)
        if index >= 0:
            output, trailer = self._held[:index], self._held[index + len(self._start) :]
            self._held = self._held[index:]
            if trailer.endswith(b"\n"):
                self.status = trailer.decode("ascii", "replace").strip()
                self._held = b""
            return output
        # A part of the start may be at the end; it is output only once that is ruled out.
        keep = next(
            size
            for size in range(min(len(self._start) - 1, len(self._held)), -1, -1)
            if self._held.endswith(self._start[:size])
        )
        output = self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return output

    def end(self) -> bytes:
        """Return what was held back and is output after all, as there is no trailer."""
        held, self._held = self._held, b""
        return b"" if self.status is not None else held

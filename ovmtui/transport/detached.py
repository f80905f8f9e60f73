"""Shell text for commands that outlive the console. Pure.

A job is a directory of the node, `${OVMTUI_JOBS}/JOB`, by default below
`/var/lib/ovmtui/jobs` for root and `~/.ovmtui/jobs` for others, with mode 0700. Making
the directory is what starts the job, so that it starts once however often it is asked
for. It holds `command`, `leader` (process id and start time of the session leader, and
the node's boot), `out`, `err`, and at the end `exit`, which is renamed into place and so
whole or absent; or `void`, if it is never to be started. Only tools that an Oracle VM
2.2 dom0 has (coreutils 5.97, bash 3.2) are used; whether the leader lives the shell
reads from /proc itself, without a process.
"""

from __future__ import annotations

import re
import shlex

from ovmtui.transport.bound import ENVIRONMENT, GIVE_SECRET, TAKE_SECRET

_JOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

_DIRECTORY = """\
if [ -n "$OVMTUI_JOBS" ]; then jobs=$OVMTUI_JOBS
elif [ "$(id -u)" = 0 ]; then jobs=/var/lib/ovmtui/jobs
else jobs=$HOME/.ovmtui/jobs; fi
job=$jobs/$name
"""

# The name in field 2 may hold blanks and parentheses; field 22 is counted from its end.
_STARTED = """\
boot=
{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null
started() {
    line=
    { read -r line <"/proc/$1/stat"; } 2>/dev/null
    set -- ${line##*) }
    case $1 in
        "" | Z | X) since= ;;
        *) since=${20} ;;
    esac
}
"""

_ALIVE = """\
alive() {
    leader=
    { read -r leader recorded during <"$job/leader"; } 2>/dev/null
    [ -n "$leader" ] || return 1
    started "$leader"
    [ -n "$since" ] && [ "$since" = "$recorded" ] && [ "$boot" = "$during" ]
}
"""

# A leader that cannot leave its record does not begin: nobody could find it again.
_LEADER = f"""\
job=$1 script=$2 secret=$3 OVMTUI_JOB=$1
set --
trap "" HUP
{_STARTED}started $$
printf "%s %s %s\\n" $$ "$since" "$boot" >"$job/leader.new" || exit
mv "$job/leader.new" "$job/leader" || exit
if [ -n "$secret" ]; then {TAKE_SECRET}; fi
( eval "$script" ) >"$job/out" 2>"$job/err" </dev/null
printf "%s\\n" $? >"$job/exit.new" && mv "$job/exit.new" "$job/exit"
"""

# The strict mask is for our own files: the script keeps that of the login. Should the
# disk be full, then the directory goes again, and the problem is what is told.
_START = f"""\
lead() {{ exec setsid sh -c {shlex.quote(_LEADER)} sh "$job" "$script" "$secret"; }}
begin() {{
    problem=$( (umask 077; mkdir -p "$jobs" && mkdir "$job") 2>&1) || return
    problem=$( (
        umask 077
        printf '%s\\n' "$script" >"$job/command" && : >"$job/out" && : >"$job/err"
    ) 2>&1) || {{ rm -rf "$job"; return; }}
    if [ -n "$secret" ]; then {GIVE_SECRET} lead >/dev/null 3<&- 4>&- &
    else lead </dev/null >/dev/null 3<&- 4>&- & fi
}}
begin
"""

# Whoever does not want the job started takes its name, so that no starter that is merely
# late can start it after all.
_CLAIM = """\
(umask 077; mkdir -p "$jobs" && mkdir "$job" && : >"$job/void")
"""

# `tail` reads what is left after it has seen the leader gone, so nothing is missed. One
# that failed has missed something: the job counts as running, and is attached to again.
_STAY = """\
show_until_end() {
    whole=yes
    tail -s 0.05 --pid="$leader" -f -c "+$out" "$job/out" &
    first=$!
    tail -s 0.05 --pid="$leader" -f -c "+$err" "$job/err" >&4 &
    second=$!
    (
        while read -r line; do :; done <&3
        kill "$first" "$second"
    ) >/dev/null 4>&- &
    watcher=$!
    wait "$first" || whole=
    wait "$second" || whole=
    kill "$watcher"
    [ -n "$whole" ] && ! alive && state=ended
}
"""

# Whoever finds a directory without a leader has met another starter at his work. That
# the leader is gone must be seen before its output is shown, for that to be all of it.
# Nothing but the job and the trailer says anything on standard error, which is fd 4: bash
# would tell there of each process that a signal ends.
_TELL = """\
show() {
    tail -c "+$out" "$job/out"
    tail -c "+$err" "$job/err" >&4
}
tell() {
    tries=0
    while [ -d "$job" ] && [ ! -s "$job/leader" ] && [ ! -e "$job/void" ] && [ "$tries" -lt 320 ]
    do
        if [ "$tries" -lt 20 ]; then sleep 0.02; else sleep 0.2; fi
        tries=$((tries + 1))
    done
    state="absent $problem"
    [ -d "$job" ] || return
    state=absent
    [ ! -e "$job/void" ] || return
    state=running
    if ! alive; then state=ended; show
    elif [ -n "$stay" ]; then show_until_end
    else show; fi
    [ "$state" = ended ] || return
    state=lost
    { read -r status <"$job/exit"; } 2>/dev/null && state="exit $status"
}
tell
printf '\\036%s %s\\n' "$nonce" "$state" >&4
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
    nonce: str,
    secret: bool = False,
    start: bool = True,
    stay: bool = True,
    offsets: tuple[int, int] = (0, 0),
) -> str:
    """Return the text that starts `script` as `job`, or attaches to it, and tells of it.

    It prints what there is of each stream from `offsets` bytes on; with `stay` also what
    comes until the job ends. At the very end of standard error it says after `nonce` how
    the job is: see `trailer`.
    """
    values = {
        "name": checked_job(job),
        "script": script if start else "",
        "secret": "yes" if secret else "",
        "stay": "yes" if stay else "",
        "out": str(offsets[0] + 1),
        "err": str(offsets[1] + 1),
        "nonce": nonce,
        "problem": "",
    }
    parts = [
        f"{ENVIRONMENT}\n",
        *(f"{name}={shlex.quote(value)}\n" for name, value in values.items()),
        f"{TAKE_SECRET}\n" if secret else "",
        "exec 3<&0 4>&2 2>/dev/null\n",
        _DIRECTORY,
        _STARTED,
        _ALIVE,
        _START if start else _CLAIM,
        _STAY if stay else "",
        _TELL,
    ]
    return "".join(parts)


def forget_script(job: str) -> str:
    """Return the text that removes what is left of `job` on the node, unless it runs."""
    name = shlex.quote(checked_job(job))
    return f'name={name}\n{_DIRECTORY}{_STARTED}{_ALIVE}alive || rm -rf "$job"\n'


def sweep_script(days: int) -> str:
    """Return the text that removes every job that does not run and is older than `days`."""
    return f"""\
{_DIRECTORY}{_STARTED}{_ALIVE}[ -d "$jobs" ] || exit 0
find "$jobs" -mindepth 1 -maxdepth 1 -type d -mtime +{days} | while IFS= read -r job; do
    alive || rm -rf "$job"
done
"""

"""util-linux's `flock`, holding a machine's lock on a file that all nodes see.

The holder is a detached job: a process on the node, which keeps the kernel's lock for as
long as it lives. It lives until it is told to end, or until nobody has given it a sign of
life for a while, and in both cases not before the last command of its plan has ended on
that node. So the lock goes with the work, and cannot be left behind.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ovmtui.model.text import visible

_HELD = 75
_BROKEN = 69
_NOT_SHARED = 3

_FILE = """\
LC_ALL=C; export LC_ALL
path={path} name={name}
"""

_OPEN = f"""\
( : >>"$file" ) || exit {_BROKEN}
exec 9>>"$file" || exit {_BROKEN}
flock $patience 9
case $? in
    0) ;;
    1) head -c 2000 "$file"; exit {_HELD} ;;
    *) exit {_BROKEN} ;;
esac
"""

# Whoever sleeps for the holder must not inherit the lock. `exec` keeps the holder the
# parent of the shell that tells its process id, which `$$` does not.
_HOLD = """\
file=$path
if [ -z "$file" ]; then
    file=${{OVMTUI_JOB%/*/*}}/locks/$name
    ( umask 077; mkdir -p "${{file%/*}}" ) || exit {broken}
fi
plan={plan} grace={grace} pause={pause}
# Somebody who only looks whether it is held has it for a moment, too.
patience='-w 2'
{open}
printf '%s\\n' {said} >"$file" || exit {broken}
beat=$OVMTUI_JOB/beat
: >"$beat"
busy() {{
    for other in "${{OVMTUI_JOB%/*}}/$plan"-*; do
        case $other in *-lock-*) continue ;; esac
        if [ ! -d "$other" ] || [ -e "$other/exit" ] || [ -e "$other/void" ]; then continue; fi
        leader=
        {{ read -r leader rest <"$other/leader"; }} 2>/dev/null
        if [ -z "$leader" ] || kill -0 "$leader" 2>/dev/null; then return 0; fi
    done
    return 1
}}
trap : TERM
printf '%s\\n' locked "$(exec sh -c 'echo $PPID')" "$file" "$beat"
last= silent=0
while :; do
    sleep "$pause" 9>&- &
    wait "$!"
    now=
    {{ read -r now <"$beat"; }} 2>/dev/null
    if [ "$now" = release ]; then silent=$grace
    elif [ "$now" = "$last" ]; then silent=$((silent + pause))
    else last=$now silent=0; fi
    if [ "$silent" -ge "$grace" ] && ! busy; then break; fi
done
: >"$file"
"""

_PREVIEW = """\
file=$path patience=-n
if [ -e "$file" ]; then
{open}
else
    ( [ -d "${{file%/*}}" ] && [ -w "${{file%/*}}" ] ) || {{
        printf '%s\\n' "nothing can be written in ${{file%/*}}" >&2; exit {broken}
    }}
    command -v flock >/dev/null || {{ echo 'there is no program flock' >&2; exit {broken}; }}
fi
"""

# A lock that this node can take, too, keeps nobody out.
_WITNESS = """\
if [ ! -e "$path" ]; then printf '%s\\n' "no such file: $path" >&2; exit {not_shared}; fi
exec 9>>"$path" || exit {broken}
flock -n 9
case $? in
    1) exit 0 ;;
    0) echo 'it could be taken here, too' >&2; exit {not_shared} ;;
    *) exit {broken} ;;
esac
"""

_KEEP = """\
LC_ALL=C; export LC_ALL
beat={beat} file={file}
( [ -d "${{beat%/*}}" ] && printf '%s\\n' {sign} >"$beat" ) || exit 1
read -r first <"$file"
if [ "$first" != {first} ]; then echo 'it is not in the name of this plan' >&2; exit 1; fi
exec 9>>"$file" || exit 1
if flock -n 9; then echo 'nobody holds it' >&2; exit 1; fi
"""

_RELEASE = """\
beat={beat} holder={holder}
[ -d "${{beat%/*}}" ] || exit 0
echo release >"$beat"
tries=0
# A signal that comes just before the holder begins to wait does not wake it: one is not enough.
while [ ! -e "${{beat%/*}}/exit" ] && kill -TERM "$holder" 2>/dev/null && [ "$tries" -lt 30 ]; do
    if [ "$tries" -lt 10 ]; then sleep 0.02; else sleep 0.1; fi
    tries=$((tries + 1))
done
[ -e "${{beat%/*}}/exit" ] || ! kill -0 "$holder" 2>/dev/null
"""


class LockAnswer(Enum):
    """What became of an attempt to take a lock."""

    TAKEN = "taken"
    HELD = "held by another plan"
    BROKEN = "locking does not work there"


@dataclass(frozen=True, slots=True)
class LockHolder:
    """A holder at work."""

    pid: int
    file: str
    beat: str
    """File that takes its signs of life."""


def hold_script(
    path: str | None, name: str, *, plan: str, said: Mapping[str, str], grace: float
) -> str:
    """Return what a detached job runs to take and hold a lock.

    Args:
        path: the lock's file; None: `name` in a directory beside the detached jobs.
        name: name of the file.
        plan: what the names of the plan's other detached jobs begin with.
        said: what the file says of the holder, such as who and since when.
        grace: seconds without a sign of life after which the holder gives up.
    """
    lines = [f"plan={plan}", *(f"{key}={visible(text, limit=200)}" for key, text in said.items())]
    pause = max(1, min(5, int(grace) // 4))
    return _FILE.format(path=shlex.quote(path or ""), name=shlex.quote(name)) + _HOLD.format(
        plan=shlex.quote(plan),
        grace=max(1, int(grace)),
        pause=pause,
        open=_OPEN,
        said=" ".join(map(shlex.quote, lines)),
        broken=_BROKEN,
    )


def preview_script(path: str) -> str:
    """Return what tells whether the lock could be taken; it takes nothing."""
    head = _FILE.format(path=shlex.quote(path), name="''")
    return head + _PREVIEW.format(open=_OPEN, broken=_BROKEN)


def witness_script(path: str) -> str:
    """Return what exits with 0 on another node when the lock is seen to be held there, too."""
    head = _FILE.format(path=shlex.quote(path), name="''")
    return head + _WITNESS.format(broken=_BROKEN, not_shared=_NOT_SHARED)


def keep_script(holder: LockHolder, *, plan: str, sign: str) -> str:
    """Return what gives a sign of life and exits with 0 when the lock is held still."""
    return _KEEP.format(
        beat=shlex.quote(holder.beat),
        file=shlex.quote(holder.file),
        sign=shlex.quote(sign),
        first=shlex.quote(f"plan={plan}"),
    )


def release_script(holder: LockHolder) -> str:
    """Return what lets the holder go, as soon as its plan's last command has ended.

    It exits with 0 when it has gone already.
    """
    return _RELEASE.format(beat=shlex.quote(holder.beat), holder=holder.pid)


def remove_script(path: str) -> str:
    """Return what removes a lock's file that nobody needs any more."""
    return f"LC_ALL=C; export LC_ALL\nrm -f -- {shlex.quote(path)}\n"


def read_answer(status: int | None) -> LockAnswer:
    """Return what the exit code of a holder or a preview means."""
    if status == _HELD:
        return LockAnswer.HELD
    return LockAnswer.TAKEN if status == 0 else LockAnswer.BROKEN


def shared(status: int | None) -> bool | None:
    """Return whether a witness saw the lock; None when it could not tell."""
    return {0: True, _NOT_SHARED: False}.get(-1 if status is None else status)


def read_holder(stdout: str) -> LockHolder | None:
    """Return the holder that says it has the lock; None while it has not said all."""
    lines = stdout.split("\n")
    if len(lines) < 5 or lines[0] != "locked" or not lines[1].isdigit():
        return None
    return LockHolder(int(lines[1]), lines[2], lines[3])


def who_holds(text: str) -> str:
    """Return one phrase from the text of a lock's file: who, where, since when and what."""
    said = dict(line.partition("=")[::2] for line in visible_lines(text))
    if "who" not in said:
        return "somebody whose name is not in the lock's file"
    where = f"{said['who']} at {said.get('host', '?')}"
    what = said.get("what", "?")
    return f"{where} since {said.get('since', '?')}: {what} (plan {said.get('plan', '?')})"


def visible_lines(text: str) -> list[str]:
    """Return the first lines of a hostile text, made visible."""
    return [visible(line, limit=300) for line in text.split("\n")[:20]]

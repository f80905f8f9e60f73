"""Shell text for commands that end with the console. Pure.

sshd gives a client no dependable way to end a command: signals are refused for root, and
closing a channel leaves the process running. So the command runs in a session of its own,
beside a watcher that reads standard input: when that ends, because the channel is closed
or the connection is gone, the watcher ends the command's whole process group. A process
that leaves its group on purpose, as a daemon does, is not bound.
"""

from __future__ import annotations

import shlex

from ovmtui.model.command import SECRET_VARIABLE

ENVIRONMENT = "LC_ALL=C; PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH"
"""Plain messages, and the places of dom0's tools that a login for commands may lack."""
TAKE_SECRET = f"unset {SECRET_VARIABLE}; IFS= read -r {SECRET_VARIABLE} || exit 1"
"""Takes the first line of standard input, by the shell itself: no process sees it."""
GIVE_SECRET = f"printf '%s\\n' \"${SECRET_VARIABLE}\" |"
"""Hands it on through a pipe. A here-document would be a file in older shells."""

# The watcher may be at its work when the command's shell has ended already: the main
# shell waits for it, so that what ignores TERM is killed all the same. What a script
# leaves in the background ends with the script. Our own shell says nothing meanwhile:
# bash would tell of each process that a signal ends.
_WRAPPER = """\
{environment}
{take}exec 3<&0
{give}setsid sh -c {inner} {source}3<&- &
command=$!
exec >/dev/null 2>&1
(
    read -r line <&3
    trap '' TERM
    kill -TERM "-$command" || kill -TERM "$command"
    tries=0
    while kill -0 "-$command" && [ "$tries" -lt 20 ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -KILL "-$command"
) &
watcher=$!
wait "$command"
status=$?
kill "$watcher"
wait "$watcher"
kill -KILL "-$command"
exit "$status"
"""


def bound_script(script: str, *, secret: bool) -> str:
    """Return the text that runs `script` until standard input ends.

    Its exit status is that of `script`. With `secret` the first line of standard input
    becomes the variable `OVMTUI_SECRET` of the script's shell, not of any environment.
    """
    return _WRAPPER.format(
        environment=ENVIRONMENT,
        take=f"{TAKE_SECRET}\n" if secret else "",
        give=f"{GIVE_SECRET} " if secret else "",
        inner=shlex.quote(f"{TAKE_SECRET}\n{script}" if secret else script),
        source="" if secret else "</dev/null ",
    )

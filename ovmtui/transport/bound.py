"""Shell text for commands that end with the console. Pure.

sshd gives a client no dependable way to end a command: signals are refused for root, and
closing a channel leaves the process running. So the command runs in a session of its own,
beside a watcher that reads standard input: when that ends, because the channel is closed
or the connection is gone, the watcher ends the command's whole process group.
"""

from __future__ import annotations

import shlex

from ovmtui.model.command import SECRET_VARIABLE

ENVIRONMENT = "LC_ALL=C; PATH=$PATH:/usr/sbin:/sbin; export LC_ALL PATH"
"""Plain messages, and the places of dom0's tools that a login for commands may lack."""
READ_SECRET = f"IFS= read -r {SECRET_VARIABLE}"
"""Takes the first line of standard input, by the shell itself: no process sees it."""
GIVE_SECRET = f"printf '%s\\n' \"${SECRET_VARIABLE}\" |"
"""Hands it on through a pipe. A here-document would be a file in older shells."""


def bound_script(script: str, *, secret: bool) -> str:
    """Return the text that runs `script` until standard input ends.

    Its exit status is that of `script`. With `secret` the first line of standard input
    becomes the variable `OVMTUI_SECRET` of the script's shell, not of any environment.
    """
    if secret:
        inner = shlex.quote(f"{READ_SECRET}\n{script}")
        start = f"{READ_SECRET}\nexec 3<&0\n{GIVE_SECRET} setsid sh -c {inner} 3<&- &"
    else:
        start = f"exec 3<&0\nsetsid sh -c {shlex.quote(script)} </dev/null 3<&- &"
    return f"""\
{ENVIRONMENT}
{start}
command=$!
(
    read -r line <&3
    kill -TERM "-$command" || kill -TERM "$command"
    sleep 2
    kill -KILL "-$command"
) >/dev/null 2>&1 &
watcher=$!
wait "$command"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"""

"""Shell text of checks that only read: it says what is missing and exits with 1 then."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

_LOCALE = "LC_ALL=C; export LC_ALL"


def paths_exist(paths: Iterable[str]) -> str:
    """Return a script that exits with 0 when each path exists on the node."""
    return f"""\
{_LOCALE}
missing=0
for path in {_words(paths)}; do
    if [ ! -e "$path" ]; then printf 'no such file: %s\\n' "$path" >&2; missing=1; fi
done
[ "$missing" -eq 0 ]
"""


def bridges_exist(bridges: Iterable[str]) -> str:
    """Return a script that exits with 0 when each bridge exists on the node.

    `brctl` is asked first; where it is not installed, the kernel's own list counts.
    """
    return f"""\
{_LOCALE}
listed=$(brctl show 2>/dev/null </dev/null)
tab=$(printf '\\t')
has_bridge() {{
    if [ -z "$1" ]; then return 1; fi
    while IFS= read -r line; do
        case $line in "$1 "*|"$1$tab"*) return 0 ;; esac
    done <<END_OF_LIST
$listed
END_OF_LIST
    [ -d "/sys/class/net/$1/bridge" ]
}}
missing=0
for bridge in {_words(bridges)}; do
    if ! has_bridge "$bridge"; then printf 'no such bridge: %s\\n' "$bridge" >&2; missing=1; fi
done
[ "$missing" -eq 0 ]
"""


def port_open(host: str, port: int) -> str:
    """Return a script that exits with 0 when `host` accepts connections on `port`.

    `nc` is asked where it is installed and knows `-z`, else bash's own `/dev/tcp`.

    Raises:
        ValueError: `host` is empty or an option, or `port` is none.
    """
    if not 0 < port < 65536:
        raise ValueError(f"not a port: {port}")
    return f"""\
{_LOCALE}
host={_host(host)} port={port}
by_bash() {{
    bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$host" "$port" 2>&1 </dev/null
}}
if command -v nc >/dev/null 2>&1; then
    answer=$(nc -z -w 5 "$host" "$port" 2>&1 </dev/null) && state=0 || state=1
    case $answer in
    *[Uu]sage*|*"invalid option"*|*"unrecognized option"*|*"illegal option"*)
        answer=$(by_bash) && state=0 || state=1 ;;
    esac
else
    answer=$(by_bash) && state=0 || state=1
fi
if [ "$state" -ne 0 ]; then
    printf 'no connection to %s port %s\\n%s\\n' "$host" "$port" "$answer" >&2
fi
[ "$state" -eq 0 ]
"""


def xl_login(host: str) -> str:
    """Return a script that exits with 0 when this node logs in to `host` as xl does.

    `xl migrate` goes over SSH without anybody to type a password or accept a host key, and
    runs `xl migrate-receive` there, which has to be on the PATH of such a login.

    Raises:
        ValueError: `host` is empty or an option.
    """
    quoted = _host(host)
    return f"""\
{_LOCALE}
ssh -n -o BatchMode=yes -o ConnectTimeout=5 {quoted} command -v xl >/dev/null && state=0 || state=$?
case $state in
0) ;;
255) printf 'no SSH login from here to %s\\n' {quoted} >&2 ;;
*) printf 'no xl on the PATH of an SSH login at %s\\n' {quoted} >&2 ;;
esac
[ "$state" -eq 0 ]
"""


def no_migration(names: Iterable[str], domid: int) -> str:
    """Return a script that exits with 0 when no process migrates or saves a domain.

    Counted are xend's `xc_save` and `xc_restore` with the domain's id among their words,
    `xm migrate`, `xm save` and `xl migrate` of it by one of its `names` or its id, and
    what tells no domain at all: `xl migrate-receive` and libxl's helper. Each process is
    judged by the program that it runs, so a shell whose text holds these words, such as
    the one of this script, is none of them. Where `ps` fails, nothing is proved.
    """
    return f"""\
{_LOCALE}
set -f
listed=$(ps -e -ww -o pid= -o args= 2>&1 </dev/null) && state=0 || state=1
if [ "$state" -ne 0 ]; then printf 'ps failed: %s\\n' "$listed" >&2; fi
if [ -z "$listed" ]; then printf 'ps lists no process\\n' >&2; state=1; fi
has_domain() {{
    for word in "$@"; do
        for known in {_words((*names, str(domid)))}; do
            if [ "x$word" = "x$known" ]; then return 0; fi
        done
    done
    return 1
}}
has_id() {{
    for word in "$@"; do
        if [ "x$word" = "x{domid}" ]; then return 0; fi
    done
    return 1
}}
migrates() {{
    case ${{1-x}} in *[!0-9]*) return 1 ;; esac
    shift
    case ${{1-}} in python*|*/python*)
        shift
        while :; do case ${{1-}} in -*) shift ;; *) break ;; esac; done ;;
    esac
    tool=${{1-}} verb=${{2-}}
    tool=${{tool##*/}}
    if [ "$#" -gt 0 ]; then shift; fi
    case "$tool $verb" in
    "xc_save "*|"xc_restore "*) has_id "$@" ;;
    "xm migrate"|"xm save"|"xl migrate"|"xl save") shift; has_domain "$@" ;;
    "xl migrate-receive"|"xl restore"|"xm restore"|"libxl-save-helper "*) true ;;
    *) false ;;
    esac
}}
while read -r line; do
    if migrates $line; then printf 'works on it: %s\\n' "$line" >&2; state=1; fi
done <<END_OF_LIST
$listed
END_OF_LIST
[ "$state" -eq 0 ]
"""


def _words(words: Iterable[str]) -> str:
    return " ".join(map(shlex.quote, words))


def _host(host: str) -> str:
    if not host or host.startswith("-"):
        raise ValueError(f"not a host: {host!r}")
    return shlex.quote(host)

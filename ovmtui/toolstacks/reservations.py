"""SCSI-3 persistent reservations, as OpenSVC takes them for the disks of a service.

A node's key is `0x` and its MAC address as a decimal number, as OpenSVC makes it; so a node
can tell by itself whether the holder's key is its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable


def holder_script(disks: Iterable[str]) -> str:
    """Return a script that says of each disk whether this node holds its reservation."""
    words = " ".join(map(shlex.quote, disks))
    return f"""\
LC_ALL=C; export LC_ALL
keys=
for file in /sys/class/net/*/address; do
    digits=$(tr -d ':\\n' <"$file" 2>/dev/null)
    case $digits in ''|*[!0-9a-fA-F]*) continue ;; esac
    keys="$keys $(printf '0x%d' "0x$digits")"
done
for disk in {words}; do
    said=$(sg_persist -n -r "$disk" 2>&1 </dev/null)
    holder=$(printf '%s\\n' "$said" | sed -n 's/.*Key=\\(0x[0-9a-fA-F]*\\).*/\\1/p' | head -n 1)
    case $said in *"NO reservation"*) holder=nobody ;; esac
    case "$holder" in
    nobody) printf 'nobody holds the reservation of %s\\n' "$disk" ;;
    '') printf 'who holds the reservation of %s cannot be told: %s\\n' "$disk" "$said" ;;
    *)
        case "$keys " in
        *" $holder "*) printf 'this node holds the reservation of %s\\n' "$disk" ;;
        *) printf 'another node holds the reservation of %s (key %s)\\n' "$disk" "$holder" ;;
        esac ;;
    esac
done
"""

"""A node's own files, where a real one would have them on its own disk.

A simulated node has no file system of its own. So in the text of a command, the paths of
the files that differ from node to node are replaced by those below the node's directory.
"""

from __future__ import annotations

import re
from pathlib import Path

PATHS = (
    "/etc/init.d/ovs-agent",
    "/etc/opensvc",
    "/etc/xen",
    "/etc/yum.conf",
    "/etc/yum.repos.d",
    "/opt/opensvc",
    "/proc/mounts",
    "/sys/class/net",
    "/var/lib/opensvc",
)
"""Files and folders that each node has for itself."""

_OWN = re.compile(rf"(?<![A-Za-z0-9_./-])(?:{'|'.join(map(re.escape, PATHS))})(?![A-Za-z0-9_])")


def localised(text: str, directory: Path) -> str:
    """Return the command `text` with the node's own paths below its `directory`."""
    return _OWN.sub(lambda match: f"{directory}{match[0]}", text)


def sed_script(directory: Path) -> str:
    """Return what makes `sed` do the same to a command's text."""
    return "\n".join(
        rf"s#\(^\|[^A-Za-z0-9_./-]\){path.replace('.', r'[.]')}#\1{directory}{path}#g"
        for path in PATHS
    )

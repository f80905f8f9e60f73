"""The vm.cfg files that a search of a node's repositories found."""

from __future__ import annotations

import hashlib

from ovmtui.model.parsed import Parsed
from ovmtui.model.vmconfig import ConfigFile, VmConfig
from ovmtui.toolstacks import vmcfg
from ovmtui.toolstacks.filescan import MOST_BYTES, FoundFile, read_files

_BY_HAND = "/etc/xen/"
_READ: dict[bytes, Parsed[VmConfig]] = {}
"""What was read, by a digest of the text."""
_MOST_READ = 16_384
_EXAMPLES = ("/etc/xen/xmexample", "/etc/xen/xlexample")


def read_scan(stdout: str, nonce: str) -> Parsed[tuple[ConfigFile, ...] | None]:
    """Read what `scan_script` printed; None when the scan did not come to its end.

    Raises:
        ValueError: `nonce` is none that `scan_script` takes.
    """
    found = read_files(stdout, nonce)
    if found.value is None:
        return Parsed(None, ("the search of the repositories did not come to its end",))
    read = map(_config_file, filter(_may_be_one, found.value))
    # What lies there and is no vm.cfg names no machine: it says nothing, and is no trouble.
    files = (f for f in read if not f.path.startswith(_BY_HAND) or f.config.name or f.config.uuid)
    return Parsed(tuple(files), found.notes)


def _parsed(content: str) -> Parsed[VmConfig]:
    """Read a vm.cfg. Every node of a pool finds the same files, again and again."""
    # Not the text itself, which may hold passwords, is what is remembered.
    digest = hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).digest()
    found = _READ.get(digest)
    if found is None:
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        found = _READ[digest] = vmcfg.parse(content)
    return found


def _may_be_one(file: FoundFile) -> bool:
    """Whether a file may be a machine's: Xen's own examples lie beside those made by hand."""
    return not file.path.startswith(_EXAMPLES)


def _config_file(file: FoundFile) -> ConfigFile:
    notes = (f"longer than {MOST_BYTES} bytes: read in part",) if file.cut else ()
    parsed = _parsed(file.content)
    return ConfigFile(path=file.path, config=parsed.value, notes=notes + parsed.notes)

"""The vm.cfg files that a search of a node's repositories found."""

from __future__ import annotations

from ovmtui.model.parsed import Parsed
from ovmtui.model.vmconfig import ConfigFile
from ovmtui.toolstacks import vmcfg
from ovmtui.toolstacks.filescan import MOST_BYTES, FoundFile, read_files


def read_scan(stdout: str, nonce: str) -> Parsed[tuple[ConfigFile, ...] | None]:
    """Read what `scan_script` printed; None when the scan did not come to its end.

    Raises:
        ValueError: `nonce` is none that `scan_script` takes.
    """
    found = read_files(stdout, nonce)
    if found.value is None:
        return Parsed(None, ("the search of the repositories did not come to its end",))
    return Parsed(tuple(map(_config_file, found.value)), found.notes)


def _config_file(file: FoundFile) -> ConfigFile:
    notes = (f"longer than {MOST_BYTES} bytes: read in part",) if file.cut else ()
    parsed = vmcfg.parse(file.content)
    return ConfigFile(path=file.path, config=parsed.value, notes=notes + parsed.notes)

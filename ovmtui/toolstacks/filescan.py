"""The search for small files on a node: its shell script, and the reading of the result."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from ovmtui.model.parsed import Parsed
from ovmtui.toolstacks.markers import checked_nonce
from ovmtui.toolstacks.notes import bounded, note

MOST_FILES = 2000
MOST_BYTES = 65_536
"""As much of each file is read."""

_ACTIVE = re.compile(r"[*?]+|\[[!^]?[A-Za-z0-9_.-]+\]")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file that was found."""

    path: str
    content: str
    cut: bool = False
    """Whether it is longer than `MOST_BYTES`, and the rest is missing."""


def scan_script(globs: Sequence[str], nonce: str) -> str:
    """Return a script that prints each file that one of `globs` matches.

    In a pattern `*`, `?` and `[…]` are active and everything else is itself. A file is
    printed under the path of its folder without symbolic links, for Oracle VM 2.2 shows
    one repository as `/OVS`, too. After a marker come the path, NUL and the content.

    Raises:
        ValueError: `nonce` has other characters than are safe in a marker.
    """
    mark = f"@{checked_nonce(nonce)}"
    patterns = " ".join(map(_pattern, globs))
    return f"""\
LC_ALL=C; export LC_ALL
(
count=0
for file in {patterns}; do
    if [ ! -e "$file" ] && [ ! -L "$file" ]; then continue; fi
    # A folder among files is none of them, but one that is called vm.cfg is a mistake.
    case $file in */vm.cfg) ;; *) if [ -d "$file" ]; then continue; fi ;; esac
    if [ -L "$file" ]; then
        # One file under two names is one file: /etc/xen/NAME often leads to a repository.
        target=$(readlink -f "$file" 2>/dev/null; echo .)
        target=${{target%??}}
        if [ -f "$target" ]; then file=$target; fi
    fi
    if [ "$count" -ge {MOST_FILES} ]; then printf '\\n{mark} more\\n'; break; fi
    count=$((count + 1))
    folder=$(cd -P "${{file%/*}}/" 2>/dev/null && pwd -P && echo .)
    folder=${{folder%??}}
    printf '\\n{mark} file\\n%s/%s\\000' "${{folder%/}}" "${{file##*/}}"
    if [ -f "$file" ] && head -c {MOST_BYTES + 1} <"$file"; then state=0; else state=1; fi
    printf '\\n{mark} end %s\\n' "$state"
done
printf '\\n{mark} done\\n'
) </dev/null
"""


def read_files(stdout: str, nonce: str) -> Parsed[tuple[FoundFile, ...] | None]:
    """Read what `scan_script` printed; None when the search did not come to its end.

    Raises:
        ValueError: `nonce` is none that `scan_script` takes.
    """
    marker = re.compile(rf"\n@{checked_nonce(nonce)} (file|end|more|done)(?: ([0-9]+))?\n")
    files: dict[str, FoundFile] = {}
    notes: list[str] = []
    start = 0
    for match in marker.finditer(stdout):
        if match[1] == "file":
            start = match.end()
        elif match[1] == "end":
            path, nul, content = stdout[start : match.start()].partition("\0")
            if not nul or match[2] != "0":
                notes.append(note("file could not be read", path))
            elif path not in files:
                files[path] = _found(path, content)
        elif match[1] == "more":
            notes.append(f"there are more than {MOST_FILES} files; the others were not read")
        else:
            return Parsed(tuple(files.values()), bounded(notes))
    return Parsed(None, ("the search did not come to its end",))


def _found(path: str, content: str) -> FoundFile:
    # Characters that were no UTF-8 count for more than they were: a cut is never missed.
    if len(content.encode("utf-8", "replace")) > MOST_BYTES:
        return FoundFile(path, content.rpartition("\n")[0], cut=True)
    return FoundFile(path, content)


def _pattern(glob: str) -> str:
    """Return `glob` as a word of a shell in which only the pattern is active."""
    words: list[str] = []
    end = 0
    for match in _ACTIVE.finditer(glob):
        # `[^…]` is bash's spelling; every shell knows `[!…]`.
        words += [_quoted(glob[end : match.start()]), match[0].replace("[^", "[!", 1)]
        end = match.end()
    return "".join([*words, _quoted(glob[end:])]) or "''"


def _quoted(text: str) -> str:
    return shlex.quote(text) if text else ""

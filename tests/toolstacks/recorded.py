"""The recorded outputs of the real tools, command by command."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "recordings"
_PROMPT = re.compile(r"(?:\[root@\w+ ~\]|root@\w+)# (.*)")
_STREAM = re.compile(r"--- (stdout|stderr)(?:: empty| \(seconds .*)?")
_EXIT = re.compile(r"--- exit(?: code:)? (\d+)(?: after .*)?")
_TIMED = re.compile(r"^ *\d+\.\d+ \| ", re.MULTILINE)


@dataclass(frozen=True)
class Recorded:
    """One command with what it printed; `version` is the folder, `file` the file's stem."""

    version: str
    file: str
    command: str
    stdout: str
    stderr: str
    exit_status: int

    @property
    def is_table(self) -> bool:
        """Whether it is a plain listing of domains that succeeded."""
        verb = self.command.split(" || ")[0]
        return bool(re.fullmatch(r"x[ml] list( --label| --state=\w+| -v| [\w-]+)?", verb)) and (
            self.exit_status == 0 and "--long" not in verb and " -l" not in verb
        )


@cache
def recordings() -> tuple[Recorded, ...]:
    """Return every recorded command of every version, in order."""
    return tuple(
        recorded
        for path in sorted(_FOLDER.glob("*/*.txt"))
        for recorded in _split(path.parent.name, path.stem, path.read_text(encoding="utf-8"))
    )


def recorded(source: str, command: str) -> Recorded:
    """Return the first recording of `command` in `source`, such as `xm-3.4/list`."""
    for one in recordings():
        if (f"{one.version}/{one.file}", one.command) == (source, command):
            return one
    raise KeyError((source, command))


def _split(version: str, file: str, text: str) -> list[Recorded]:
    found: list[Recorded] = []
    command = ""
    streams: dict[str, list[str]] = {}
    stream = ""
    for line in text.split("\n"):
        if match := _PROMPT.fullmatch(line):
            command, streams, stream = match[1].strip(), {"stdout": [], "stderr": []}, ""
        elif match := _EXIT.fullmatch(line):
            if streams:
                stdout, stderr = (
                    _TIMED.sub("", "".join(f"{line}\n" for line in streams[name]))
                    for name in ("stdout", "stderr")
                )
                found.append(Recorded(version, file, command, stdout, stderr, int(match[1])))
            streams, stream = {}, ""
        elif match := _STREAM.fullmatch(line):
            stream = match[1]
        elif stream and streams:
            # The recorder wrote a carriage return at a line's end as `<CR>`.
            streams[stream].append(line.removesuffix("<CR>") + "\r" * line.endswith("<CR>"))
    return found

"""Which program drives a node's domains: what is asked, and what follows from the answer.

Only one toolstack may act on a host. Where both programs are there, the living one counts:

- `xm info` answers as xend does: xend is alive, and `xl` must not be used beside it (`xl`
  itself refuses to change anything while xend's lock file is there: Xen 4.4, xl.c).
- `xm info` answers as libxl does: `xm` hands on to `xl`, which is called by itself.
- `xm info` fails while xend's lock file or its process is there: xend is the node's
  toolstack and is in trouble. Nothing is tried with `xl`: the node's domains are unknown.
- `xm info` says that there is no xend, and no trace of one is there: libxl's `xl`.
- It fails in any other way: nothing is decided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ovmtui.model.parsed import Parsed
from ovmtui.model.text import visible
from ovmtui.model.tool import Program, Tool, Toolstack
from ovmtui.toolstacks.complaint import error_text
from ovmtui.toolstacks.hypervisor import parse_info

DETECTION_SCRIPT = """\
xm=$(command -v xm) || xm=
xl=$(command -v xl) || xl=
if [ -n "$xm" ]; then echo 'found xm'; fi
if [ -n "$xl" ]; then echo 'found xl'; fi
if [ -n "$xm" ] && [ -n "$xl" ]; then
    for lock in /var/lock/subsys/xend /var/lock/xend; do
        if [ -e "$lock" ]; then echo 'trace of xend'; break; fi
    done
    pid=
    if [ -r /var/run/xend.pid ]; then read -r pid </var/run/xend.pid; fi
    case $pid in
    ''|*[!0-9]*) ;;
    *) if [ -d "/proc/$pid" ]; then echo 'trace of xend'; fi ;;
    esac
    xm info 2>&1
    echo "answered $?"
fi
echo 'asked'"""
"""Shell text that only reads. `xm info` is asked where both programs are there, and only then."""

_ANSWERED = re.compile(r"answered ([0-9]{1,3})")
_NO_XEND = re.compile(r"Unable to connect to xend: (?:No such file|Connection refused)")


@dataclass(frozen=True, slots=True)
class Detected:
    """What the node said of its programs."""

    programs: frozenset[Program]
    trace_of_xend: bool = False
    """Whether xend's lock file or its process is there."""
    answer: str = ""
    """What `xm info` printed, both streams; empty where it was not asked."""
    status: int | None = None
    """Its exit status; None where it was not asked."""


def parse_detection(text: str) -> Parsed[Detected | None]:
    """Read the output of `DETECTION_SCRIPT`; None when it did not come to its end."""
    lines = text.rstrip("\n").split("\n")
    if lines[-1] != "asked":
        return Parsed(None, ("the question for the node's programs did not come to its end",))
    lines.pop()
    status: int | None = None
    if lines and (match := _ANSWERED.fullmatch(lines[-1])):
        status = int(match[1])
        lines.pop()
    programs: set[Program] = set()
    while lines and lines[0] in {"found xm", "found xl"}:
        programs.add(Program(lines.pop(0).removeprefix("found ")))
    trace = False
    while lines and lines[0] == "trace of xend":
        trace = True
        lines.pop(0)
    return Parsed(Detected(frozenset(programs), trace, "\n".join(lines), status))


def chosen(found: Detected, before: Tool | None = None) -> tuple[Tool | None, str]:
    """Return the node's program, or None and why it is not known.

    `before` is what was known: a lone `xm` keeps the toolstack that it has shown.
    """
    if not found.programs:
        return None, "neither xm nor xl is on the PATH there"
    if found.programs == {Program.XL}:
        return Tool(Program.XL, Toolstack.LIBXL, "xl is the only program"), ""
    if found.programs == {Program.XM}:
        known = before.toolstack if before and before.program is Program.XM else None
        return _lone_xm(known or Toolstack.UNKNOWN), ""
    kind = Toolstack.UNKNOWN
    if found.status == 0:
        kind = parse_info(found.answer).value.toolstack
    if kind is Toolstack.XEND:
        return Tool(Program.XM, kind, "xm and xl are there, and xend answers"), ""
    if kind is Toolstack.LIBXL:
        return Tool(Program.XL, kind, "xm hands on to xl"), ""
    if found.trace_of_xend:
        return Tool(Program.XM, Toolstack.XEND, "xm and xl are there, and xend is in charge"), ""
    if found.status not in {0, None} and _NO_XEND.search(found.answer):
        return Tool(Program.XL, Toolstack.LIBXL, "xm and xl are there, and no xend runs"), ""
    said = error_text("", found.answer) or f"exit code {found.status}"
    return None, f"xm and xl are there, and xm does not tell which counts: {visible(said)}"


def informed(tool: Tool, told: Toolstack) -> Tool:
    """Return `tool` with the toolstack that its own facts have `told`, if they tell one."""
    if told is Toolstack.UNKNOWN or told is tool.toolstack or tool.program is Program.XL:
        return tool
    return _lone_xm(told)


def _lone_xm(kind: Toolstack) -> Tool:
    more = ", and libxl answers" if kind is Toolstack.LIBXL else ""
    return Tool(Program.XM, kind, f"xm is the only program{more}")

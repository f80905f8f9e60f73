"""Which program a node's domains are handled with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Toolstack(Enum):
    """What stands behind a node's program."""

    XEND = "xend"
    LIBXL = "libxl"
    UNKNOWN = "unknown"


class Program(Enum):
    """The program itself; the value is its name on the node."""

    XM = "xm"
    XL = "xl"


@dataclass(frozen=True, slots=True)
class Tool:
    """The program that is used on a node, as its probe has found it."""

    program: Program
    toolstack: Toolstack = Toolstack.UNKNOWN
    """UNKNOWN where only `xm` is there and has not told yet what it is."""
    reason: str = ""
    """Why this program and no other, as a phrase for the operator."""

    @property
    def name(self) -> str:
        """The program's name, as a command begins with it."""
        return self.program.value

    @property
    def is_libxl(self) -> bool:
        """Whether libxl is known to answer."""
        return self.toolstack is Toolstack.LIBXL

"""The command lines that the documentation shows, taken out of its Markdown."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_INLINE = re.compile(r"`([^`]+)`")
_SUBSTITUTED = re.compile(r'^eval "\$\((.*)\)"')


@dataclass(frozen=True, slots=True)
class Shown:
    """One command line of a page."""

    place: str
    """File and line."""
    words: tuple[str, ...]
    """Its arguments, `ovmtui` itself left out."""
    cut: bool
    """Whether it ends with dots: only what stands before them is meant."""
    block: bool
    """Whether it stands in a block, to be typed as it is."""

    def __str__(self) -> str:
        return f"{self.place}: ovmtui {shlex.join(self.words)}"


def shown_in(page: Path) -> Iterator[Shown]:
    """Yield every command line of ovmtui on `page`, in blocks and within the text."""
    fenced = False
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        place = f"{page.name}:{number}"
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield from _command(line, place, block=True)
        else:
            # A command that is broken over two lines goes on in the next one.
            following = lines[number] if number < len(lines) else ""
            whole = line if line.count("`") % 2 == 0 else f"{line} {following.lstrip()}"
            for code in _INLINE.findall(whole):
                yield from _command(code, place, block=False)


def _command(text: str, place: str, *, block: bool) -> Iterator[Shown]:
    text = _SUBSTITUTED.sub(r"\1", text.strip())
    if not re.match(r"(\./)?ovmtui(\s|$)", text):
        return
    words = shlex.split(text.partition(" | ")[0], comments=True)[1:]
    cut = any("…" in word for word in words)
    kept = next((at for at, word in enumerate(words) if "…" in word), len(words))
    yield Shown(place=place, words=tuple(words[:kept]), cut=cut, block=block)

"""A notice to the desktop, in the terms of the terminal and what stands before it. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ovmtui.model.text import visible

_ESCAPE = "\x1b"
_LONGEST = 240


def desktop_notice(text: str, environment: Mapping[str, str]) -> str:
    """Return what makes a terminal show `text` on the desktop (OSC 9).

    tmux and GNU screen keep what they do not know: each has a sequence that lets it through
    (tmux with `allow-passthrough` on). Where neither `TMUX` nor `STY` is set, it goes as it is.
    """
    notice = f"{_ESCAPE}]9;ovmtui: {visible(text, limit=_LONGEST)}\x07"
    if environment.get("TMUX"):
        return f"{_ESCAPE}Ptmux;{notice.replace(_ESCAPE, 2 * _ESCAPE)}{_ESCAPE}\\"
    if environment.get("STY"):
        return f"{_ESCAPE}P{notice}{_ESCAPE}\\"
    return notice

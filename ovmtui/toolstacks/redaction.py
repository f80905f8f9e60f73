"""Masking of passwords in whatever a node's tools and files print."""

from __future__ import annotations

import re

from ovmtui.model.command import MASK

# The word is taken whole: a value of many such words would cost quadratic time otherwise.
_KEY = r"(?=\w*passw(?:or)?d)\w++"
_QUOTED = (
    r"""(?:\"{3}.*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?)"""
)

_SECRET = re.compile(
    rf"""
    (?:
        # An s-expression, `(vncpasswd oracle)`: everything up to its end.
        (?P<list> \( \s* {_KEY} (?=[\s'"]) \s* )
        (?P<atoms> (?: {_QUOTED} | [^()'"] )* )
    |
        # A statement of its own, `vncpasswd = 'oracle'`, down to its last line's end.
        (?P<assignment> ^[ \t]* {_KEY} [ \t]* = [ \t]* )
        (?P<statement> {_QUOTED}? [^\n]* (?: (?<=[\\(\[{{,]) \n [^\n]* )* )
    |
        # A member of something, `"passwd": "oracle"` or `'type=vnc,vncpasswd=oracle'`.
        (?P<member> (?<!\w) {_KEY} ["']? [ \t]* [=:] )
        (?P<value>
            [\s\\]* [uUbBrR]{{0,2}} (?> {_QUOTED} ) (?= [ \t]* (?: [,;:\])}}\#\n] | \Z ) )
          | [\s\\]* [uUbBrR]{{0,2}} ['"] [^\n]*
          | [^,\n]*? (?= ['"] \s* (?: [,\])}}\n] | \Z ) | [,\n] | \Z )
        )
    )
    """,
    re.VERBOSE | re.MULTILINE | re.IGNORECASE | re.DOTALL,
)
_SECRET_KEY = re.compile(_KEY, re.IGNORECASE)


def is_secret_key(key: str) -> bool:
    """Return whether the value of a setting called `key` must never be shown."""
    return _SECRET_KEY.fullmatch(key) is not None


def redact(text: str) -> str:
    """Return `text` with the value of each password setting replaced by the mask.

    The formats are s-expressions, vm.cfg (Python-like) and JSON. Where the end of a value
    cannot be told, more is masked rather than less.
    """
    return _SECRET.sub(_masked, text) if "assw" in text.lower() else text


def _masked(match: re.Match[str]) -> str:
    if match["list"] is not None:
        return f"{match['list']}{MASK}" if match["atoms"] else match["list"]
    if match["assignment"] is not None:
        return f"{match['assignment']}{MASK}" if match["statement"] else match["assignment"]
    value = match["value"]
    if not value.strip():
        return match[0]
    bare = value.lstrip("\\ \t\r\nuUbBrR")
    mask = f'"{MASK}"' if value.lstrip().startswith('"') else MASK
    if bare.startswith("'"):
        mask = f"'{MASK}'"
    blank = " " if value[0].isspace() else ""
    return f"{match['member']}{blank}{mask}"

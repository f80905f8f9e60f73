"""Texts that a hostile guest, node or file may contain, each with what it is after."""

from __future__ import annotations

from collections.abc import Mapping

ATTACKS: Mapping[str, str] = {
    "clears the screen": "a\x1b[2J\x1b[Hb",
    "sets the title": "a\x1b]0;OWNED\x07b",
    "sets the title with ST": "a\x1b]2;OWNED\x1b\\b",
    "asks the title back as typed text": "a\x1b[21tb",
    "fills the clipboard": "a\x1b]52;c;cm0gLXJmIC8=\x07b",
    "asks for the clipboard": "a\x1b]52;c;?\x07b",
    "notifies": "a\x1b]9;OWNED\x07b",
    "links": "a\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\b",
    "asks for the colours": "a\x1b]11;?\x07b",
    "asks for the device": "a\x1b[c\x1b[>c\x1b[5n\x1b[6nb",
    "sends a device string": 'a\x1bP$q"p\x1b\\b',
    "sends an application command": "a\x1b_Gi=31,s=1,v=1,a=q;AAAA\x1b\\b",
    "defines a key": 'a\x1b[0;68;"rm -rf /"13pb',
    "leaves the alternate screen": "a\x1b[?1049lb",
    "hides the cursor": "a\x1b[?25lb",
    "resets": "a\x1bcb",
    "C1 CSI": "a\x9b2Jb",
    "C1 OSC": "a\x9d0;OWNED\x9cb",
    "C1 DCS": "a\x90q\x9cb",
    "C1 next line": "a\x85b",
    "overwrites": "deleted\rkept   ",
    "erases": "abc\b\b\bxyz",
    "rings": "a\a\a\ab",
    "shifts the character set": "a\x0e\x0fb",
    "NUL and DEL": "a\x00b\x7fc",
    "lines": "a\nfake line\r\nanother\x0b\x0cb",
    "vertical separators": "a\u2028b\u2029c",
    "bidi override": "a\u202etxt.exe\u202cb",
    "bidi isolates": "a\u2066b\u2067c\u2068d\u2069\u200e\u200f\u061ce",
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "soft hyphen": "a\u00adb",
    "tags": "a\U000e0041\U000e0042\U000e007fb",
    "variation selectors": "a\ufe0f\U000e0100b",
    "combining flood": "a" + "\u0301\u0334" * 200 + "b",
    "combining at the start": "\u0301\u20ddab",
    "enclosing": "a\u20ddb",
    "blanks that are none": "a\u00a0\u2003\u3000\u1680b",
    "letters of no look": "a\u3164\u115f\uffa0\u2800b",
    "lone surrogates": "a\udce9\ud800b",
    "private use and unassigned": "a\ue000\U0010ffff\u0378b",
    "interlinear": "a\ufff9b\ufffac\ufffbd",
    "wide": "仮想計算機" * 20,
    "emoji": "👩\u200d👩\u200d👧\U0001f3fd x",
    "markup": "[/][bold red]x[/bold red][@click=app.quit]y[/]",
    "format": "%s%n{0}{__class__}$(id)`id`",
    "long": "n" * 100_000,
}
"""By what it is after."""

SEEN = "OWNED"
"""What stands in a title, link or notice that was obeyed."""

NAMES = (
    "x\x1b]0;OWNED\x07y",
    "x\x9b2Jy",
    "x\u202ey\u200bz",
    "x" + "\u0301" * 60,
    "\u0301x",
    "仮想計算機の長い名前の機械",
    "[/red]$(reboot)`reboot`",
    "-rf",
    "--help",
    "'; reboot #",
)
"""Fit for the name of a domain, which stands in one line of a listing."""

"""`keys`: every id that a keymap file can name, with its key."""

from __future__ import annotations

import argparse

from ovmtui.cli.exitcodes import ExitCode
from ovmtui.cli.personal import keymap
from ovmtui.cli.tables import print_json, print_table
from ovmtui.ui.actions import ACTIONS
from ovmtui.ui.actions.moves import MOVES, OUTPUT
from ovmtui.ui.situation import shown_key


def keys(options: argparse.Namespace) -> int:
    """Print the ids with the keys of the chosen keymap; return the exit code.

    Raises:
        ConfigurationError: the keymap is wrong.
    """
    chosen = keymap(options.keymap)
    rows = [(a.id, a.key, a.scope.value, f"{a.label}: {a.help}") for a in ACTIONS]
    rows += [(id, usual, "Moving", text) for id, usual, _, text in MOVES]
    rows += [(id, usual, "Output", text) for id, usual, _, text in OUTPUT]
    listed = [
        (id, " ".join(map(shown_key, chosen.key(id, usual).split(","))), where, text)
        for id, usual, where, text in rows
    ]
    if options.json:
        names = ("id", "keys", "screen", "what")
        print_json([dict(zip(names, row, strict=True)) for row in listed])
    else:
        print_table(("ID", "KEYS", "SCREEN", "WHAT"), listed)
    return ExitCode.DONE

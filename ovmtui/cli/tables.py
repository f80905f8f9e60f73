"""Printing what is known: as aligned columns for people, as JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime

from ovmtui.model.text import columns, visible


def local_time(at: float) -> str:
    """Return a time, seconds since the epoch, as the reader's clock shows it."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def number(value: int | None) -> str:
    """Return a number, or a dash where it is not known."""
    return "-" if value is None else str(value)


def print_json(value: object) -> None:
    """Print `value` on stdout, indented; whatever is not ASCII is escaped, as JSON does it."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print aligned columns on stdout; the last one is as long as it is."""
    shown = [[visible(cell, limit=200) for cell in row] for row in rows]
    widths = [
        max([len(heading), *(columns(row[i]) for row in shown)])
        for i, heading in enumerate(headings)
    ]
    for row in [list(headings), *shown]:
        cells = (
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)
        )
        sys.stdout.write("  ".join(cells).rstrip() + "\n")

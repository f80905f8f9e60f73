"""Writes every generated page anew: `python -m docs`."""

from __future__ import annotations

from pathlib import Path

from docs import state_machine

PAGES = {"state-machine.md": state_machine.page}


def main() -> None:
    """Write the pages beside this file."""
    for name, page in PAGES.items():
        (Path(__file__).parent / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

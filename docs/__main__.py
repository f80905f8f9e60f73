"""Writes every generated page anew: `python -m docs`."""

from __future__ import annotations

from pathlib import Path

from docs import architecture, licences, man_page, state_machine

PAGES = {
    "architecture.md": architecture.page,
    "licences.md": licences.page,
    "ovmtui.1": man_page.page,
    "state-machine.md": state_machine.page,
}


def main() -> None:
    """Write the pages beside this file."""
    for name, page in PAGES.items():
        (Path(__file__).parent / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()

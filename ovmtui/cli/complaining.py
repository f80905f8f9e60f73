"""An argument parser whose complaints no terminal obeys."""

from __future__ import annotations

import argparse
from typing import NoReturn

from ovmtui.model.text import visible


class HarmlessParser(argparse.ArgumentParser):
    """Repeats what was typed only made visible: scripts pass on names that guests have."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and `message`, and exit with 2."""
        super().error(visible(message))

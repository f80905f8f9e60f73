"""`python -m ovmtui`."""

from __future__ import annotations

import sys

from ovmtui.cli.main import main

sys.exit(main())

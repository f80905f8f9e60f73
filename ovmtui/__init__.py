"""A live terminal console for Oracle VM and Xen server pools."""

from __future__ import annotations

__version__ = "0.1.0"

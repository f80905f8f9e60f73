"""The word that makes a marker line in a script's output impossible to forge."""

from __future__ import annotations

import re

_NONCE = re.compile(r"[A-Za-z0-9]{8,64}")


def checked_nonce(nonce: str) -> str:
    """Return `nonce`.

    Raises:
        ValueError: it has other characters than letters and digits, or not 8 to 64.
    """
    if not _NONCE.fullmatch(nonce):
        raise ValueError("a nonce is 8 to 64 letters and digits")
    return nonce

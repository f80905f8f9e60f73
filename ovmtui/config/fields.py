"""What single values of the settings may be."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

NAME_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]*\Z"
"""What pools and nodes may be called: fit for a command line, and for no option."""

Port = Annotated[int, Meta(ge=1, le=65535)]
Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
Text = Annotated[str, Meta(min_length=1)]

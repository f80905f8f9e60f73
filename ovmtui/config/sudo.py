"""The settings of a node on which everything is run through sudo."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]


class Sudo(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """That everything is run through sudo, and where the password is that it asks for."""

    password_env: Text | None = None
    password_file: Text | None = None
    """A file of mode 0600 with the password on its first line."""
    password_command: Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    """A local command that prints the password on its first line."""
    password_keyring: Text | None = None
    """Service name in the desktop's keyring; the user's name there is that of the login."""
    password_prompt: bool = False
    """Whether the operator is asked for it, once; it is kept in memory only."""

    @property
    def asks(self) -> bool:
        """Whether sudo asks for a password; none of the keys: it does not."""
        return bool(
            self.password_env
            or self.password_file
            or self.password_command
            or self.password_keyring
            or self.password_prompt
        )

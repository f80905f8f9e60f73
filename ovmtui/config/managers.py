"""How a pool's manager is asked, as it stands in `ovmtui.toml`."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

from ovmtui.config.fields import Name, Port, Text


class ManagerKind(Enum):
    """Which generation a manager is of."""

    OVM2 = "ovm2"
    """Oracle VM 2: the program `ovm` on a node asks it."""
    OVM3 = "ovm3"
    """Oracle VM 3: its command line answers over SSH, and the console asks it itself."""


class Manager(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the pool's manager is asked, and where its password is."""

    kind: ManagerKind = ManagerKind.OVM2
    node: Name | None = None
    """Node on which `ovm` is installed; default: the first one that answers."""
    command: Annotated[tuple[Text, ...], Meta(min_length=1)] = ("ovm",)
    user: Text = "admin"
    host: Text | None = None
    """Where the nodes reach the manager; for `setup` and `check`. Where the console reaches
    the manager of Oracle VM 3: it must be given for that."""
    port: Port | None = None
    """Default: 4443, and 10000 for Oracle VM 3."""
    legacy: bool = False
    """Whether the SSH server of an Oracle VM 3 manager is old: what a current one must not
    be offered is offered to it, too."""
    https: bool = True
    """What `setup` answers when the wizard asks for HTTPS."""
    deploy_path: Text | None = None
    vncviewer: Text | None = None
    pool: Text | None = None
    """The pool's name in the manager; default: what the manager says of the servers."""
    password_env: Text | None = None
    password_file: Text | None = None
    """A file of mode 0600: the password on its first line, or OpenSVC's `auth.conf`."""
    password_command: Annotated[tuple[Text, ...], Meta(min_length=1)] | None = None
    """A local command that prints the password on its first line."""
    password_keyring: Text | None = None
    """Service name in the desktop's keyring; the user's name there is `user`."""
    password_prompt: bool = False
    """Whether the operator is asked for it, once; it is kept in memory only."""

    @property
    def listens_on(self) -> int:
        """The port, the kind's own where none is configured."""
        return self.port or (10000 if self.kind is ManagerKind.OVM3 else 4443)

    @property
    def has_password(self) -> bool:
        """Whether a source of a password is named; without one SSH keys are offered."""
        return self.password_prompt or any(
            source is not None
            for source in (
                self.password_env,
                self.password_file,
                self.password_command,
                self.password_keyring,
            )
        )

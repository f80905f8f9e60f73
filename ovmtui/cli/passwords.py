"""The passwords that the operator types, before the screens have the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping

from ovmtui.cli.masking import KNOWN
from ovmtui.config.access import sudo_of
from ovmtui.config.schema import Manager, Settings
from ovmtui.config.secrets import sudo_password
from ovmtui.config.sudo import Sudo
from ovmtui.model.identity import NodeKey
from ovmtui.runtime.wiring import node_of

Place = tuple[str, str | None]
"""A pool, or one of its nodes, whose `sudo` has `password_prompt`."""


def typed_passwords(settings: Settings) -> tuple[dict[Manager, str], dict[Place, str]]:
    """Ask for each password that the operator types; nothing is asked without a terminal.

    A pool's sudo password is asked for once, however many nodes it is for.

    Returns:
        Those of the managers, and those of sudo.
    """
    managers: dict[Manager, str] = {}
    sudo: dict[Place, str] = {}
    if not sys.stdin.isatty():
        return managers, sudo
    for name, pool in settings.pools.items():
        manager = pool.manager
        if manager is not None and manager.password_prompt:
            text = f"Password of {manager.user} for the manager of {name} (empty: HA unknown): "
            managers[manager] = getpass.getpass(text)
        for node in pool.members:
            wanted = sudo_of(pool, node)
            place = _place(NodeKey(name, node.name), settings)
            if wanted is not None and wanted.password_prompt and place not in sudo:
                whose = "/".join(part for part in place if part)
                who = f"{node.user} " if node.user else ""
                sudo[place] = getpass.getpass(f"sudo password of {who}on {whose}: ")
    return managers, sudo


async def sudo_password_of(
    settings: Settings, typed: Mapping[Place, str], key: NodeKey, sudo: Sudo
) -> str:
    """Return the password that sudo asks for on a node.

    Raises:
        SecretUnavailable: its source gives none.
    """
    user = node_of(key, settings).user or getpass.getuser()
    said = typed.get(_place(key, settings), "")
    return KNOWN.add(await sudo_password(sudo, os.environ, user=user, typed=said))


def _place(key: NodeKey, settings: Settings) -> Place:
    own = node_of(key, settings).sudo is not None
    return key.pool, key.name if own else None

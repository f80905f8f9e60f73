"""What must fit together in a pool's [manager] table."""

from __future__ import annotations

from collections.abc import Iterator

from ovmtui.config.mistakes import KeyPath, Mistake, nearest
from ovmtui.config.schema import Manager, ManagerKind, Node
from ovmtui.config.secrets import password_file_problem
from ovmtui.config.sudo import Sudo
from ovmtui.config.words import has_blank, host_problem, path_problem

_PASSWORD_KEYS = (
    "password_env",
    "password_file",
    "password_command",
    "password_keyring",
    "password_prompt",
)
_OF_OVM2 = ("node", "command", "https", "deploy_path", "vncviewer")
"""Keys about the program `ovm`, which Oracle VM 3 does not have."""
_PLAIN = Manager()


def manager_mistakes(
    manager: Manager, members: tuple[Node, ...], path: KeyPath
) -> Iterator[Mistake]:
    """Yield what does not fit in a pool's [manager] table, which stands at `path`."""
    if manager.kind is ManagerKind.OVM3:
        yield from _of_ovm3(manager, path)
    elif manager.legacy:
        yield Mistake((*path, "legacy"), 'is about the SSH server of a manager of `kind = "ovm3"`')
    names = [node.name for node in members]
    if manager.node is not None and manager.node not in names:
        meant = nearest(manager.node, names)
        mend = f"did you mean `{meant}`?" if meant else f"nodes are {', '.join(names)}"
        yield Mistake((*path, "node"), f"`{manager.node}` is no node of this pool; {mend}")
    if manager.host is not None and (problem := host_problem(manager.host)):
        yield Mistake((*path, "host"), problem)
    yield from password_mistakes(manager, path)


def password_mistakes(source: Manager | Sudo, path: KeyPath) -> Iterator[Mistake]:
    """Yield what does not fit among the sources of a password, which stand at `path`."""
    given = [key for key in _PASSWORD_KEYS if getattr(source, key)]
    for key in given[1:]:
        yield Mistake((*path, key), f"is a second source of the password; `{given[0]}` is one")
    if source.password_file is not None:
        problem = path_problem(source.password_file) or password_file_problem(source.password_file)
        if problem:
            yield Mistake((*path, "password_file"), problem)


def _of_ovm3(manager: Manager, path: KeyPath) -> Iterator[Mistake]:
    if manager.host is None:
        yield Mistake(
            path,
            "an Oracle VM 3 manager is asked by this console itself: say where it is, "
            '`host = "…"` (its command line listens on port 10000)',
        )
    if has_blank(manager.user) or manager.user.startswith("-"):
        yield Mistake((*path, "user"), "must be one login name")
    for key in _OF_OVM2:
        if getattr(manager, key) != getattr(_PLAIN, key):
            yield Mistake(
                (*path, key),
                'is about the program `ovm` of Oracle VM 2; leave it out with `kind = "ovm3"`',
            )

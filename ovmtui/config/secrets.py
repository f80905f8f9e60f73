"""The passwords of the manager and of sudo, fetched at the moment of use and kept nowhere."""

from __future__ import annotations

import asyncio
import configparser
import contextlib
import importlib
import os
import signal
import stat
from collections.abc import Mapping
from types import MappingProxyType

from ovmtui.config.schema import Manager
from ovmtui.config.sudo import Sudo
from ovmtui.errors import SecretUnavailable
from ovmtui.model.text import visible

_PRIVATE_MODES = (0o600, 0o400)
_LONGEST = 4096
"""Bytes of a source that are read; a password is shorter."""
_PATIENCE = 60.0
"""Seconds that `password_command` may take: a person may have to touch a token."""


async def manager_password(
    manager: Manager,
    environ: Mapping[str, str],
    *,
    typed: Mapping[Manager, str] = MappingProxyType({}),
    timeout: float = _PATIENCE,
) -> str:
    """Return the manager's password from its one configured source.

    Args:
        manager: says which source that is.
        environ: the process's environment.
        typed: what the operator has typed for a manager with `password_prompt`.
        timeout: seconds that `password_command` may take.

    Raises:
        SecretUnavailable: no source is configured, or it gives no password. The text
            never holds what might be a password.
    """
    if not any(
        (
            manager.password_env,
            manager.password_file,
            manager.password_command,
            manager.password_keyring,
            manager.password_prompt,
        )
    ):
        raise SecretUnavailable(
            "the manager's password is not configured: set `password_env`, `password_file`, "
            "`password_command`, `password_keyring` or `password_prompt` in the pool's [manager] "
            "table"
        )
    return await _password(
        manager,
        environ,
        user=manager.user,
        whose="the manager's password",
        typed=typed.get(manager, ""),
        timeout=timeout,
    )


async def sudo_password(
    sudo: Sudo,
    environ: Mapping[str, str],
    *,
    user: str,
    typed: str = "",
    timeout: float = _PATIENCE,
) -> str:
    """Return the password that sudo asks for, from its one configured source.

    Args:
        sudo: says which source that is.
        environ: the process's environment.
        user: whose password it is; the keyring knows it by that name.
        typed: what the operator has typed, with `password_prompt`.
        timeout: seconds that `password_command` may take.

    Raises:
        SecretUnavailable: the source gives no password. The text never holds what might
            be one.
    """
    whose = f"the sudo password of {visible(user, limit=40)}"
    return await _password(sudo, environ, user=user, whose=whose, typed=typed, timeout=timeout)


async def _password(
    source: Manager | Sudo,
    environ: Mapping[str, str],
    *,
    user: str,
    whose: str,
    typed: str,
    timeout: float,
) -> str:
    if source.password_env is not None:
        origin = f"the environment variable {visible(source.password_env, limit=80)}"
        raw = environ.get(source.password_env, "").encode("utf-8", "surrogateescape")
    elif source.password_file is not None:
        origin = f"the file {visible(source.password_file, limit=200)}"
        raw = await asyncio.to_thread(_read_private, source.password_file)
        if isinstance(source, Manager) and _is_auth_file(raw):
            return _from_auth_file(raw, origin, user)
    elif source.password_command is not None:
        origin = f"the command `{visible(source.password_command[0], limit=200)}`"
        raw = await _output_of(source.password_command, origin, timeout=timeout)
    elif source.password_keyring is not None:
        origin = f"the keyring's entry {visible(source.password_keyring, limit=80)}"
        raw = await asyncio.to_thread(_from_keyring, source.password_keyring, user, origin)
    else:
        origin, raw = "the operator", typed.encode()
        if not raw:
            raise SecretUnavailable(f"{whose} was not typed when ovmtui was started")
    return _first_line(raw, origin)


def password_file_problem(name: str) -> str:
    """Return why the file `name` cannot hold the password; empty when it can."""
    try:
        # A pipe under that name must not keep anybody waiting.
        descriptor = os.open(os.path.expanduser(name), os.O_RDONLY | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if not stat.S_ISREG(status.st_mode):
        return "is not an ordinary file"
    mode = stat.S_IMODE(status.st_mode)
    if mode not in _PRIVATE_MODES:
        return f"has mode {mode:04o}, so that others may read it; run `chmod 600` on it"
    return ""


def _read_private(name: str) -> bytes:
    problem = password_file_problem(name)
    if not problem:
        try:
            with open(os.path.expanduser(name), "rb") as file:
                return file.read(_LONGEST)
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
    raise SecretUnavailable(f"the password file {visible(name, limit=200)} {problem}")


async def _output_of(command: tuple[str, ...], source: str, *, timeout: float) -> bytes:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            # The screen and the keyboard are the console's: nothing may ask there.
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise SecretUnavailable(f"{source} cannot be run: {reason}") from None
    try:
        async with asyncio.timeout(timeout):
            output, complaint = await process.communicate()
    except TimeoutError:
        raise SecretUnavailable(f"{source} gave no password in {timeout:.0f} s") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    if process.returncode != 0:
        said = visible(complaint.decode("utf-8", "replace").strip(), limit=200)
        raise SecretUnavailable(
            f"{source} failed with exit code {process.returncode}{': ' if said else ''}{said}"
        )
    return output[:_LONGEST]


def _is_auth_file(raw: bytes) -> bool:
    """Whether it is OpenSVC's `auth.conf`: it begins with a section, or a comment before one."""
    lines = [line.strip() for line in raw.split(b"\n")]
    return any(line.lower() == b"[ovm]" for line in lines)


def _from_auth_file(raw: bytes, source: str, user: str) -> str:
    """Return the password of `[ovm]` in OpenSVC's `auth.conf`."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(raw.decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError):
        # What cannot be read may be the password: it is not shown.
        raise SecretUnavailable(f"{source} cannot be read as OpenSVC's auth.conf") from None
    section = next(name for name in parser.sections() if name.lower() == "ovm")
    named = parser.get(section, "username", fallback=user)
    if named != user:
        raise SecretUnavailable(
            f"{source} is for the user {visible(named, limit=40)}, but the configuration has "
            f"{visible(user, limit=40)}: set `user` in the pool's [manager] table"
        )
    return _first_line(parser.get(section, "password", fallback="").encode(), source)


def _from_keyring(service: str, user: str, source: str) -> bytes:
    try:
        # An extra: it may not be installed.
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        raise SecretUnavailable(
            f"{source} cannot be read: install `ovmtui[keyring]`, or use `password_command`"
        ) from None
    try:
        password = keyring.get_password(service, user)
    except errors.KeyringError as error:
        raise SecretUnavailable(f"{source} cannot be read: {visible(str(error))}") from None
    if password is None:
        raise SecretUnavailable(f"{source} has no password of {visible(user, limit=40)}")
    return str(password).encode()


def _first_line(raw: bytes, source: str) -> str:
    try:
        line = raw.decode("utf-8").split("\n", 1)[0].removesuffix("\r")
    except UnicodeDecodeError:
        raise SecretUnavailable(f"the password from {source} is not UTF-8 text") from None
    if not line:
        raise SecretUnavailable(f"{source} gives no password: its first line is empty")
    if not line.isprintable():
        raise SecretUnavailable(f"the password from {source} has control characters in it")
    return line
